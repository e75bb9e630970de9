import subprocess
import sys
import time

import optuna

from eegbench.sweep import heartbeat


def test_this_process_is_alive_and_one_that_ended_is_not():
    assert heartbeat.is_alive(heartbeat.my_id(), {})
    child = subprocess.run(
        [sys.executable, "-c", "from eegbench.sweep.heartbeat import my_id; print(my_id())"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert not heartbeat.is_alive(child.stdout.strip(), {})
    assert not heartbeat.is_alive(None, {})


def test_a_process_number_that_was_given_again_is_another_process():
    machine, pid, started = heartbeat.my_id().rsplit(" ", 2)
    assert not heartbeat.is_alive(f"{machine} {pid} {float(started) - 100:.2f}", {})


def test_a_process_elsewhere_is_alive_while_it_is_heard_of():
    there = "elsewhere/pid:[1] 12 100.00"
    assert heartbeat.is_alive(there, {f"{heartbeat.PREFIX}{there}": time.time() - 20})
    assert not heartbeat.is_alive(there, {f"{heartbeat.PREFIX}{there}": time.time() - heartbeat.DEAD_AFTER_S - 1})
    assert not heartbeat.is_alive(there, {})


def test_a_process_is_heard_of_until_it_ends(monkeypatch):
    monkeypatch.setattr(heartbeat, "HEARTBEAT_S", 0.01)
    study = optuna.create_study()
    with heartbeat.beating(study) as me:
        first = study.user_attrs[f"{heartbeat.PREFIX}{me}"]
        for _ in range(500):
            if study.user_attrs[f"{heartbeat.PREFIX}{me}"] > first:
                break
            time.sleep(0.01)
        assert study.user_attrs[f"{heartbeat.PREFIX}{me}"] > first
    assert study.user_attrs[f"{heartbeat.PREFIX}{me}"] == 0.0
