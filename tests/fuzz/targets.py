"""Readers that are attacked, each with small sound files."""

import json
from collections.abc import Mapping
from pathlib import Path

import edfio
from bids_tree import add_recording, bids, write_noise
from fuzz.attack import Target
from h5_files import psg, write_night
from own_recordings import noise, reader, write_brainvision, write_edf

from eegbench.config import read_json, read_overrides, read_plain
from eegbench.dataset import Dataset
from eegbench.dataset.subject_table import read_subjects

STAGES = {"W": "W", "N1": "N1", "N2": "N2", "R": "R"}
SECONDS, SFREQ = 12, 50.0
NOTES = [(3.0 * place, 3.0, stage) for place, stage in enumerate(("W", "N1", "N2", "R"))]

NSRR = """<?xml version="1.0" encoding="UTF-8"?>
<PSGAnnotation><SoftwareVersion>Compumedics</SoftwareVersion><EpochLength>30</EpochLength><ScoredEvents>
<ScoredEvent><EventType/><EventConcept>Recording Start Time</EventConcept><Start>0</Start><Duration>12.0</Duration>
<ClockTime>00.00.00 00.00.00</ClockTime></ScoredEvent>
<ScoredEvent><EventType>Arousals|Arousals</EventType><EventConcept>Arousal|Arousal ()</EventConcept><Start>2.5</Start>
<Duration>3.1</Duration></ScoredEvent>
<ScoredEvent><EventType>Stages|Stages</EventType><EventConcept>Wake|0</EventConcept><Start>0.0</Start>
<Duration>3.0</Duration></ScoredEvent>
<ScoredEvent><EventType>Stages|Stages</EventType><EventConcept>Stage 2 sleep|2</EventConcept><Start>3.0</Start>
<Duration>9.0</Duration></ScoredEvent>
</ScoredEvents></PSGAnnotation>"""

SUBJECTS = "subject,age,sex,site\n00,30,F,Zürich\n01,31,M,Basel\n02,,,\n"

YAML = """# options of a run
dataset: {_target_: eegbench.dataset.recordings.Recordings, root: /data, labels: {a: b}, ignored: [x, "y"]}
trainer:
  lr: 1e-3
  passes: [1, 2, 3]
  text: "${oc.env:HOME}"
name: run
"""


def everything(dataset: Dataset) -> None:
    """List the recordings, and read each with its samples, labels and the properties of its subject."""
    for recording in dataset.recordings():
        dict(recording.facts)
        dataset.sidecars(recording)
        dataset.read(recording).load_data(verbose="ERROR")


def _edf(root: Path) -> None:
    write_edf(root / "01" / "a.edf", noise(SECONDS, SFREQ), SFREQ, notes=NOTES)


def _bdf(root: Path) -> None:
    signals = [
        edfio.BdfSignal(one, SFREQ, label=name, physical_dimension="uV", physical_range=(-500.0, 500.0))
        for name, one in zip(("C3", "C4"), noise(SECONDS, SFREQ), strict=False)
    ]
    notes = [edfio.EdfAnnotation(*note) for note in NOTES]
    (root / "01").mkdir()
    edfio.Bdf(signals, annotations=notes, data_record_duration=1.0).write(root / "01" / "a.bdf")


def _hypnogram(root: Path) -> None:
    write_edf(root / "01" / "a.edf", noise(SECONDS, SFREQ), SFREQ)
    edfio.Edf([], annotations=[edfio.EdfAnnotation(*note) for note in NOTES]).write(root / "01" / "a-Hypnogram.edf")


def _beside(name: str, text: str):
    def write(root: Path) -> None:
        write_edf(root / "01" / "a.edf", noise(SECONDS, SFREQ), SFREQ)
        (root / "01" / name).write_text(text, encoding="utf-8")

    return write


def _subjects(root: Path) -> None:
    write_edf(root / "00.edf", noise(SECONDS, SFREQ), SFREQ)
    (root / "subjects.csv").write_text("recording,subject,age,sex\n00,S1,30,F\n01,S2,31.5,M\n", encoding="utf-8")


def _brainvision(root: Path) -> None:
    markers = [(3.0 * place, "Stimulus", f"S{place:3d}") for place in range(4)]
    write_brainvision(root / "01" / "a.vhdr", noise(SECONDS, SFREQ), SFREQ, markers)


def _h5(root: Path) -> None:
    write_night(root / "a.h5", names=("C3_M2", "EOG1"), epochs=4)


def _hypnogram_json(root: Path) -> None:
    _h5(root)
    (root / "hypnograms").mkdir()
    (root / "hypnograms" / "a.json").write_text(json.dumps([0, 1, 2, 4]))


def _bids(root: Path) -> None:
    noisy = write_noise(root.parent / f"{root.name}.edf")
    add_recording(root, noisy, {"subject": "01", "task": "odd"})
    participants = root / "participants.tsv"
    participants.write_text("participant_id\tage\tsex\nsub-01\t31\tF\n")


def _text(name: str, text: str):
    def write(root: Path) -> None:
        (root / name).write_text(text, encoding="utf-8")

    return write


def own(**options: object):
    labels: Mapping[str, object] = {"labels": STAGES, "ignored": ("unscored",), **options}
    return lambda root: everything(reader(root, **labels))


TARGETS: dict[str, Target] = {
    "edf": Target(_edf, own(), "**/*.edf"),
    "bdf": Target(_bdf, own(), "**/*.bdf"),
    "hypnogram": Target(_hypnogram, own(labels_from="*-Hypnogram.edf"), "**/*-Hypnogram.edf"),
    "csv of labels": Target(
        _beside("a.csv", "onset,duration,label\n0,3,W\n3,3,N1\n6,6.0,N2\n"), own(labels_from="*.csv"), "**/*.csv"
    ),
    "list of stages": Target(
        _beside("a.txt", "W\nN1\nN2\nR\n"),
        own(labels_from="*.txt", table={"column": "label", "epoch_s": 3.0}),
        "**/*.txt",
    ),
    "nsrr xml": Target(
        _beside("a-nsrr.xml", NSRR),
        own(labels_from="*-nsrr.xml", labels={"Wake|0": "W", "Stage 2 sleep|2": "N2"}),
        "**/*.xml",
    ),
    "subjects.csv": Target(_subjects, own(labels_from=None), "subjects.csv"),
    "table of subjects": Target(
        _text("table.csv", SUBJECTS),
        lambda root: read_subjects(root / "table.csv", key="subject", columns=("age", "sex")),
    ),
    "brainvision": Target(_brainvision, own(labels={f"Stimulus/S{i:3d}": "W" for i in range(4)}), "01/*"),
    "h5": Target(_h5, lambda root: everything(psg(root)), "*.h5"),
    "hypnogram json": Target(
        _hypnogram_json, lambda root: everything(psg(root, hypnograms=str(root / "hypnograms"))), "hypnograms/*"
    ),
    "bids": Target(_bids, lambda root: everything(bids(root))),
    "yaml": Target(_text("config.yaml", YAML), lambda root: read_plain(root / "config.yaml")),
    "yaml of overrides": Target(
        _text("overrides.yaml", "- trainer.lr=1e-3\n- 'model.n=[1,2]'\n"),
        lambda root: read_overrides(root / "overrides.yaml"),
    ),
    "json": Target(
        _text("summary.json", json.dumps({"metrics": {"a": 1.0}, "tags": ["x"]}, indent=1)),
        lambda root: read_json(root / "summary.json"),
    ),
}
