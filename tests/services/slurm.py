"""A SLURM of a test's own, of one node: `slurm.sh` starts and stops it."""

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

SCRIPT = Path(__file__).with_name("slurm.sh")
NEEDED = [
    name for name in ("munged", "slurmctld", "slurmd", "sbatch") if not shutil.which(name, path="/usr/sbin:/usr/bin")
]


def missing() -> str | None:
    """Say what is missing for a SLURM here, or nothing."""
    absent = [name for name in NEEDED if not shutil.which(name, path="/usr/sbin:/usr/bin")]
    if absent:
        return f"SLURM is not installed ({', '.join(absent)} not found): tests/services/install.sh"
    return None if os.geteuid() == 0 else "only root can start SLURM's daemons"


@contextlib.contextmanager
def slurm() -> Iterator[dict[str, str]]:
    """Start SLURM, yield what its programs must find in their environment, and stop it whatever happens."""
    folder = tempfile.mkdtemp(prefix="slurm")  # not below pytest's, which the user munge may not enter
    try:
        subprocess.run([SCRIPT, "start", folder], check=True)
        yield {"SLURM_CONF": f"{folder}/slurm.conf"}
    finally:
        subprocess.run([SCRIPT, "stop", folder], check=False)
        shutil.rmtree(folder)
