"""Electrode positions by name in the 10-05 system.

References
----------
Oostenveld and Praamstra 2001, Clin. Neurophysiol. 112(4):713, doi:10.1016/S1388-2457(00)00527-7. Coordinates are those
of MNE's ``colin27_1005``, a template head.
"""

from collections.abc import Iterable
from functools import cache

import mne
import numpy as np

from eegbench.dataset.channel_names import bare


def placed(names: Iterable[str]) -> dict[str, str]:
    """Return the electrode of each name that has one, in MNE's spelling: ``EEG T3-Ref`` is T3, ``FP1`` is Fp1.

    The difference of two electrodes has no position.
    """
    found = {name: _electrodes().get(bare(name)) for name in names}
    return {name: electrode for name, electrode in found.items() if electrode is not None}


def set_positions(raw: "mne.io.BaseRaw") -> "mne.io.BaseRaw":
    """Set the positions of EEG channels from their names, in place; other channels have none."""
    names = [name for name, kind in zip(raw.ch_names, raw.get_channel_types(), strict=True) if kind == "eeg"]
    found = placed(names)
    if found:
        at = _montage().get_positions()
        where = {name: at["ch_pos"][electrode] for name, electrode in found.items()}
        fiducials = {name: at[name] for name in ("nasion", "lpa", "rpa")}
        montage = mne.channels.make_dig_montage(where, coord_frame=at["coord_frame"], **fiducials)
        raw.set_montage(montage, on_missing="ignore", verbose="ERROR")
    return raw


def keep_or_set_positions(raw: "mne.io.BaseRaw") -> "mne.io.BaseRaw":
    """Set positions from channel names if the file has none, in place."""
    montage = raw.get_montage()
    known = [] if montage is None else list(montage.get_positions()["ch_pos"].values())
    return raw if known and np.isfinite(known).any() else set_positions(raw)


@cache
def _electrodes() -> dict[str, str]:
    """Return the electrodes by their names in capitals, including old names of the 10-20 system."""
    return {name.upper(): name for name in _montage().ch_names}


@cache
def _montage() -> "mne.channels.DigMontage":
    return mne.channels.make_standard_montage("colin27_1005")
