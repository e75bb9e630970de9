"""Group of signals whose parts are prepared separately, e.g. EEG with one filter and ECG with another."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import mne
import numpy as np
from jaxtyping import Float

from eegbench.dataset import BadRecordingError
from eegbench.preprocessing.after_steps import after_steps
from eegbench.preprocessing.one_group import GroupSteps
from eegbench.preprocessing.recorded import Recorded
from eegbench.preprocessing.step import Step
from eegbench.preprocessing.step.chain import channels_after, passed_hz_after, settings_of, sfreq_after
from eegbench.types import Form

WHERE = "preprocessing.signal"


@dataclass(frozen=True, kw_only=True)
class Nested(GroupSteps):
    """Prepare each part separately, combine their channels, and apply steps to all of them.

    All parts must have the same rate at the end; if one lasts longer than the others, its end is cut.

    Parameters
    ----------
    parts
        Settings of each part by name, in the form of the settings of a group; parts may be nested themselves. Each
        lists its channels. Parts may share channels if their prepared signals have different names.
    steps
        Steps that are applied to all signals afterwards, by name.
    """

    parts: Mapping[str, GroupSteps]
    steps: Mapping[str, Step]
    channels: tuple[str, ...] = field(init=False)
    missing_channels: Literal["refuse"] = field(init=False, default="refuse")
    exclude: tuple[str, ...] = field(init=False, default=())

    def __post_init__(self) -> None:
        if not self.parts:
            raise ValueError(f"{WHERE}.parts={{}}: expected at least one part.")
        for name, part in self.parts.items():
            where = f"{WHERE}.parts.{name}"
            if not part.channels:
                raise ValueError(f"{where}.channels={part.channels}: expected the names of the part's channels.")
            if part.missing_channels != "refuse":
                raise ValueError(f"{where}.missing_channels={part.missing_channels}: expected refuse in a part.")
        if twice := [name for name in set(self._inner) if self._inner.count(name) > 1]:
            raise ValueError(f"{WHERE}.parts: {twice[0]} is an output of two parts; remove it from one.")
        try:
            channels_after(self.steps.values(), self._inner)
        except ValueError as error:
            raise ValueError(f"{WHERE}.steps: {error}") from error
        every = dict.fromkeys(channel for part in self.parts.values() for channel in part.channels or ())
        object.__setattr__(self, "channels", tuple(every))  # the dataclass is frozen

    @property
    def _inner(self) -> tuple[str, ...]:
        """Names of the channels after the parts, before the steps."""
        return tuple(name for part in self.parts.values() for name in part.out_channels or ())

    @property
    def settings(self) -> Mapping[str, object]:
        """All settings that are part of the shard's name."""
        parts = [[type(part).__name__, part.settings] for part in self.parts.values()]
        return {"parts": parts, "steps": settings_of(self.steps.values())}

    @property
    def out_channels(self) -> tuple[str, ...]:
        """Names of the channels after the steps."""
        return channels_after(self.steps.values(), self._inner)

    @property
    def out_sfreq(self) -> None:
        """None, because the rate follows from the parts and the steps."""
        return

    @property
    def passed_hz(self) -> tuple[float, float]:
        """Pass band in Hz: from the lowest to the highest frequency that passes any part and all steps."""
        lows, highs = zip(*(part.passed_hz for part in self.parts.values()), strict=True)
        return passed_hz_after(self.steps.values(), (min(lows), max(highs)))

    @property
    def takes_several_rates(self) -> bool:
        """True, because parts may be recorded at different rates."""
        return True

    def giving(self, form: Form) -> "Nested":  # noqa: ARG002  parts name their channels, and decide the rate
        """Return the same steps, which decide the channels and the final rate themselves."""
        return self

    def rate_of(self, recorded: Recorded) -> float:
        """Return the rate in Hz of the prepared signals.

        Raises
        ------
        BadRecordingError
            If parts end at different rates, or a step cannot be applied at that rate.
        """
        rates = {name: part.rate_of(recorded.part(part.channels or ())) for name, part in self.parts.items()}
        if len(set(rates.values())) > 1:
            listed = ", ".join(f"{name} {rate:g} Hz" for name, rate in rates.items())
            raise BadRecordingError(
                f"{WHERE}.parts end at different rates ({listed}); resample them to one, with a step or their sfreq."
            )
        try:
            return sfreq_after(self.steps.values(), next(iter(rates.values())))
        except ValueError as error:
            raise BadRecordingError(f"{WHERE}.steps: {error}") from error

    def check(self, recorded: Recorded) -> None:
        """Raise an error for signals that do not fit the settings of a part.

        Raises
        ------
        BadRecordingError
            With the name of the option.
        """
        for part in self.parts.values():
            part.check(recorded.part(part.channels or ()))
        self.rate_of(recorded)

    def prepared(self, recorded: Recorded) -> "mne.io.BaseRaw":
        """Prepare copies of the loaded signals of each part."""
        begin_s = recorded.first.first_time
        made, late_s = [], []
        for part in self.parts.values():
            own = recorded.part(part.channels or ())
            late_s.append(own.first.first_time - begin_s)
            made.append(part.prepared(own))
        rows = [row for raw, shift in zip(made, late_s, strict=True) for row in _rows(raw, shift)]
        n = min(row.shape[1] for row in rows)
        return after_steps(self.steps.values(), (row[:, :n] for row in rows), made)


def _rows(raw: "mne.io.BaseRaw", late_s: float) -> list[Float[np.ndarray, "1 n_samples"]]:
    """Return the signals of a part, from the first sample of the group on."""
    late = round(late_s * float(raw.info["sfreq"]))
    signal = raw.get_data()
    at = np.clip(np.arange(signal.shape[1] + late) - late, 0, None)
    return [row[None, at] for row in signal]
