"""A group of signals with steps chosen by the user, such as those of a publication."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

import mne

from eegbench.dataset import BadRecordingError
from eegbench.preprocessing.after_steps import after_steps
from eegbench.preprocessing.epochs import check_epochs
from eegbench.preprocessing.one_group import GroupSteps
from eegbench.preprocessing.recorded import Recorded
from eegbench.preprocessing.step import Step
from eegbench.preprocessing.step.chain import channels_after, passed_hz_after, settings_of, sfreq_after
from eegbench.types import Form


@dataclass(frozen=True, kw_only=True)
class Stepped(GroupSteps):
    """Apply steps to the signals of a group, in the order in which they are written.

    Parameters
    ----------
    channels
        Names to read, in this order; None reads all. They must be recorded at one rate.
    steps
        Steps by name: ``+preprocessing/step@preprocessing.signal.steps.NAME=…``.
    missing_channels
        What to do with a recording that lacks some of the channels: ``refuse`` raises an error, ``mark`` leaves them
        out and passes a mask of missing channels to encoders.
    """

    channels: tuple[str, ...] | None
    steps: Mapping[str, Step]
    missing_channels: Literal["refuse", "mark"]
    exclude: tuple[str, ...] = field(init=False, default=())

    def __post_init__(self) -> None:
        if self._mixes_channels and (self.channels is None or self.missing_channels != "refuse"):
            raise ValueError(
                "preprocessing.signal.steps: one of them combines channels, so list them in "
                "preprocessing.signal.channels=[…] and set preprocessing.signal.missing_channels=refuse."
            )
        try:
            channels_after(self.steps.values(), self.channels or ())
        except ValueError as error:
            raise ValueError(f"preprocessing.signal.steps: {error}") from error

    @property
    def _mixes_channels(self) -> bool:
        return any(step.mixes_channels for step in self.steps.values())

    @property
    def settings(self) -> Mapping[str, object]:
        """All settings that are part of the shard's name."""
        steps = settings_of(self.steps.values())
        return {"channels": self.channels, "steps": steps, "missing_channels": self.missing_channels}

    @property
    def out_channels(self) -> tuple[str, ...] | None:
        """Names of the channels after the steps; None if all channels are read."""
        return None if self.channels is None else channels_after(self.steps.values(), self.channels)

    @property
    def out_sfreq(self) -> None:
        """None, because the rate follows from the recorded one and the steps."""
        return

    @property
    def passed_hz(self) -> tuple[float, float]:
        """Pass band in Hz: the frequencies that pass all steps."""
        return passed_hz_after(self.steps.values())

    def giving(self, form: Form) -> "Stepped":
        """Return the same steps with the channels of a form of one group; the steps decide the rate."""
        return self if self._mixes_channels else replace(self, channels=form.only.channels)

    def rate_of(self, recorded: Recorded) -> float:
        """Return the rate in Hz of the prepared signals.

        Raises
        ------
        BadRecordingError
            With the step that cannot be applied at the recorded rate, or channels of several rates.
        """
        if len(recorded.raws) > 1:
            listed = ", ".join(f"{name} {rate:g} Hz" for name, rate in recorded.sfreq.items())
            raise BadRecordingError(
                f"preprocessing.signal: channels of one part were recorded at several rates ({listed}); define a part "
                "for each rate."
            )
        try:
            return sfreq_after(self.steps.values(), float(recorded.first.info["sfreq"]))
        except ValueError as error:
            raise BadRecordingError(f"preprocessing.signal.steps: {error}") from error

    def check(self, recorded: Recorded) -> None:
        """Raise an error for signals at a rate that a step cannot process, and for epochs, which filters would mix.

        Raises
        ------
        BadRecordingError
            With the name of the step.
        """
        rate, sfreq = float(recorded.first.info["sfreq"]), self.rate_of(recorded)
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
        rows = (raw.get_data([place]) for place in range(len(raw.ch_names)))
        return after_steps(self.steps.values(), rows, [raw])
