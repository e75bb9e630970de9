"""One small experiment, run once for all tests that look at what it left."""

from pathlib import Path

import pytest
from toy import SMALL

from eegbench.__main__ import main

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

    def run(*words, small=True):
        before = set(outputs.glob("runs/*"))
        status = main(
            ["train", f"--config-dir={toy_options}", *(SMALL if small else []), f"paths.outputs={outputs}", *words]
        )
        return status, sorted(set(outputs.glob("runs/*")) - before)

    return run


@pytest.fixture(scope="session")
def finished(train) -> Path:
    """The folder of a finished run with a probe every pass."""
    status, (folder,) = train("probe.every=1", "figures=[png,pdf]")
    assert status == 0
    return folder
