"""Launcher of jobs in processes of joblib's, which end with the program that started them."""

import os
from typing import Any

from hydra_plugins.hydra_joblib_launcher.joblib_launcher import JoblibLauncher

from eegbench.launch.controller import follow


class Joblib(JoblibLauncher):  # type: ignore[misc]
    """Hydra's launcher for joblib; its workers end with this process, even if it is killed before they have a job.

    Parameters
    ----------
    **options
        Keyword arguments of ``joblib.Parallel``.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options, initializer=follow, initargs=(os.getpid(),))
