"""A constant signal before the first and after the last window of each recording.

Guillot et al. 2020, Dreem Open Datasets, doi:10.1109/TNSRE.2020.3011181, pad 15 minutes of zeros.
"""

import math
from dataclasses import dataclass

from eegbench.config import Positive
from eegbench.preprocessing.padding.base import RecordingPadding
from eegbench.types import Padding

WHOLE = 1e-6
"""Tolerance for rounding in a number of windows."""


@dataclass(frozen=True, kw_only=True)
class ConstantPadding(RecordingPadding):
    """Put the same value into all samples of all channels, after the steps of each group of signals.

    Nested paddings are equivalent to one with the sum of their lengths, so there is only one option.

    Parameters
    ----------
    padding_s
        Seconds on each side of a recording, a whole number of windows. With sequences of L windows, every window has L
        votes if the padding has at least L − 1 windows.
    value
        The value in µV, before windows are standardised.
    in_normalisers
        Whether normalisers are fitted as published: to all windows of train, scored or not, and to padding, in batches
        of 32 sequences of a recording. Otherwise they are fitted to the scored windows.
    """

    padding_s: Positive
    value: float
    in_normalisers: bool

    def of(self, window_s: float) -> Padding:
        """Return the padding as windows of a length in seconds.

        Raises
        ------
        ValueError
            If it is not a whole number of windows.
        """
        n_windows = self.padding_s / window_s
        if abs(n_windows - round(n_windows)) > WHOLE:
            raise ValueError(
                f"preprocessing.padding.padding_s={self.padding_s:g} is not a whole number of windows of "
                f"preprocessing.window_s={window_s:g} s; set it to {math.ceil(n_windows) * window_s:g}, or set "
                "preprocessing.padding=null."
            )
        return Padding(round(n_windows), self.value)
