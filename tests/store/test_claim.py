"""One process at a time holds the claim of a shard, and the claim of an ended process is released."""

import signal
import subprocess
import sys
import threading

import pytest

from eegbench.store import claim
from eegbench.store.claim import claim_file, claimed

HOLD = """
import time
from filelock import SoftFileLease
lease = SoftFileLease({file!r}, lease_duration=120)
lease.acquire()
print("held", flush=True)
time.sleep(600)
"""


@pytest.fixture
def shard(tmp_path):
    return tmp_path / "s1-0123"


@pytest.fixture
def holder(shard):
    """Start another process that holds the claim."""
    program = subprocess.Popen(
        [sys.executable, "-c", HOLD.format(file=str(claim_file(shard)))], stdout=subprocess.PIPE, text=True
    )
    assert program.stdout.readline() == "held\n"
    yield program
    program.kill()
    program.communicate()


def test_a_claim_is_held_by_one_and_leaves_nothing(shard, tmp_path):
    with claimed(shard, wait=False) as first, claimed(shard, wait=False) as second:
        assert (first, second) == (True, False)
    with claimed(shard, wait=False) as again:
        assert again
    assert not list(tmp_path.iterdir())


def test_a_process_that_was_killed_gives_its_claim_to_the_next(shard, holder):
    with claimed(shard, wait=False) as is_ours:
        assert not is_ours
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    with claimed(shard, wait=False) as is_ours:
        assert is_ours


def test_another_machine_that_renews_nothing_loses_its_claim(shard, holder, monkeypatch):
    monkeypatch.setattr(claim, "LEASE_S", 0.4)
    monkeypatch.setattr(claim, "RENEWAL_S", 0.1)
    monkeypatch.setattr(claim, "POLL_S", 0.05)
    file = claim_file(shard)
    rows = [row for row in file.read_text().splitlines() if not row.startswith(("host=", "duration="))]
    holder.kill()
    file.write_text("\n".join([*rows, "host=elsewhere", "duration=0.4"]) + "\n")
    with claimed(shard, wait=False) as is_ours:
        assert not is_ours
    with claimed(shard, wait=True) as is_ours:
        assert is_ours


def test_who_waits_gets_the_claim_when_it_is_given_back(shard, monkeypatch):
    monkeypatch.setattr(claim, "POLL_S", 0.01)
    held, order = threading.Event(), []

    def hold():
        with claimed(shard, wait=False):
            held.set()
            threading.Event().wait(0.2)
            order.append("given back")

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait()
    with claimed(shard, wait=True):
        order.append("taken")
    thread.join()
    assert order == ["given back", "taken"]


def test_a_claim_whose_maker_was_killed_before_it_wrote_is_removed(shard, monkeypatch):
    monkeypatch.setattr(claim, "UNWRITTEN_S", 0.1)
    monkeypatch.setattr(claim, "POLL_S", 0.02)
    claim_file(shard).touch()
    with claimed(shard, wait=False) as is_ours:
        assert not is_ours  # it may be written yet
    with claimed(shard, wait=True) as is_ours:
        assert is_ours
        assert claim_file(shard).stat().st_size > 0
