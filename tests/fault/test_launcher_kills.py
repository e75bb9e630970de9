"""A sweep whose processes, or whose jobs alone, are killed is finished by the same command as if it had not been."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from fault.killing import TESTS, TIMEOUT_S
from fault.outcome import of_sweep
from fault.test_kills import SWEEP
from fault.toy_command import options_in, words_for

LAUNCHERS = {
    "joblib": ["hydra/launcher=joblib", "hydra.launcher.n_jobs=2"],
    "submitit_local": ["hydra/launcher=submitit_local", "hydra.sweeper.n_jobs=2"],
}
"""Words for each launcher; ``submitit_local`` is that of SLURM with jobs on this machine."""


def started(words: list[str], log: Path) -> "subprocess.Popen[bytes]":
    """Start a command in a session of its own."""
    here = {"PYTHONPATH": os.pathsep.join([str(TESTS.parent), str(TESTS)]), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "eegbench", *words]
    with log.open("w") as file:
        return subprocess.Popen(command, env=os.environ | here, stdout=file, stderr=file, start_new_session=True)


def killed(words: list[str], outputs: Path, log: Path, n_paths: int, kill: Callable[[int], None]) -> bool:
    """Kill processes of a command as soon as its outputs have had so many files and folders; say whether it ran."""
    process = started(words, log)
    seen: set[Path] = set(outputs.rglob("*"))
    ends = len(seen) + n_paths
    while process.poll() is None and len(seen) < ends:
        seen |= set(outputs.rglob("*"))
        time.sleep(0.05)
    was_running = process.poll() is None
    kill(process.pid)
    process.wait(TIMEOUT_S)
    return was_running


def kill_all(session: int) -> None:
    """Kill a command and its jobs."""
    for group in groups_of(session):
        os.killpg(group, signal.SIGKILL)


def kill_jobs(controller: int) -> None:
    """Kill the jobs of a command, as soon as there are some; the command itself goes on."""
    jobs: list[psutil.Process] = []
    while not jobs:
        below = psutil.Process(controller).children(recursive=True)
        jobs = [one for one in below if any(word in " ".join(one.cmdline()) for word in ("popen_loky", "submitit"))]
    for job in jobs:
        job.kill()


def groups_of(session: int) -> set[int]:
    """Return the process groups of a session; joblib's workers may have groups of their own."""
    found = {session}
    for place in Path("/proc").glob("[0-9]*/stat"):
        try:
            _, _, fields = place.read_text().rpartition(") ")
        except OSError:  # it has ended
            continue
        _, _, group, of_session, *_ = fields.split()
        if int(of_session) == session:
            found.add(int(group))
    return {group for group in found if is_alive(group)}


def is_alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def finished(words: list[str], log: Path) -> None:
    process = started(words, log)
    try:
        status = process.wait(TIMEOUT_S)
    finally:
        process.kill()
    assert status == 0, log.read_text()


def killed_and_finished(
    folder: Path, n_kills: int, *, seed: int, launcher: str = "joblib", kill: Callable[[int], None] = kill_all
) -> int:
    """Kill a sweep in two processes so often, finish it, and compare; return the number of kills of a running sweep."""
    options, log, rng = options_in(folder), folder / "log.txt", random.Random(seed)

    def words(name: str) -> list[str]:
        stores = f"paths.stores={folder / name}/stores"
        return [*words_for(options, folder / name), stores, *SWEEP, *LAUNCHERS[launcher], "-m"]

    finished(words("straight"), log)
    n_paths = len(list((folder / "straight").rglob("*")))
    n_before = [rng.randrange(n_paths // 2) for _ in range(n_kills)]
    n = sum(killed(words("killed"), folder / "killed", log, n_paths, kill) for n_paths in n_before)
    finished(words("killed"), log)
    assert of_sweep(folder / "killed") == of_sweep(folder / "straight")
    (folder / "kills.txt").write_text(str(n))
    return n


@pytest.mark.study
@pytest.mark.parametrize("launcher", LAUNCHERS)
def test_a_sweep_in_two_processes_that_was_killed_is_finished_as_if_it_had_not_been(tmp_path, launcher):
    assert killed_and_finished(tmp_path, 1, seed=0, launcher=launcher) == 1


@pytest.mark.study
@pytest.mark.parametrize("launcher", LAUNCHERS)
def test_a_sweep_whose_jobs_were_killed_is_finished_as_if_they_had_not_been(tmp_path, launcher):
    assert killed_and_finished(tmp_path, 1, seed=6, launcher=launcher, kill=kill_jobs) == 1


@pytest.mark.study
@pytest.mark.parametrize("seed", range(1, 6))
def test_a_sweep_in_two_processes_that_was_killed_five_times_has_each_trial_once(tmp_path, seed):
    assert killed_and_finished(tmp_path, 5, seed=seed) >= 3
