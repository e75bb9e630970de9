"""Base class of padding: number of windows around a recording, and their value."""

from abc import ABC, abstractmethod

from eegbench.types import Padding


class RecordingPadding(ABC):
    """Base class of windows before the first and after the last window of each recording.

    They occur in sequences only; shards, labels and predictions do not contain them.

    Attributes
    ----------
    in_normalisers
        Whether normalisers are fitted to them as well.
    """

    in_normalisers: bool

    @abstractmethod
    def of(self, window_s: float) -> Padding:
        """Return the padding as windows of a length in seconds.

        Raises
        ------
        ValueError
            If it is not a whole number of windows.
        """
