"""Recordings in the layout of EEGBCI: runs of rest, with α at the back of the head for closed eyes, and of trials."""

from collections.abc import Sequence
from pathlib import Path

import edfio
import numpy as np

from eegbench.dataset.eegbci import Eegbci

SFREQ = 160.0
BACK = ("O1", "Oz", "O2", "PO7", "PO8")
TRIALS = tuple(
    (onset + shift, duration, mark)
    for onset, cue in ((0.0, "T1"), (8.3, "T2"), (16.6, "T1"), (24.9, "T2"))
    for shift, duration, mark in ((0.0, 4.2, "T0"), (4.2, 4.1, cue))
)
"""Rest, a cue, rest, another cue: four trials of 4.1 s."""


def write_eegbci(
    folder: Path, subjects: Sequence[int], runs: Sequence[int], *, rest_s: int = 12, sfreq: float = SFREQ
) -> Path:
    """Write runs of subjects; rest lasts some whole seconds, and runs of trials 34."""
    folder.mkdir(parents=True, exist_ok=True)
    for subject in subjects:
        for run in runs:
            _write(folder / f"S{subject:03d}R{run:02d}.edf", subject, run, rest_s, sfreq)
    return folder


def _write(path: Path, subject: int, run: int, rest_s: int, sfreq: float) -> None:
    rng = np.random.default_rng([subject, run])
    seconds, notes = (rest_s, ((0.0, float(rest_s), "T0"),)) if run <= 2 else (34, TRIALS)
    times = np.arange(round(seconds * sfreq)) / sfreq
    alpha = 40 * np.sin(2 * np.pi * 10 * times + rng.uniform(0, 6)) * (run == 2)
    signals = [
        edfio.EdfSignal(
            rng.normal(0, 10, len(times)) + alpha * (name in BACK),
            sfreq,
            label=name.capitalize().ljust(4, "."),
            physical_dimension="uV",
            physical_range=(-200, 200),
        )
        for name in Eegbci.card.channels
    ]
    annotations = [edfio.EdfAnnotation(*note) for note in notes]
    edfio.Edf(signals, data_record_duration=1.0, annotations=annotations).write(path)
