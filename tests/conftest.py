"""Checks of shapes at run time; recordings, services and small finished runs as fixtures."""

import contextlib
import io
import os
import signal
from pathlib import Path
from typing import Any

import pytest
from jaxtyping import install_import_hook
from services.postgres import MISSING, postgres
from services.slurm import missing, slurm

from eegbench.address import RECORDED
from eegbench.tracking.variables import EXPERIMENT, RUN, SYSTEM_METRICS, UNUSED, URI

# a shell starts what runs in its background with Ctrl-C ignored, which children inherit: tests send it to them
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

if "PYTEST_XDIST_WORKER" in os.environ:  # one of as many processes as there are cores
    os.environ.setdefault("OMP_NUM_THREADS", "1")

os.fsync = lambda handle: None  # a power failure cannot undo what a test wrote; waiting for the disk took minutes

CHECKED = ("model", "task", "sampler", "augmentation", "preprocessing", "store", "inference", "probe")
CHECKED += ("interpretability", "prediction")
"""Packages whose shapes and types are checked at run time: those that compute with signals. Checks double the time."""

_hook = install_import_hook([f"eegbench.{package}" for package in CHECKED], "beartype.beartype")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--full", action="store_true", help="run the studies, too: tests that take minutes")


RUNS = {"train", "finished", "stager"}
"""Fixtures that train a run; what uses one is slow."""


@pytest.hookimpl(tryfirst=True)  # before pytest selects by markers
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if RUNS & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.slow)
    if config.getoption("--full"):
        return
    studies = [item for item in items if item.get_closest_marker("study")]
    config.hook.pytest_deselected(items=studies)
    items[:] = [item for item in items if item not in studies]


def pytest_runtest_setup(item: pytest.Item) -> None:
    if not item.get_closest_marker("gpu"):
        return
    import torch

    if not torch.cuda.is_available():
        pytest.skip("no CUDA device")


@pytest.fixture(autouse=True)
def no_variables_of_mlflow(monkeypatch):
    """Run tests as if the user's shell had no variables that choose a tracking server or a name."""
    for name in (URI, EXPERIMENT, RUN, SYSTEM_METRICS, *UNUSED):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(autouse=True)
def no_passwords(monkeypatch):
    """Forget, after each test, the addresses that were recorded in it."""
    monkeypatch.delenv(RECORDED, raising=False)
    yield
    os.environ.pop(RECORDED, None)


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
    """Environment variables with which a process reaches a SLURM cluster that runs for the duration of the tests."""
    if why := missing():
        pytest.skip(why)
    with slurm() as environment:
        yield environment


TOY = """
_target_: toy.ToyDataset
folder: {folder}
n_subjects: 14
on_bad_recording: raise
bad: []
"""


@pytest.fixture(scope="session")
def toy_options(tmp_path_factory):
    """A folder of one's own options, with the toy dataset among them."""
    folder = tmp_path_factory.mktemp("mine")
    (folder / "dataset").mkdir()
    (folder / "dataset" / "toy.yaml").write_text(TOY.format(folder=tmp_path_factory.mktemp("toy") / "data"))
    return folder


@pytest.fixture(scope="session")
def outputs(tmp_path_factory):
    return tmp_path_factory.mktemp("outputs")


@pytest.fixture(scope="session")
def train(toy_options, outputs):
    """Run `eegbench train` on the toy; return its exit status and the run folders it made."""

    from toy import SMALL  # here and below: shapes are checked in modules that are imported after the hook

    from eegbench.__main__ import main

    def run(*words, small=True):
        before = set(outputs.glob("runs/*"))
        status = main(
            ["train", f"--config-dir={toy_options}", *(SMALL if small else []), f"paths.outputs={outputs}", *words]
        )
        return status, sorted(set(outputs.glob("runs/*")) - before)

    return run


@pytest.fixture(scope="session")
def two_models(train, outputs) -> tuple[Path, str]:
    """The folder of a multirun of two models, each with two seeds, and what it printed."""
    printed, before = io.StringIO(), set(outputs.glob("sweeps/*"))
    words = ["name=two_models", "model.embed_dim=8,4", "seed=1,2", "trainer.max_passes=1"]
    with contextlib.redirect_stdout(printed):
        assert train("-m", *words)[0] == 0
    (sweep,) = set(outputs.glob("sweeps/*")) - before
    return sweep, printed.getvalue()


@pytest.fixture(scope="session")
def two_processes() -> list[dict[str, Any]]:
    """Sums, gathers and batch statistics as found by each of two processes that have joined."""
    from joint_work import all_distributed
    from ranks import in_processes

    return in_processes(all_distributed)


SHARED: dict[Path, dict[str, int]] = {}
"""Runs that several tests read, each with the times at which its files were written."""


def files_of(folder: Path) -> dict[str, int]:
    return {str(path): path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(autouse=True)
def shared_runs_stay_as_they_were(request: pytest.FixtureRequest):
    """Fail the test that changes a shared run, rather than a later test that reads that run."""
    yield
    if not {"train", "outputs"} & set(request.fixturenames):
        return
    for folder, before in SHARED.items():
        now = files_of(folder)
        SHARED[folder] = now  # only the first test fails
        changed = sorted(path for path in {*before, *now} if before.get(path) != now.get(path))
        assert changed == [], "this test changed a run that other tests read; let it change a copy in tmp_path"


@pytest.fixture(scope="session")
def finished(train) -> Path:
    """The folder of a finished run with a probe every pass."""
    status, (folder,) = train("probe.every=1", "figures=[png,pdf]")
    assert status == 0
    SHARED[folder] = files_of(folder)
    return folder


@pytest.fixture(scope="session")
def stager(train, tmp_path_factory) -> Path:
    """The folder of a finished run of a network of sequences on two groups of signals, with a linear probe."""
    from toy import SEQUENCES

    status, (folder,) = train(*SEQUENCES, f"paths.stores={tmp_path_factory.mktemp('stores')}", small=False)
    assert status == 0
    SHARED[folder] = files_of(folder)
    return folder
