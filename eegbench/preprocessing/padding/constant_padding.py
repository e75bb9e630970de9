"""A constant signal before the first and after the last window of each recording.

Guillot et al. 2020, Dreem Open Datasets, doi:10.1109/TNSRE.2020.3011181, pad 15 minutes of zeros.
"""

import math
from dataclasses import dataclass

from eegbench.preprocessing.padding.base import RecordingPadding
from eegbench.types import Padding

WHOLE = 1e-6
"""How far a number of windows may lie from a whole one: rounding."""


@dataclass(frozen=True, kw_only=True)
class ConstantPadding(RecordingPadding):
    """Puts the same value into all samples of all channels, after the steps of each group of signals.

    Two paddings around each other are one of their summed seconds, so there is one number.

    Parameters
    ----------
    padding_s
        Seconds on each side of a recording, a whole number of windows. Sequences of L windows give every window L
        votes from L − 1 windows of padding on.
    value
        The value in µV, before windows are standardised.
    in_normalisers
        Whether normalisers are fitted as was published: to all windows of train, scored or not, and to padding, in
        batches of 32 sequences of a recording. Otherwise they are fitted to the scored windows.
    """

    padding_s: float
    value: float
    in_normalisers: bool

    def __post_init__(self) -> None:
        if not 0 < self.padding_s < math.inf:
            raise ValueError(f"preprocessing.padding.padding_s={self.padding_s:g}: a time above 0 s is expected.")
        if not math.isfinite(self.value):
            raise ValueError(f"preprocessing.padding.value={self.value:g}: a number in µV is expected.")

    def of(self, window_s: float) -> Padding:
        """Return the padding as windows of so many seconds.

        Raises
        ------
        ValueError
            Where it is not a whole number of windows.
        """
        n_windows = self.padding_s / window_s
        if abs(n_windows - round(n_windows)) > WHOLE:
            raise ValueError(
                f"preprocessing.padding.padding_s={self.padding_s:g} is not a whole number of windows of "
                f"preprocessing.window_s={window_s:g} s; set it to {math.ceil(n_windows) * window_s:g}, or choose "
                "preprocessing.padding=null."
            )
        return Padding(round(n_windows), self.value)
