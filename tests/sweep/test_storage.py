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
