"""Writing of a simulated night in the format of Sleep-EDF: a PSG in EDF and its hypnogram in EDF+."""

import csv
import datetime
import io
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

import numpy as np
from edfio import Edf, EdfAnnotation, EdfSignal, Patient, Recording
from jaxtyping import Float

from eegbench.atomic import atomic_path
from eegbench.dataset.simulation.night import EEG_EOG, EMG, Night
from eegbench.dataset.simulation.signal import SFREQ
from eegbench.dataset.simulation.statistics import EPOCH_S
from eegbench.dataset.simulation.subject import Subject

START = datetime.datetime(1989, 4, 24, 22, 0, 0)
"""Start of all recordings; arbitrary, as nothing depends on it."""

TAIL_S = 6900
"""Seconds by which a real hypnogram continues, unscored, after its recording; from SC4001EC-Hypnogram.edf."""

EEG_RANGE_UV, EOG_RANGE_UV, EMG_RANGE_UV = (-192.0, 192.0), (-1009.0, 1009.0), (-5.0, 5.0)
CASSETTE_BITS, EMG_STEPS = (-2048, 2047), (-2500, 2500)
"""Physical and digital ranges of SC4001E0-PSG.edf; larger values were clipped."""


def night_files(folder: Path, number: int, session: int) -> tuple[Path, Path]:
    """Return the paths of the PSG and the hypnogram of a subject's night in a folder."""
    stem = f"SC4{number:02d}{session}"
    return folder / f"{stem}E0-PSG.edf", folder / f"{stem}EC-Hypnogram.edf"


def write_night(night: Night, folder: Path) -> tuple[Path, Path]:
    """Write a night's two files atomically, and return their paths.

    The PSG is written last, so that its hypnogram exists if it does.
    """
    psg, hypnogram = night_files(folder, night.subject.number, night.session)
    _write_aside(hypnogram, _hypnogram(night).to_bytes())
    _write_aside(psg, _psg(night).to_bytes())
    return psg, hypnogram


def write_subjects(subjects: Sequence[Subject], folder: Path) -> Path:
    """Write ``subjects.csv``, from which age and sex are read, and return its path."""
    text = io.StringIO()
    rows = [(f"{subject.number:02d}", subject.age, subject.sex) for subject in subjects]
    csv.writer(text, lineterminator="\n").writerows([("subject", "age", "sex"), *rows])
    _write_aside(folder / "subjects.csv", text.getvalue().encode())
    return folder / "subjects.csv"


def _write_aside(path: Path, content: bytes) -> None:
    try:
        with atomic_path(path) as aside:
            aside.write_bytes(content)
    except OSError as error:
        raise OSError(
            f"{path}: cannot be written ({error.strerror}); make room, or choose another folder by dataset.root=FOLDER."
        ) from error


def _psg(night: Night) -> Edf:
    ranges = (EEG_RANGE_UV, EEG_RANGE_UV, EOG_RANGE_UV)
    signals = [
        _signal(label, values, SFREQ, physical, CASSETTE_BITS, "HP:0.5Hz LP:100Hz")
        for label, values, physical in zip(EEG_EOG, night.signals, ranges, strict=True)
    ]
    emg = _signal(EMG, night.emg, 1, EMG_RANGE_UV, EMG_STEPS, "HP:16Hz Rectification LP:0.7Hz")
    return Edf([*signals, emg], data_record_duration=EPOCH_S, **_header(night))


def _signal(
    label: str,
    values: Float[np.ndarray, "n"],
    sfreq: int,
    physical: tuple[float, float],
    digital: tuple[int, int],
    prefiltering: str,
) -> EdfSignal:
    return EdfSignal(
        np.clip(values, *physical),
        sfreq,
        label=label,
        transducer_type="simulated",
        physical_dimension="uV",
        physical_range=physical,
        digital_range=digital,
        prefiltering=prefiltering,
    )


def _hypnogram(night: Night) -> Edf:
    annotations, onset_s = [], 0
    for description, epochs in groupby(night.descriptions):
        duration_s = EPOCH_S * len(list(epochs))
        annotations.append(EdfAnnotation(onset_s, duration_s, description))
        onset_s += duration_s
    annotations.append(EdfAnnotation(onset_s, TAIL_S, "Sleep stage ?"))
    return Edf([], annotations=annotations, **_header(night))


def _header(night: Night) -> "dict[str, Patient | Recording | datetime.time]":
    sex = "Female" if night.subject.sex == "F" else "Male"
    patient = Patient(sex=night.subject.sex, name=f"{sex}_{night.subject.age}yr")
    return {"patient": patient, "recording": Recording(startdate=START.date()), "starttime": START.time()}
