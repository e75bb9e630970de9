"""Examples in docs/extend, each written into a folder of a user's own and run with the command of its page."""

import json
import re
import shlex
import sys
from pathlib import Path

import numpy as np
import pytest

from eegbench.__main__ import main

PAGES = Path(__file__).resolve().parents[1] / "docs" / "extend"
NAMES = sorted(page.stem for page in PAGES.glob("*.md") if page.stem != "index")
SMALL = ["trainer.max_passes=1", "tracking=folder", "store.n_workers=1", "device=cpu", "figures=[]"]
NIGHTS = ["dataset.n_subjects=4", "dataset.hours=1"]
SIZES = {
    "processing_step": ["dataset.n_subjects=5", "dataset.hours=1", "dataset.channels=[C3_M2,F3_M2]"],
    "dataset": [],
}
"""Size of the data of a page, if it is not that of simulated nights."""


def test_the_index_lists_every_page():
    index = (PAGES / "index.md").read_text(encoding="utf-8")
    assert sorted(re.findall(r"\]\((\w+)\.md\)", index)) == NAMES


def example(name: str, folder: Path) -> list[str]:
    """Write the files of a page, and return the words of its command."""
    text = (PAGES / f"{name}.md").read_text(encoding="utf-8")
    files = re.findall(r"^`(\S+)`:\n```\w+\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    assert [Path(path).suffix for path, _ in files] == [".py", ".yaml"]
    for path, content in files:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(content, encoding="utf-8")
    (command,) = re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    return shlex.split(command.replace("\\\n", " "))


@pytest.fixture
def arrays(tmp_path: Path) -> Path:
    """Arrays and tables as the page of data sets describes them."""
    folder, rng = tmp_path / "arrays", np.random.default_rng(0)
    folder.mkdir()
    for number in range(4):
        np.save(folder / f"S{number:02d}.npy", rng.normal(0, 20, (2, 4000)))
        rows = "".join(f"{10 * i},10,{('calm', 'busy')[i % 2]}\n" for i in range(4))
        (folder / f"S{number:02d}.csv").write_text(f"onset,duration,label\n{rows}")
    return folder


@pytest.fixture(scope="module")
def stores(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("stores")


@pytest.mark.study
@pytest.mark.parametrize("name", NAMES)
def test_an_example_runs_as_it_is_written(name, tmp_path, monkeypatch, arrays, stores):
    program, *words = [word.replace("FOLDER", str(arrays)) for word in example(name, tmp_path)]
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    small = [*SIZES.get(name, NIGHTS), *SMALL, f"paths.stores={stores}"]
    try:
        assert program == "eegbench"
        assert main([*words, *small]) == 0
    finally:
        for module in [one for one in sys.modules if one.partition(".")[0] == "my_package"]:
            del sys.modules[module]
    (run,) = (tmp_path / "outputs" / "runs").iterdir()
    assert "_target_: my_package." in (run / "config.yaml").read_text()
    assert json.loads((run / "summary.json").read_text())
