"""Small EDF files, written with another library than the one that reads them."""

import datetime
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import edfio
import numpy as np
import pytest

WriteEdf = Callable[..., Path]

START = datetime.time(22, 0, 0)


@pytest.fixture
def write_edf() -> WriteEdf:
    """Write noise of 20 µV to named channels: path, labels, seconds, one rate or one per label."""

    def write(
        path: Path,
        labels: Sequence[str] = ("EEG Fpz-Cz", "EEG Pz-Oz"),
        *,
        seconds: int = 60,
        sfreq: float = 100.0,
        units: Mapping[str, str] | None = None,
        rates: Mapping[str, float] | None = None,
        annotations: Sequence[tuple[float, float | None, str]] | None = None,
        start: datetime.time = START,
        frozen_s: float = 0.0,
        patient: edfio.Patient | None = None,
        seed: int = 0,
    ) -> Path:
        rng = np.random.default_rng(seed)
        signals = []
        for label in labels:
            rate = (rates or {}).get(label, sfreq)
            data = rng.normal(0, 20, round(seconds * rate))
            data[len(data) - round(frozen_s * rate) :] = 0
            unit = (units or {}).get(label, "uV")
            signals.append(edfio.EdfSignal(data, rate, label=label, physical_dimension=unit))
        notes = None if annotations is None else [edfio.EdfAnnotation(*note) for note in annotations]
        edf = edfio.Edf(signals, patient=patient, starttime=start, data_record_duration=1.0, annotations=notes)
        edf.write(path)
        return path

    return write


@pytest.fixture
def write_hypnogram() -> WriteEdf:
    """Write stages, as onset (s), duration (s) and description, to a file with annotations only."""

    def write(path: Path, stages: Sequence[tuple[float, float, str]], *, start: datetime.time = START) -> Path:
        notes = [edfio.EdfAnnotation(*stage) for stage in stages]
        edfio.Edf([], starttime=start, annotations=notes).write(path)
        return path

    return write
