"""Reading of EEGLAB files with epochs, as a recording of consecutive epochs.

Conventions
-----------
An annotation `EPOCH_EDGE` marks the start of each epoch: filters and windows do not cross it. The label of an epoch is
the type of its event at time zero, from there to the end of the epoch. Other events, such as responses, are ignored.
"""

import re
from collections.abc import Sequence
from pathlib import Path

import mne
import numpy as np

from eegbench.dataset.timed_texts import EPOCH_EDGE

TOLERANCE = 0.501
"""Tolerance in samples of events at time zero: latencies are fractions if EEGLAB resampled the data."""


def n_epochs_in(reason: str) -> int | None:
    """Return the number of epochs in MNE's error message about a file that is not continuous; else None."""
    found = re.search(r"number of trials is (\d+)", reason)
    return None if found is None else int(found[1])


def open_eeglab_epochs(path: Path, n_epochs: int) -> "mne.io.BaseRaw":
    """Open the epochs of a file as one recording, with edges and labels as annotations; loads the samples.

    Raises
    ------
    ValueError, OSError, TypeError, LookupError
        From MNE, if the file is damaged.
    """
    events = np.array([[number, 0, 1] for number in range(n_epochs)])
    epochs = mne.io.read_epochs_eeglab(path, events=events, event_id={"epoch": 1}, verbose="ERROR")
    data = epochs.get_data(copy=False, verbose="ERROR")
    raw = mne.io.RawArray(np.concatenate(list(data), axis=1), epochs.info, verbose="ERROR")
    sfreq, n_times = float(raw.info["sfreq"]), len(epochs.times)
    labels = _at_zero(mne.read_annotations(path), -round(float(epochs.tmin) * sfreq), n_times, n_epochs, sfreq)
    edges = [(number * n_times / sfreq, 0.0, EPOCH_EDGE) for number in range(1, n_epochs)]
    onset, duration, text = zip(*sorted([*labels, *edges]), strict=True)
    return raw.set_annotations(mne.Annotations(onset, duration, text), verbose="ERROR")


def _at_zero(
    events: "mne.Annotations", zero: int, n_times: int, n_epochs: int, sfreq: float
) -> Sequence[tuple[float, float, str]]:
    """Return onset, duration (s) and type of the events at time zero, each once.

    Parameters
    ----------
    events
        Events of all epochs, in seconds of the concatenated epochs.
    zero
        Sample of an epoch at time zero; negative, or at least ``n_times``, if outside of the epoch.
    n_times, n_epochs, sfreq
        Number of samples in an epoch, number of epochs, and sampling rate in Hz.
    """
    found: dict[tuple[float, float, str], None] = {}
    for onset, text in zip(events.onset, events.description, strict=True):
        sample = float(onset) * sfreq
        number = round((sample - zero) / n_times)
        place = number * n_times + zero
        if abs(sample - place) <= TOLERANCE and 0 <= zero < n_times and 0 <= number < n_epochs:
            found[place / sfreq, (n_times - zero) / sfreq, str(text).strip()] = None
    return list(found)
