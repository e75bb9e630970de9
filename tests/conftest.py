"""Shapes are checked at run time under pytest; recordings and services are found, or skipped with a sentence."""

import os
import signal
from pathlib import Path

import pytest
from jaxtyping import install_import_hook
from services.postgres import MISSING, postgres
from services.slurm import missing, slurm

# a shell starts what runs in its background with Ctrl-C ignored, which children inherit: tests send it to them
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

_hook = install_import_hook("eegbench", "beartype.beartype")

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def shared_data() -> Path:
    folder = Path(os.environ.get("EEGBENCH_TEST_DATA", ROOT.parent / "shared" / "data")).resolve()
    if not folder.is_dir():
        pytest.skip(f"real recordings are not there: no folder {folder} (set EEGBENCH_TEST_DATA)")
    return folder


@pytest.fixture(scope="session")
def postgresql():
    """The address, as Optuna takes it, of a PostgreSQL that lives as long as the tests."""
    if MISSING:
        pytest.skip(MISSING)
    with postgres() as url:
        yield url


@pytest.fixture(scope="session")
def slurm_environment():
    """What a process must find in its environment to reach a SLURM that lives as long as the tests."""
    if why := missing():
        pytest.skip(why)
    with slurm() as environment:
        yield environment
