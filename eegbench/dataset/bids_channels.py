"""Channels of a BIDS recording: selection, units, and treatment of bad channels."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import mne

from eegbench.dataset.base import BadRecordingError
from eegbench.dataset.bids_files import listed, no_volts
from eegbench.dataset.bids_tables import Channel
from eegbench.dataset.chosen_channels import choose, labels_of
from eegbench.dataset.edf import open_edf

VOLTAGES = ("V", "mV", "uV", "\u00b5V", "\u03bcV", "nV", "microV", "n/a", "")
"""Units of channels that can contain EEG, with both characters for micro; the file's header scales the samples."""


MARK = "set preprocessing.signal.missing_channels=mark to go on without"


def choose_good(
    file: Path,
    names: Sequence[str],
    labels: Sequence[str],
    *,
    left_out: Sequence[str],
    may_lack_channels: bool,
) -> dict[str, tuple[str, ...]]:
    """Return the labels of each requested name, see `eegbench.dataset.chosen_channels.choose`.

    Parameters
    ----------
    file
        File of the recording, for error messages.
    names
        Requested names.
    labels
        Channel names in the file.
    left_out
        Bad channels to exclude.
    may_lack_channels
        Whether some of the requested channels may be missing or excluded.

    Raises
    ------
    BadRecordingError
        If a required channel is missing, or all are.
    """
    if not names:
        raise BadRecordingError(f"{file}: its channels.tsv has no channel of type EEG; correct it.")
    bad = [name for name in names if set(left_out) & set(labels_of(file, name, labels))]
    kept = [name for name in names if name not in bad]
    if bad and not (kept and may_lack_channels):
        choose(file, names, labels, may_lack_channels=may_lack_channels)  # missing channels are reported first
        raise BadRecordingError(
            f"{file}: channels.tsv says that {listed(bad)} is bad; set "
            f"dataset.bad_channels=interpolate or keep, or {MARK}."
        )
    return choose(file, kept, labels, may_lack_channels=may_lack_channels)


def check_units(file: Path, names: Sequence[str], channels: Mapping[str, Channel]) -> None:
    """Raise an error for channels that are not voltages according to the table or the file's header.

    Raises
    ------
    BadRecordingError
        If a channel is not a voltage.
    """
    units = {name: f"the unit {channels[name].unit}" for name in names if name in channels}
    wrong = {name: unit for name, unit in units.items() if channels[name].unit not in VOLTAGES}
    wrong |= {name: "no voltage in the header" for name in no_volts(file) if name in names}
    if wrong:
        name, unit = next(iter(wrong.items()))
        raise BadRecordingError(
            f"{file}: channel {name} has {unit}; V, mV or µV are expected. Name the channels that hold EEG by "
            "dataset.channels=[…], or correct header and channels.tsv."
        )


def at_own_rate(file: Path, raw: "mne.io.BaseRaw", names: Sequence[str]) -> "mne.io.BaseRaw":
    """Return some channels of an EDF or BDF file at their own sampling rate, with unchanged types and positions.

    mne-bids reads all channels of a file at the highest of their rates, and interpolates the samples between.

    Raises
    ------
    BadRecordingError
        If the checks of an EDF or BDF file fail (see `eegbench.dataset.edf.open_edf`).
    MixedRatesError
        If the channels have several sampling rates.
    """
    if file.suffix.lower() not in (".edf", ".bdf"):
        return raw
    own = open_edf(file, channels=names)
    if own.info["sfreq"] == raw.info["sfreq"]:
        return raw
    kinds = dict(zip(raw.ch_names, raw.get_channel_types(), strict=True))
    own.set_channel_types({name: kinds[name] for name in names}, on_unit_change="ignore", verbose="ERROR")
    return own.set_montage(raw.get_montage(), on_missing="ignore", verbose="ERROR")


def interpolated(
    file: Path, raw: "mne.io.BaseRaw", names: Sequence[str], channels: Mapping[str, Channel]
) -> "mne.io.BaseRaw":
    """Replace bad channels by spherical spline interpolation from the good channels of type EEG.

    Raises
    ------
    BadRecordingError
        If this is impossible: the channel is not EEG, has no position, or too few channels are good.
    """
    eeg = [name for name, one in channels.items() if one.kind == "EEG" and name in raw.ch_names]
    bad = [name for name, one in channels.items() if one.is_bad and name in names]
    if not bad:
        return raw
    other = [name for name in bad if name not in eeg]
    raw.pick(list(dict.fromkeys([*eeg, *names]))).load_data(verbose="ERROR")
    raw.info["bads"] = [name for name in eeg if channels[name].is_bad]
    try:
        if other or len(eeg) - len(raw.info["bads"]) < 3:
            raise ValueError(f"{listed(other)} is no EEG" if other else "fewer than three channels are good")
        raw.interpolate_bads(reset_bads=True, verbose="ERROR")
    except (ValueError, RuntimeError) as error:
        raise BadRecordingError(
            f"{file}: the bad channel {listed(bad)} cannot be interpolated ({error}); set dataset.bad_channels=drop or "
            "keep."
        ) from error
    return raw
