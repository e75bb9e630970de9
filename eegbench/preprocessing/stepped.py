"""A group of signals that goes through steps of the user's choice, such as those of a publication."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Literal

import mne
import numpy as np
from jaxtyping import Float

from eegbench.dataset import BadRecordingError
from eegbench.preprocessing.epochs import check_epochs
from eegbench.preprocessing.one_group import GroupSteps
from eegbench.preprocessing.recorded import Recorded
from eegbench.preprocessing.step import Step
from eegbench.types import Form


@dataclass(frozen=True, kw_only=True)
class Stepped(GroupSteps):
    """Applies steps to the signals of a group, in the order in which they are written.

    Parameters
    ----------
    channels
        Names to keep, in this order; None keeps all. They must be recorded at one rate.
    steps
        By name: ``+preprocessing/step@preprocessing.signal.steps.NAME=…``.
    missing_channels
        What becomes of a recording that lacks some of the channels: ``refuse`` stops with an error, ``mark`` leaves
        them out, so that encoders know what is missing.
    """

    channels: tuple[str, ...] | None
    steps: Mapping[str, Step]
    missing_channels: Literal["refuse", "mark"]

    @property
    def settings(self) -> Mapping[str, object]:
        """All settings, as they enter the shard's name."""
        steps = [[type(step).__name__, asdict(step)] for step in self.steps.values()]  # type: ignore[call-overload]
        return {"channels": self.channels, "steps": steps, "missing_channels": self.missing_channels}

    @property
    def out_sfreq(self) -> None:
        """Rates are those that the steps make of the recorded one."""
        return

    def giving(self, form: Form) -> "Stepped":
        """Return the same steps with the channels of a form of one group; the rate is what the steps make of it."""
        return replace(self, channels=form.only.channels)

    def check(self, recorded: Recorded) -> None:
        """Refuse signals whose rate a step does not suit, and epochs, which filters would mix.

        Raises
        ------
        BadRecordingError
            Names the step.
        """
        rate = sfreq = float(recorded.first.info["sfreq"])
        for step in self.steps.values():
            try:
                sfreq = step.out_sfreq(sfreq)
            except ValueError as error:
                raise BadRecordingError(f"preprocessing.signal.steps: {error}") from error
        check_epochs(
            recorded.first,
            l_freq=None,
            h_freq=None,
            is_notched=bool(self.steps),
            sfreq=None if sfreq == rate else sfreq,
        )

    def prepared(self, recorded: Recorded) -> "mne.io.BaseRaw":
        """Apply the steps to loaded signals."""
        raw = recorded.first
        rows = [self._applied(raw.get_data([place]), float(raw.info["sfreq"])) for place in range(len(raw.ch_names))]
        signal, sfreq = np.concatenate([row for row, _ in rows]), rows[0][1]
        info = mne.create_info(raw.ch_names, sfreq, raw.get_channel_types(), verbose="ERROR")
        return mne.io.RawArray(signal, info, verbose="ERROR").set_montage(raw.get_montage(), verbose="ERROR")

    def _applied(
        self, signal: Float[np.ndarray, "1 n_samples"], sfreq: float
    ) -> tuple[Float[np.ndarray, "1 n_out"], float]:
        """Return a channel after all steps, and its rate; one at a time, as a night of many is a gigabyte."""
        for step in self.steps.values():
            signal, sfreq = step(signal, sfreq), step.out_sfreq(sfreq)
        return signal, sfreq
