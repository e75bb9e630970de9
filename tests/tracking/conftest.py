import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from eegbench.tracking import DatasetFacts, RunFacts
from eegbench.tracking.mlflow import Mlflow


@pytest.fixture(scope="session")
def outputs(tmp_path_factory) -> Path:
    """One outputs folder, with a space in its name, for all tests: creating a database takes two seconds."""
    return tmp_path_factory.mktemp("my outputs")


@pytest.fixture
def tracker(outputs: Path) -> Mlflow:
    return Mlflow(uri=None, folder=str(outputs), experiment=None, metrics="headline")


@pytest.fixture
def make_facts(tmp_path: Path) -> Callable[..., RunFacts]:
    def make(**changes) -> RunFacts:
        folder = tmp_path / "run"
        folder.mkdir(exist_ok=True)
        facts = {
            "experiment": "sleep",
            "name": "a run",
            "folder": folder,
            "parameters": {"seed": 1, "trainer.lr": 5e-4, "model.name": None},
            "tags": {"git_commit": "abc"},
            "datasets": (DatasetFacts("simulated_sleep", "d" * 64, "/data", "train", {"n_subjects": 6}),),
        }
        return RunFacts(**{**facts, **changes})

    return make


@pytest.fixture
def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
