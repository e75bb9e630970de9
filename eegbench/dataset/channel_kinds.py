"""Type of a channel by its name: brain, eyes, muscles, heart or breathing.

Conventions
-----------
A prefix takes precedence (``EOG left``), then electrode names of the 10-05 system and their differences (``C3-M2``),
then words (``chin``, ``Thorax``, ``E1``). Types are those of MNE.
"""

import re

import mne

from eegbench.dataset.channel_names import bare
from eegbench.dataset.electrodes import placed

_PREFIX = re.compile(r"^(EEG|EOG|EMG|ECG|EKG)\b", re.IGNORECASE)

WORDS = {
    "eog": r"[HV]?EOG|\b[LR]OC\b|\bE[12]\b",
    "emg": r"EMG|CHIN|MENTAL|\bTIB|\bLEG|\b[LR]AT\b|\bPLM",
    "ecg": r"ECG|EKG",
    "resp": r"RESP|THOR|ABDO|CHEST|FLOW|NASAL|SNOR|CANNULA",
}
"""Patterns of names in capitals by type; the first type that matches is used."""


def kind_of(name: str) -> str | None:
    """Return the type of a channel by its name; None if the name does not determine it."""
    prefix = _PREFIX.match(name.strip())
    if prefix:
        return prefix[1].lower().replace("ekg", "ecg")
    parts = [part.strip() for part in bare(name).split("-")]
    if len(placed(parts)) == len(set(parts)):
        return "eeg"
    return next((kind for kind, words in WORDS.items() if re.search(words, name.upper())), None)


def set_kinds(raw: "mne.io.BaseRaw") -> "mne.io.BaseRaw":
    """Set the types of EEG channels from their names, in place: MNE treats channels of unknown type as EEG."""
    types = dict(zip(raw.ch_names, raw.get_channel_types(), strict=True))
    kinds = {name: kind_of(name) for name, kind in types.items() if kind == "eeg"}
    other = {name: kind for name, kind in kinds.items() if kind not in (None, "eeg")}
    raw.set_channel_types(other, on_unit_change="ignore", verbose="ERROR")
    return raw
