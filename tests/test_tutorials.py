"""Each tutorial of the site runs from top to bottom, at a reduced size and on small files."""

import re
import shlex
from collections.abc import Callable
from pathlib import Path

import edfio
import pytest
from eegbci_files import write_eegbci
from own_recordings import noise, write_edf

from eegbench.__main__ import main

PAGES = Path(__file__).resolve().parents[1] / "docs" / "tutorials"
NAMES = sorted(page.stem for page in PAGES.glob("*.md") if page.stem != "index")
TRAIN = ["trainer.max_passes=1", "tracking=folder", "store.n_workers=1", "device=cpu", "figures=[]"]
EXPLAIN = ["explain.n_windows=8", "device=cpu", "figures=[]"]
EEGBCI = [1, 2, 3, 4, 51]

SIZES = {
    "experiment=relative_positioning_tutorial": ["dataset.hours=1"],
    "experiment=relative_positioning_tutorial_real": ["dataset.root={data}", "expected=null"],
    "dataset.n_subjects=24": ["dataset.n_subjects=4", "dataset.hours=1", "sampler.n_pairs=100"],
    "experiment=amplitude_perturbation": [
        *("dataset.root={data}", f"dataset.subjects={EEGBCI}", 'split.valid_subjects=["051"]', "explain.n_windows=8"),
    ],
    "split=subject_holdout": ["split.n_test=1", "split.valid_subjects=null"],
    "experiment=simple_sleep_net": ["dataset.channels=[C3_M2,EOG1]", "sampler.length=5"],
    "dataset.n_subjects=14": ["dataset.n_subjects=5", "dataset.hours=1"],
    "experiment=eyes_open_closed": ["dataset.root={data}", "model.n_layers=1", "explain.n_windows=8"],
    "+sweep=bands": ["dataset.root={data}", "sweep.dry_run=true"],
    "dataset=recordings": ["trainer.max_passes=2"],
}
"""Overrides that make a command small, by a word of it."""


def test_the_index_lists_every_tutorial():
    index = (PAGES / "index.md").read_text(encoding="utf-8")
    assert sorted(set(re.findall(r"\]\((\w+)\.md\)", index))) == NAMES


def commands(name: str) -> list[list[str]]:
    """Return the words of each command of a page."""
    blocks = re.findall(r"^```sh\n(.*?)^```", (PAGES / f"{name}.md").read_text("utf-8"), re.MULTILINE | re.DOTALL)
    lines = "".join(blocks).replace("\\\n", " ").splitlines()
    return [shlex.split(line, comments=True) for line in lines]


@pytest.mark.parametrize("name", NAMES)
def test_commands_are_those_of_eegbench(name):
    assert {(words[0], words[1]) for words in commands(name)} <= {
        ("eegbench", verb) for verb in ("train", "explain", "predict", "data")
    }


def _sleep_edf(folder: Path) -> None:
    stages = [(30.0 * place, 30.0, f"Sleep stage {('W', '1', '2', '3', 'R')[place // 4 % 5]}") for place in range(60)]
    for number in range(3):
        path = folder / f"SC40{number}1E0-PSG.edf"
        write_edf(path, noise(1800, 100.0, seed=number, n_channels=2), 100.0, names=("EEG Fpz-Cz", "EEG Pz-Oz"))
        edfio.Edf([], annotations=[edfio.EdfAnnotation(*one) for one in stages]).write(
            folder / f"SC40{number}1EC-Hypnogram.edf"
        )


DATA: dict[str, Callable[[Path], object]] = {
    "relative_positioning": _sleep_edf,
    "amplitude_perturbation": lambda folder: write_eegbci(folder, EEGBCI, [4, 8, 12]),
    "eyes_open_closed": lambda folder: write_eegbci(folder, [1, 2, 3, 4, 5], [1, 2], rest_s=60),
    "simple_sleep_net": lambda folder: None,
    "my_own_recordings": lambda folder: None,
}
"""Writers of the files of a tutorial, in the layout of the published ones."""


def small(words: list[str], data: Path) -> list[str]:
    """Return the words of a command with those that make it small."""
    if words[0] not in ("train", "explain") or "--cfg" in words:
        return words
    changes = [one.format(data=data) for word in words if word in SIZES for one in SIZES[word]]
    return [*words, *(TRAIN if words[0] == "train" else EXPLAIN), *changes]


@pytest.mark.study
@pytest.mark.parametrize("name", NAMES)
def test_a_tutorial_runs_from_top_to_bottom(name, tmp_path, monkeypatch):
    data = tmp_path / "data"
    data.mkdir()
    DATA[name](data)
    monkeypatch.chdir(tmp_path)
    text = (PAGES / f"{name}.md").read_text(encoding="utf-8")
    for block in re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        exec(compile(block, f"{name}.md", "exec"), {})
    for _, *words in commands(name):
        assert main(small([_named(word, tmp_path / "outputs") for word in words], data)) == 0, words


def _named(word: str, outputs: Path) -> str:
    """Return a word with the latest run, or the folder of simulated records, in place of a name that stands for it."""
    runs = sorted((outputs / "runs").glob("*"))
    records = [str(path) for path in (outputs / "stores" / "simulated_dod").glob("*/")]
    if "outputs/runs/FOLDER" in word:
        return word.replace("outputs/runs/FOLDER", str(runs[-1]))
    return re.sub("FOLDER|NIGHTS", records[0], word) if records else word
