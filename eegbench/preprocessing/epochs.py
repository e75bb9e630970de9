"""Check of settings for recordings of epochs: no setting may mix the samples of two epochs."""

from itertools import pairwise

import mne

from eegbench.dataset import BadRecordingError
from eegbench.dataset.timed_texts import EPOCH_EDGE

REMEDY = "Filter and resample in EEGLAB before epochs are extracted, and set the option to null."


def check_epochs(
    raw: "mne.io.BaseRaw", *, l_freq: float | None, h_freq: float | None, is_notched: bool, sfreq: float | None
) -> None:
    """Raise an error for filters longer than an epoch, and for other rates, if a recording consists of epochs.

    Parameters
    ----------
    raw
        The recording.
    l_freq, h_freq
        Pass band in Hz.
    is_notched
        Whether there is a notch filter; such filters last several seconds.
    sfreq
        Requested rate in Hz; None keeps the recorded one.

    Raises
    ------
    BadRecordingError
        With the name of the option.
    """
    edges = [float(one) for one in raw.annotations.onset[raw.annotations.description == EPOCH_EDGE] - raw.first_time]
    if not edges:
        return
    rate = float(raw.info["sfreq"])
    shortest_s = min(stop - first for first, stop in pairwise([0.0, *edges, raw.n_times / rate]))
    where = "preprocessing.signal"
    if sfreq is not None and sfreq != rate:
        raise BadRecordingError(f"{where}.sfreq={sfreq:g}: the recording consists of epochs at {rate:g} Hz. {REMEDY}")
    if is_notched:
        raise BadRecordingError(f"{where}.notch_hz: the recording consists of epochs. {REMEDY}")
    if l_freq is not None or h_freq is not None:
        length_s = len(mne.filter.create_filter(None, rate, l_freq, h_freq, method="fir", verbose="ERROR")) / rate
        if length_s > shortest_s:
            raise BadRecordingError(
                f"{where}.l_freq={l_freq}, h_freq={h_freq}: the filter lasts {length_s:.3g} s, but epochs last only "
                f"{shortest_s:g} s. {REMEDY}"
            )
