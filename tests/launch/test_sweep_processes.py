"""Sweeps as processes: killed and restarted, stopped by Ctrl-C, and with several controllers of one study."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import optuna
import psutil
import pytest
from toy import SMALL

from eegbench.sweep.storage import open_storage

TESTS = Path(__file__).resolve().parents[1]
SPACE = ["trainer.lr=tag(log,interval(1e-4,1e-2))", "sampler.tau_pos_s=choice(3,5,10)", "hydra.sweeper.study_name=s"]


@pytest.fixture
def start(toy_options, tmp_path):
    """Start a sweep on the toy in a separate process."""

    def begin(*words, n_trials, into=None):
        command = [sys.executable, "-m", "eegbench", "train", f"--config-dir={toy_options}", "-m", *SMALL, *SPACE]
        more = ["hydra/sweeper=optuna", f"hydra.sweeper.n_trials={n_trials}", "trainer.max_passes=1"]
        return subprocess.Popen(
            [*command, *more, f"paths.outputs={into or tmp_path}", *words],
            env={**os.environ, "PYTHONPATH": str(TESTS)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    return begin


def trials_of(address):
    return optuna.load_study(study_name=None, storage=open_storage(str(address))).trials


def wait_for(condition):
    for _ in range(6000):
        if condition():
            return
        time.sleep(0.1)
    raise AssertionError("what was waited for did not come")


def stopped(process, number):
    process.send_signal(number)
    output, _ = process.communicate(timeout=60)
    return output


@pytest.mark.study
def test_killed_twice_and_started_again_a_sweep_has_its_trials_once(start, tmp_path):
    sweep, words = tmp_path / "sweeps" / "s", ["tracking=folder", "trainer.max_passes=2"]
    for n in (1, 3):
        process = start(*words, n_trials=6)
        wait_for(lambda n=n: (sweep / str(n) / "checkpoints").is_dir())
        stopped(process, signal.SIGKILL)
    begun = {path: path.stat().st_ino for path in sweep.glob("*/checkpoints")}
    output, _ = start(*words, n_trials=6).communicate(timeout=300)
    assert "was interrupted and continues" in output
    assert "6 trials: 6 complete" in output
    trials = trials_of(tmp_path / "sweeps" / "s.journal")
    assert [trial.state.name for trial in trials] == ["COMPLETE"] * 6
    assert len({tuple(trial.params.items()) for trial in trials}) == 6
    assert {path: path.stat().st_ino for path in begun} == begun
    assert sorted(path.parent.name for path in sweep.glob("*/summary.json")) == list("012345")


@pytest.mark.study
def test_after_ctrl_c_the_parent_says_so_and_the_trial_goes_on(start, tmp_path):
    process = start("trainer.max_passes=2000", "trainer.patience=null", n_trials=2)
    wait_for(lambda: (tmp_path / "sweeps/s/0/checkpoints/last.safetensors").is_file())
    output = stopped(process, signal.SIGINT)
    assert process.returncode == 130, output
    assert "interrupted" in output
    with sqlite3.connect(tmp_path / "mlflow.db") as connection:
        assert connection.execute("SELECT status FROM runs").fetchall() == [("KILLED",), ("KILLED",)]
    assert [trial.state.name for trial in trials_of(tmp_path / "sweeps/s.journal")] == ["RUNNING"]


def together(start, n_trials, addresses=(), into=()):
    """Run two controllers of one study at once; return their output."""
    both = [start("tracking=folder", *addresses, n_trials=n_trials, into=into[i] if into else None) for i in range(2)]
    outputs = [process.communicate(timeout=300)[0] for process in both]
    assert [process.returncode for process in both] == [0, 0], outputs
    return outputs


def shared_by_both(outputs, trials, n_trials):
    assert [trial.state.name for trial in trials] == ["COMPLETE"] * n_trials
    assert len({tuple(trial.params.items()) for trial in trials}) == n_trials
    lines = [line for output in outputs for line in output.splitlines() if line.startswith("trial ")]
    begun = [int(line.split()[1]) for line in lines if line.split()[1].isdigit()]
    assert sorted(begun) == list(range(n_trials))
    assert all(any(line.startswith("trial ") for line in output.splitlines()) for output in outputs)


@pytest.mark.study
def test_two_controllers_share_a_journal(start, tmp_path):
    outputs = together(start, 6)
    shared_by_both(outputs, trials_of(tmp_path / "sweeps/s.journal"), 6)


@pytest.mark.study
def test_controllers_on_several_machines_share_a_postgresql(start, tmp_path, postgresql):
    folders = [tmp_path / "one", tmp_path / "other"]
    words = [f"hydra.sweeper.storage={postgresql}", "hydra.sweeper.study_name=several"]
    outputs = together(start, 6, words, folders)
    storage = open_storage(postgresql)
    trials = optuna.load_study(study_name="several", storage=storage).trials
    storage.engine.dispose()
    shared_by_both(outputs, trials, 6)
    found = [path.parent.name for folder in folders for path in folder.glob("sweeps/several/?/summary.json")]
    assert sorted(found) == list("012345")


@pytest.mark.study
def test_jobs_of_joblib_are_trials_of_one_study(start, tmp_path):
    words = ["hydra/launcher=joblib", "hydra.launcher.n_jobs=2", "hydra/sweeper/pruner=median", "probe.every=1"]
    output, _ = start(*words, n_trials=4).communicate(timeout=300)
    assert "4 trials: 4 complete" in output
    trials = trials_of(tmp_path / "sweeps/s.journal")
    assert len({tuple(trial.params.items()) for trial in trials}) == 4
    assert [sorted(trial.intermediate_values) for trial in trials] == [[1]] * 4
    first, second = (trial.user_attrs["job"] for trial in trials[:2])
    assert first != second  # workers of their own, side by side


@pytest.mark.study
def test_workers_of_joblib_end_with_a_killed_controller_and_their_trials_go_on(start, tmp_path):
    words = ["hydra/launcher=joblib", "hydra.launcher.n_jobs=3", "trainer.max_passes=400", "trainer.patience=null"]
    process = start(*words, "tracking=folder", n_trials=2)  # the third worker has no job
    sweep = tmp_path / "sweeps" / "s"
    wait_for(lambda: all((sweep / n / "checkpoints/last.safetensors").is_file() for n in "01"))
    workers = psutil.Process(process.pid).children(recursive=True)
    stopped(process, signal.SIGKILL)
    assert psutil.wait_procs(workers, timeout=30)[1] == []
    unfinished = [n for n in "01" if not (sweep / n / "summary.json").is_file()]  # both, but on a machine in a hurry
    assert unfinished
    output, _ = start(*words, "tracking=folder", n_trials=2).communicate(timeout=300)
    assert output.count("was interrupted and continues") == len(unfinished)
    assert "2 trials: 2 complete" in output


@pytest.mark.slurm
@pytest.mark.study
def test_jobs_of_slurm_are_trials_of_one_study(start, tmp_path, slurm_environment, monkeypatch):
    for name, value in slurm_environment.items():
        monkeypatch.setenv(name, value)
    words = ["hydra/launcher=slurm_cpu", "hydra.launcher.cpus_per_task=1", "hydra.launcher.mem_gb=2"]
    process = start(*words, "hydra.sweeper.n_jobs=2", n_trials=3)
    output, _ = process.communicate(timeout=400)
    assert process.returncode == 0, output
    assert [trial.state.name for trial in trials_of(tmp_path / "sweeps/s.journal")] == ["COMPLETE"] * 3


@pytest.mark.study
def test_a_controller_takes_over_what_another_left(start, tmp_path):
    words = ["tracking=folder", "trainer.max_passes=250", "trainer.patience=null"]
    first = start(*words, n_trials=1)
    wait_for(lambda: (tmp_path / "sweeps/s/0/checkpoints/last.safetensors").is_file())
    first_began = (tmp_path / "sweeps/s/multirun.yaml").stat().st_mtime
    second = start(*words, n_trials=1)
    wait_for(lambda: (tmp_path / "sweeps/s/multirun.yaml").stat().st_mtime > first_began)
    stopped(first, signal.SIGKILL)
    output, _ = second.communicate(timeout=300)
    assert "waiting for 1 trial" in output
    assert "trial 0 was interrupted and continues" in output
    assert "1 trials: 1 complete" in output
