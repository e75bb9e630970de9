"""A sweep whose processes are all killed, again and again, is finished by the same command as if it had not been."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from fault.killing import TESTS, TIMEOUT_S
from fault.outcome import of_sweep
from fault.test_kills import SWEEP
from fault.toy_command import options_in, words_for

JOBLIB = ["hydra/launcher=joblib", "hydra.launcher.n_jobs=2"]


def started(words: list[str], log: Path) -> "subprocess.Popen[bytes]":
    """Start a command in a session of its own."""
    here = {"PYTHONPATH": os.pathsep.join([str(TESTS.parent), str(TESTS)]), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "eegbench", *words]
    with log.open("w") as file:
        return subprocess.Popen(command, env=os.environ | here, stdout=file, stderr=file, start_new_session=True)


def killed(words: list[str], outputs: Path, log: Path, n_paths: int) -> bool:
    """Kill all processes of a command as soon as its outputs have had so many files and folders; say whether it ran."""
    process = started(words, log)
    seen: set[Path] = set(outputs.rglob("*"))
    ends = len(seen) + n_paths
    while process.poll() is None and len(seen) < ends:
        seen |= set(outputs.rglob("*"))
        time.sleep(0.05)
    was_running = process.poll() is None
    for group in groups_of(process.pid):
        os.killpg(group, signal.SIGKILL)
    process.wait()
    return was_running


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


def killed_and_finished(folder: Path, n_kills: int, *, seed: int) -> int:
    """Kill a sweep in two processes so often, finish it, and compare; return the number of kills of a running sweep."""
    options, log, rng = options_in(folder), folder / "log.txt", random.Random(seed)

    def words(name: str) -> list[str]:
        return [*words_for(options, folder / name), *SWEEP, *JOBLIB, f"paths.stores={folder / name}/stores", "-m"]

    finished(words("straight"), log)
    n_paths = len(list((folder / "straight").rglob("*")))
    n = sum(killed(words("killed"), folder / "killed", log, rng.randrange(n_paths // 2)) for _ in range(n_kills))
    finished(words("killed"), log)
    assert of_sweep(folder / "killed") == of_sweep(folder / "straight")
    (folder / "kills.txt").write_text(str(n))
    return n


@pytest.mark.study
def test_a_sweep_in_two_processes_that_was_killed_is_finished_as_if_it_had_not_been(tmp_path):
    assert killed_and_finished(tmp_path, 1, seed=0) == 1


@pytest.mark.study
@pytest.mark.parametrize("seed", range(1, 6))
def test_a_sweep_in_two_processes_that_was_killed_five_times_has_each_trial_once(tmp_path, seed):
    assert killed_and_finished(tmp_path, 5, seed=seed) >= 3
