"""The command that makes a run again, alone, from the words that made it."""

import shlex
from collections.abc import Sequence

from eegbench.address import without_secrets

OWN = ("resume", "sweep.study", "sweep.trial")
"""Options that say where a run stands, which another run of the same options does not share."""


def remake_command(words: Sequence[str], *, user_options: str, n_processes: int, seed: int | None) -> str:
    """Return the shell command that repeats a run; passwords in it are hidden.

    Parameters
    ----------
    words
        The overrides that the run was composed of: in a multirun, those of its job.
    user_options
        Folder of the user's own options (``--config-dir``); an empty text where there is none.
    n_processes
        Processes that train as one.
    seed
        The run's seed, where its job has one run a seed; None otherwise.
    """
    left_out = (*OWN, "seed", "sweep.seeds") if seed is not None else OWN
    kept = [word for word in words if word.partition("=")[0].lstrip("+") not in left_out]
    kept += [f"seed={seed}"] if seed is not None else []
    kept += ["hydra.mode=RUN"] if any(word.startswith("+sweep=") for word in words) else []
    own = ["--config-dir", user_options] if user_options else []
    begin = ["eegbench"]
    if n_processes > 1:
        begin = ["torchrun", "--nproc-per-node", str(n_processes), "-m", "eegbench"]
    return shlex.join([without_secrets(word) for word in (*begin, "train", *own, *kept)])
