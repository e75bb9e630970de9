"""Selection of channels from a file: found by name, renamed, reordered, or computed as differences of two."""

import difflib
from collections.abc import Mapping, Sequence
from pathlib import Path

import mne

from eegbench.dataset.base import BadRecordingError, MixedRatesError
from eegbench.dataset.channel_names import AmbiguousNameError, bare, find
from eegbench.dataset.electrodes import placed

MAX_SHOWN = 30
"""Maximum number of channels listed in an error message."""


def choose(
    file: Path, names: Sequence[str], labels: Sequence[str], *, may_lack_channels: bool
) -> dict[str, tuple[str, ...]]:
    """Return the labels of each requested name: two labels for a difference.

    Parameters
    ----------
    file
        File of the recording, for error messages.
    names
        Requested channels.
    labels
        Channel names in the file.
    may_lack_channels
        Whether missing channels are skipped, as long as at least one is present.

    Raises
    ------
    BadRecordingError
        If a required channel is missing, a name is ambiguous, two names mean the same channel, or one is repeated.
    """
    found = {name: labels_of(file, name, labels) for name in names}
    if len(found) < len(names):
        twice = next(name for name in names if list(names).count(name) > 1)
        raise BadRecordingError(f"{file}: channel {twice!r} is asked for twice; name it once.")
    lacks_some = any(found.values())  # but not all
    for name, those in found.items():
        if not those and not (may_lack_channels and lacks_some):
            remedy = " Set preprocessing.signal.missing_channels=mark to go on without it." if lacks_some else ""
            raise BadRecordingError(_no_channel(file, name, labels) + remedy)
    check_once(file, found)
    return {name: those for name, those in found.items() if those}


def labels_of(file: Path, name: str, labels: Sequence[str]) -> tuple[str, ...]:
    """Return the result of `eegbench.dataset.channel_names.find`; raise an error for an ambiguous name."""
    try:
        return find(name, labels)
    except AmbiguousNameError as error:
        raise BadRecordingError(f"{file}: {error}; name other channels, or rename them in the file.") from error


def check_once(file: Path, found: Mapping[str, tuple[str, ...]]) -> None:
    """Raise an error for two names of the same signal."""
    first: dict[tuple[str, ...], str] = {}
    for name, those in found.items():
        if those and first.setdefault(those, name) != name:
            raise BadRecordingError(
                f"{file}: {first[those]!r} and {name!r} are both {' minus '.join(those)}; name it once."
            )


def check_rates(file: Path, chosen: Mapping[str, Mapping[str, float]]) -> None:
    """Raise an error for channels of several sampling rates, which a reader would have to resample.

    Parameters
    ----------
    file
        File of the recording, for error messages.
    chosen
        Sampling rate in Hz of each signal of each channel; two signals for a difference.

    Raises
    ------
    BadRecordingError
        If a channel is a difference of signals with different rates.
    MixedRatesError
        If channels have several rates.
    """
    for name, those in chosen.items():
        if len(set(those.values())) > 1:
            listed = ", ".join(f"{label} {rate:g} Hz" for label, rate in those.items())
            raise BadRecordingError(f"{file}: {name} is a difference of two rates ({listed}); name them apart.")
    rates = {name: next(iter(those.values())) for name, those in chosen.items()}
    first = {rate: name for name, rate in reversed(rates.items())}
    if len(first) > 1:
        listed = ", ".join(f"{name} {rate:g} Hz" for rate, name in reversed(first.items()))
        raise MixedRatesError(
            f"{file}: the channels asked for have {len(first)} sampling rates ({listed}); set "
            "preprocessing.signal.sfreq (of groups: that of the group) to a rate to resample them to, or name channels "
            "of one rate.",
            rates,
        )


def picked(raw: "mne.io.BaseRaw", chosen: Mapping[str, Sequence[str]]) -> "mne.io.BaseRaw":
    """Rename and reorder channels as requested, and compute differences of two, in place.

    Samples are loaded only for differences.
    """
    single = {those[0]: name for name, those in chosen.items() if len(those) == 1}
    pairs = {name: those for name, those in chosen.items() if len(those) == 2}
    for name, (first, second) in pairs.items():
        raw.load_data(verbose="ERROR")
        raw = mne.set_bipolar_reference(raw, first, second, ch_name=name, drop_refs=False, verbose="ERROR")
    raw.reorder_channels([*single, *pairs])
    raw.rename_channels(single, verbose="ERROR")
    return raw.reorder_channels(list(chosen)) if pairs else raw


def _no_channel(file: Path, name: str, labels: Sequence[str]) -> str:
    short = {label.removeprefix("EEG "): label for label in labels}
    near = [] if _is_electrode(name) else difflib.get_close_matches(name, [*labels, *short], n=1)
    hint = f"did you mean {short.get(near[0], near[0])!r}? It" if near else "it"
    shown = ", ".join(labels[:MAX_SHOWN]) + (f" and {len(labels) - MAX_SHOWN} more" if len(labels) > MAX_SHOWN else "")
    return f"{file}: has no channel {name!r}; {hint} has {shown}."


def _is_electrode(name: str) -> bool:
    """Return whether a name, or each side of a derivation, is in the 10-05 system and thus not a typing error."""
    parts = set(bare(name).split("-"))
    return len(placed(parts)) == len(parts)
