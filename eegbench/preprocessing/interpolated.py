"""Interpolation of missing channels by spherical splines over the available channels.

References
----------
Perrin et al. 1989, Electroencephalogr. Clin. Neurophysiol. 72(2):184, doi:10.1016/0013-4694(89)90180-6.
"""

from collections.abc import Sequence

import mne
import numpy as np

from eegbench.dataset import BadRecordingError
from eegbench.dataset.electrodes import placed, set_positions

MIN_GOOD = 8
"""Minimum number of electrodes for interpolation; fewer do not constrain a spline."""


def check_enough(channels: Sequence[str], kinds: Sequence[str], missing: Sequence[str]) -> None:
    """Raise an error for a recording whose missing channels cannot be interpolated.

    Parameters
    ----------
    channels, kinds
        Names and types of the available channels.
    missing
        Names of the missing channels.

    Raises
    ------
    BadRecordingError
        If a missing channel is not an electrode of the 10-05 system, or too few of the available ones are.
    """
    nowhere = [name for name in missing if name not in placed(missing)]
    n_good = len(_good(channels, kinds))
    if nowhere or (missing and n_good < MIN_GOOD):
        why = (
            f"{nowhere[0]} is not an electrode of the 10-05 system"
            if nowhere
            else f"{n_good} electrodes of the 10-05 system are available, expected {MIN_GOOD}"
        )
        raise BadRecordingError(
            f"channel {missing[0]} is missing and cannot be interpolated: {why}. Leave the recording out "
            "(preprocessing.signal.missing_channels=refuse dataset.on_bad_recording=skip), or set "
            "preprocessing.signal.missing_channels=mark."
        )


def with_interpolated(raw: "mne.io.BaseRaw", channels: Sequence[str]) -> "mne.io.BaseRaw":
    """Return a loaded recording with all of the given channels, in their order.

    The weights come from template positions of the names, for all electrodes, because positions measured on one head
    cannot be combined with those of a template.
    """
    missing = [name for name in channels if name not in raw.ch_names]
    if not missing:
        return raw
    good = _good(raw.ch_names, raw.get_channel_types())
    signal = np.concatenate([raw.get_data(good), np.zeros((len(missing), raw.n_times))])
    info = mne.create_info([*good, *missing], raw.info["sfreq"], "eeg")
    whole = set_positions(mne.io.RawArray(signal, info, first_samp=raw.first_samp, verbose="ERROR"))
    whole.info["bads"] = missing
    whole.interpolate_bads(method={"eeg": "spline"}, verbose="ERROR")
    raw.add_channels([whole.pick(missing)], force_update_info=True)
    return raw.reorder_channels(list(channels))


def _good(channels: Sequence[str], kinds: Sequence[str]) -> list[str]:
    return list(placed(name for name, kind in zip(channels, kinds, strict=True) if kind == "eeg"))
