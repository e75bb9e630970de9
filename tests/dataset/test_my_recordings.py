"""The commands in docs/my_recordings.md, each run on files of the type that it is for."""

import re
import shlex
from pathlib import Path

import pytest
from own_recordings import noise, write_brainvision, write_edf, write_eeglab

from eegbench.__main__ import main

PAGE = Path(__file__).resolve().parents[2] / "docs" / "my_recordings.md"
SMALL = ["trainer.max_passes=1", "store.n_workers=1", "tracking=folder", "device=cpu", "figures=[]"]
STAGES = ("W", "N1", "N2", "N2", "R") * 2
CUES = [(2.0 + 2 * number, 1 + number % 2) for number in range(13)]


def _edf_and_table(root: Path, number: int) -> None:
    write_edf(root / f"P0{number}_raw.edf", noise(300, 100.0, seed=number), 100.0)
    rows = "".join(f"{30 * place},0;30;{stage}\n" for place, stage in enumerate(STAGES))
    (root / f"P0{number}_stages.csv").write_text(f"onset;duration;label\n{rows}")


def _brainvision(root: Path, number: int) -> None:
    markers = [(onset, "Stimulus", f"S{code:3d}") for onset, code in CUES]
    write_brainvision(root / f"p{number}" / "rec.vhdr", noise(30, 100.0, seed=number), 100.0, markers)


def _eeglab(root: Path, number: int) -> None:
    events = [(onset, str(code)) for onset, code in CUES]
    write_eeglab(root / f"p{number}" / "rec.set", noise(30, 100.0, seed=number), 100.0, events)


def _eeglab_epochs(root: Path, number: int) -> None:
    events = [(0.2 + 1.2 * place, ("left", "right")[place % 2]) for place in range(12)]
    data = noise(14.4, 100.0, seed=number)
    write_eeglab(root / f"p{number}" / "rec.set", data, 100.0, events, n_trials=12, xmin=-0.2, in_one_file=number == 0)


def _nsrr(root: Path, number: int) -> None:
    write_edf(root / f"n{number}.edf", noise(300, 100.0, seed=number), 100.0)
    texts = {"W": "Wake|0", "N1": "Stage 1 sleep|1", "N2": "Stage 2 sleep|2", "R": "REM sleep|5"}
    events = "".join(
        f"<ScoredEvent><EventType>Stages|Stages</EventType><EventConcept>{texts[stage]}</EventConcept>"
        f"<Start>{30 * place}</Start><Duration>30</Duration></ScoredEvent>"
        for place, stage in enumerate(STAGES)
    )
    text = f"<PSGAnnotation><ScoredEvents>{events}</ScoredEvents></PSGAnnotation>"
    (root / f"n{number}-nsrr.xml").write_text(text)


def commands() -> dict[str, list[str]]:
    """Return the arguments of each command on the page, by the heading above it."""
    sections = re.findall(r"^## ([^\n]+)\n(?:(?!^## ).)*?```sh\n(.+?)```", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    return {title: shlex.split(text.replace("\\\n", " ")) for title, text in sections}


MAKERS = {
    "EDF with a table of stages": _edf_and_table,
    "BrainVision with triggers": _brainvision,
    "EEGLAB with events": _eeglab,
    "EEGLAB epochs": _eeglab_epochs,
    "NSRR and Compumedics XML": _nsrr,
}


def test_each_command_of_the_page_is_run():
    assert commands().keys() == MAKERS.keys()


@pytest.mark.slow
@pytest.mark.parametrize("title", MAKERS)
def test_a_command_of_the_page_trains_on_such_files(title: str, tmp_path: Path, capsys):
    root = tmp_path / "files"
    root.mkdir()
    for number in range(6):
        MAKERS[title](root, number)
    program, *words = [word.replace("FOLDER", str(root)) for word in commands()[title]]
    assert program == "eegbench"
    assert main([*words, *SMALL, f"paths.outputs={tmp_path / 'outputs'}"]) == 0
    assert "of 2 subjects" in capsys.readouterr().out
