import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import optuna
import pytest

from eegbench.config import ConfigError
from eegbench.sweep.storage import exclusive, open_storage, storage_address


def test_a_journal_beside_the_sweeps_is_the_default():
    assert storage_address(None, Path("/out/sweeps"), "s") == "/out/sweeps/s.journal"
    assert storage_address("sqlite:////x.db", Path("/out"), "s") == "sqlite:////x.db"


@pytest.mark.slow
@pytest.mark.parametrize("name", ["new/study.journal", "sqlite:///{}/study.db"])
def test_many_first_users_at_once_share_a_study(name, tmp_path):
    address = name.format(tmp_path) if "://" in name else str(tmp_path / name)

    def use(_):
        storage = open_storage(address)
        with exclusive(address, "s"):
            study = optuna.create_study(study_name="s", storage=storage, load_if_exists=True)
        study.tell(study.ask(), 1.0)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(use, range(8)))
    assert len(optuna.load_study(study_name="s", storage=open_storage(address)).trials) == 8


@pytest.mark.parametrize(
    "address",
    ["nosuchdatabase://x", "postgresql+psycopg://nobody:secret@127.0.0.1:1/x", "sqlite:////proc/x.db"],
)
def test_a_storage_that_cannot_be_opened_is_named_without_its_password(address):
    with pytest.raises(ConfigError, match=r"hydra.sweeper.storage=.* cannot be opened") as caught:
        open_storage(address)
    assert "secret" not in str(caught.value)


def test_a_killed_holder_gives_the_lock_back(tmp_path):
    code = f"""
import os, signal
from eegbench.sweep.storage import exclusive, open_storage
with exclusive({str(tmp_path / "s.journal")!r}, "s"):
    open_storage({str(tmp_path / "s.journal")!r})._backend._lock.acquire()
    os.kill(os.getpid(), signal.SIGKILL)
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == -9
    address = str(tmp_path / "s.journal")
    with exclusive(address, "s"):
        optuna.create_study(study_name="s", storage=open_storage(address))


@pytest.fixture
def journal(tmp_path):
    """A journal with a study of two finished trials, and the place of its last record."""
    file = tmp_path / "s.journal"
    study = optuna.create_study(study_name="s", storage=open_storage(str(file)))
    for _ in range(2):
        study.tell(study.ask(), 1.0)
    return file


@pytest.mark.parametrize("n_kept", [0, 1, 5, -1])
def test_a_cut_last_record_is_lost_and_nothing_else(journal, n_kept, caplog):
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join(lines[:-1]) + lines[-1][:n_kept])
    study = optuna.load_study(study_name="s", storage=open_storage(str(journal)))
    assert [trial.state.name for trial in study.trials] == ["COMPLETE", "RUNNING"]
    study.tell(1, 2.0)
    assert study.trials[1].value == 2.0
    assert caplog.messages == [
        f"{journal}: the last record was cut, as by a process that was killed while writing; it is removed"
    ] * (n_kept != 0)


def test_a_record_cut_by_another_process_is_removed_before_the_next_one_is_written(journal):
    study = optuna.load_study(study_name="s", storage=open_storage(str(journal)))
    with journal.open("a") as handle:
        handle.write('{"op_code":4,"worker')
    study.tell(study.ask(), 3.0)
    again = optuna.load_study(study_name="s", storage=open_storage(str(journal)))
    assert [trial.value for trial in again.trials] == [1.0, 1.0, 3.0]


@pytest.mark.parametrize("line", [b"garbage", b"{", b"[]", b"5", b"\xff\x00", b"[" * 99999, b'{"op": 1}', b""])
@pytest.mark.parametrize("place", [0, 2, -1])
def test_a_line_that_is_no_record_is_named(journal, line, place):
    lines = journal.read_bytes().splitlines()
    at = place % (len(lines) + 1)
    journal.write_bytes(b"\n".join([*lines[:at], line, *lines[at:]]) + b"\n")
    with pytest.raises(ConfigError, match=rf"s\.journal, line {at + 1}: this is not a record of a study; remove this"):
        open_storage(str(journal))
