"""Processes of the joblib launcher end with the controller that started them."""

import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from hydra import compose, initialize_config_dir
from hydra.core.plugins import Plugins
from hydra_plugins.hydra_joblib_launcher.config import JobLibLauncherConf
from omegaconf import OmegaConf

from eegbench.config import conf_folder
from eegbench.launch.controller import INTERRUPTED, follow
from eegbench.launch.joblib import Joblib
from eegbench.launch.plugin import register

ROOT = Path(__file__).resolve().parents[2]
ENDED = 2**22 + 1
"""No process has such a high id."""


def test_a_process_whose_controller_has_ended_leaves_at_once():
    left = []
    follow(ENDED, left.append)
    assert INTERRUPTED in left


def test_a_process_whose_controller_is_there_stays():
    left = []
    follow(os.getppid(), left.append)
    assert left == []


def test_a_multirun_with_joblib_builds_it_with_the_options_of_hydras_own():
    register()
    words = ["hydra/launcher=joblib", "hydra.launcher.n_jobs=2"]
    with initialize_config_dir(str(conf_folder()), version_base="1.3"):
        config = compose("train", overrides=words, return_hydra_config=True)
    node = config.hydra.launcher
    assert node.keys() == OmegaConf.structured(JobLibLauncherConf).keys()
    launcher = Plugins.instance().instantiate_launcher(hydra_context=None, task_function=print, config=config)
    assert isinstance(launcher, Joblib)
    assert launcher.joblib["n_jobs"] == 2


@pytest.mark.slow
def test_workers_end_with_a_killed_controller_whether_they_have_a_job_or_not():
    code = """if True:
        import time
        from joblib import Parallel, delayed
        from eegbench.launch.joblib import Joblib
        Parallel(**Joblib(n_jobs=3).joblib)(delayed(time.sleep)(60) for _ in range(1))
    """
    controller = subprocess.Popen([sys.executable, "-c", code], env=os.environ | {"PYTHONPATH": str(ROOT)})
    workers = []
    while len(workers) < 3:
        workers = [one for one in psutil.Process(controller.pid).children() if "popen_loky" in " ".join(one.cmdline())]
    controller.kill()
    controller.wait()
    assert psutil.wait_procs(workers, timeout=200)[1] == []  # joblib itself ends them after 300 s
