"""Processes end with the controller that started them, and no others do."""

import os
import subprocess
import sys
import time

import psutil
import pytest

from eegbench.controller import CONTROLLER, INTERRUPTED, follow, lead

ENDED = 2**22 + 1
"""No process has such a high id."""


@pytest.fixture
def left(monkeypatch):
    """Return the exit statuses with which the process would have been left."""
    monkeypatch.setenv(CONTROLLER, "")
    return []


def test_a_process_without_a_controller_stays(left):
    follow(left.append)
    assert left == []


def test_the_controller_itself_stays(left):
    lead()
    follow(left.append)
    assert left == []


def test_a_process_whose_controller_has_ended_leaves_at_once(left, monkeypatch):
    monkeypatch.setenv(CONTROLLER, str(ENDED))
    follow(left.append)
    assert left == [INTERRUPTED]


def test_a_process_of_a_worker_stays_while_the_controller_runs(left, monkeypatch):
    monkeypatch.setenv(CONTROLLER, str(os.getppid()))
    monkeypatch.setattr(os, "getppid", lambda: ENDED)
    follow(left.append)
    assert left == []


@pytest.mark.slow
def test_a_worker_ends_with_a_killed_controller():
    worker = "from eegbench.controller import follow; import time; follow(); print('up', flush=True); time.sleep(60)"
    code = f"""if True:
        import subprocess, sys
        from eegbench.controller import lead
        lead()
        worker = subprocess.Popen([sys.executable, "-c", {worker!r}], stdout=subprocess.PIPE, text=True)
        worker.stdout.readline()
        print(worker.pid, flush=True)
        worker.wait()
    """
    controller = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    worker = psutil.Process(int(controller.stdout.readline()))
    controller.kill()
    controller.communicate()
    began = time.monotonic()
    while worker.is_running() and worker.status() != psutil.STATUS_ZOMBIE and time.monotonic() - began < 20:
        time.sleep(0.1)
    assert not worker.is_running() or worker.status() == psutil.STATUS_ZOMBIE
