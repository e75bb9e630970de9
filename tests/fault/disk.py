"""A small disk at the outputs folder of a test, which can be mounted with other options."""

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def mounted(place: Path) -> Iterator[Callable[[str], None]]:
    """Mount a disk at a new folder, or skip the test; yield a function that mounts it again with options."""
    place.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(place)], check=False)
    if os.geteuid() != 0 or made.returncode:
        pytest.skip("only root may mount a disk")

    def remount(options: str) -> None:
        subprocess.run(["mount", "-o", f"remount,{options}", str(place)], check=True)

    yield remount
    subprocess.run(["umount", str(place)], check=True)
