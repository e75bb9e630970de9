"""A recording built from the channels of others, after steps."""

from collections.abc import Collection, Iterable, Sequence

import mne
import numpy as np
from jaxtyping import Float

from eegbench.preprocessing.step import Step
from eegbench.preprocessing.step.chain import channels_after, sfreq_after, signal_after


def after_steps(
    steps: Collection[Step], signals: Iterable[Float[np.ndarray, "1 n_samples"]], raws: Sequence["mne.io.BaseRaw"]
) -> "mne.io.BaseRaw":
    """Return a recording of all channels after all steps.

    Parameters
    ----------
    steps
        Steps in their order.
    signals
        Signals of each channel in volts, those of the first recording first.
    raws
        Recordings at one rate, with the names, types and positions of the channels.
    """
    sfreq = float(raws[0].info["sfreq"])
    kinds: dict[str, str] = {}
    for raw in raws:
        kinds |= dict(zip(raw.ch_names, raw.get_channel_types(), strict=True))
    names = channels_after(steps, tuple(kinds))
    of_sums = next(iter(kinds.values()))
    types = [kinds.get(name, of_sums) for name in names]
    info = mne.create_info(list(names), sfreq_after(steps, sfreq), types, verbose="ERROR")
    made = mne.io.RawArray(signal_after(steps, signals, sfreq), info, verbose="ERROR")
    return made.set_montage(_montage(raws), on_missing="ignore", verbose="ERROR")


def _montage(raws: Sequence["mne.io.BaseRaw"]) -> "mne.channels.DigMontage | None":
    """Return the positions of all channels."""
    montages = [found for raw in raws if (found := raw.get_montage()) is not None]
    if not montages:
        return None
    places = [one.get_positions() for one in montages]
    return mne.channels.make_dig_montage(
        {name: place for one in places for name, place in one["ch_pos"].items()}, coord_frame=places[0]["coord_frame"]
    )
