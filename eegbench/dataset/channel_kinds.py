"""What a channel records, by its name: brain, eyes, muscles, heart or breathing.

Conventions
-----------
A prefix decides (``EOG left``), then names of electrodes of the 10-05 system and differences of them (``C3-M2``), then
words (``chin``, ``Thorax``, ``E1``). Kinds are those of MNE.
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
"""By kind, what a name in capitals has to hold; the first kind that fits counts."""


def kind_of(name: str) -> str | None:
    """Return the kind of a channel by its name, None where the name does not say it."""
    prefix = _PREFIX.match(name.strip())
    if prefix:
        return prefix[1].lower().replace("ekg", "ecg")
    parts = [part.strip() for part in bare(name).split("-")]
    if len(placed(parts)) == len(set(parts)):
        return "eeg"
    return next((kind for kind, words in WORDS.items() if re.search(words, name.upper())), None)


def set_kinds(raw: "mne.io.BaseRaw") -> "mne.io.BaseRaw":
    """Give channels of type EEG the kind of their names, in place: MNE reads as EEG what a file does not tell apart."""
    types = dict(zip(raw.ch_names, raw.get_channel_types(), strict=True))
    kinds = {name: kind_of(name) for name, kind in types.items() if kind == "eeg"}
    other = {name: kind for name, kind in kinds.items() if kind not in (None, "eeg")}
    raw.set_channel_types(other, on_unit_change="ignore", verbose="ERROR")
    return raw
