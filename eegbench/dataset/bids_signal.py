"""Signals of a BIDS recording: channels by name, in volts, with bad ones excluded, kept or interpolated."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import mne

from eegbench.dataset.base import MixedRatesError
from eegbench.dataset.bids_channels import at_own_rate, check_units, choose_good, interpolated
from eegbench.dataset.bids_files import open_signal
from eegbench.dataset.bids_tables import Channel
from eegbench.dataset.chosen_channels import picked


def read_signal(
    path: Any,
    channels: Mapping[str, Channel],
    wanted: Sequence[str] | None,
    *,
    bad_channels: Literal["keep", "drop", "interpolate"],
    may_lack_channels: bool,
) -> "mne.io.BaseRaw":
    """Open a recording with electrode positions and without annotations; interpolation loads the samples.

    Parameters
    ----------
    path
        A ``mne_bids.BIDSPath``.
    channels
        Rows of ``channels.tsv``.
    wanted
        Requested names; None takes those of type EEG.
    bad_channels
        Treatment of channels that the table marks as bad.
    may_lack_channels
        Whether some channels may be missing or excluded.

    Raises
    ------
    BadRecordingError
        If files or tables are damaged or contradict each other, or a channel is missing or not in volts.
    MixedRatesError
        If the channels have several sampling rates.
    """
    raw = open_signal(path)
    eeg = [name for name, one in channels.items() if one.kind == "EEG"]
    bad = [name for name, one in channels.items() if one.is_bad]
    names = eeg if wanted is None else wanted
    left_out = bad if bad_channels == "drop" else []
    chosen = choose_good(path.fpath, names, raw.ch_names, left_out=left_out, may_lack_channels=may_lack_channels)
    labels = list(dict.fromkeys(label for those in chosen.values() for label in those))
    check_units(path.fpath, labels, channels)
    sources = [name for name in eeg if name in raw.ch_names] if bad_channels == "interpolate" else []
    try:
        raw = at_own_rate(path.fpath, raw, list(dict.fromkeys([*labels, *sources])))
    except MixedRatesError as error:
        raise MixedRatesError(str(error), {name: error.rates[those[0]] for name, those in chosen.items()}) from error
    if bad_channels == "interpolate":
        raw = interpolated(path.fpath, raw, labels, channels)
    raw.info["bads"] = []
    return picked(raw.set_annotations(None), chosen)
