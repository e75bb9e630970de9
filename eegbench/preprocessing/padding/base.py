"""The contract of padding: how many windows stand around a recording, and what they hold."""

from abc import ABC, abstractmethod

from eegbench.types import Padding


class RecordingPadding(ABC):
    """Puts windows before the first and after the last window of each recording.

    They are places of sequences only: shards, labels and predictions do not contain them.

    Attributes
    ----------
    in_normalisers
        Whether normalisers are fitted to them, too.
    """

    in_normalisers: bool

    @abstractmethod
    def of(self, window_s: float) -> Padding:
        """Return the padding as windows of so many seconds.

        Raises
        ------
        ValueError
            Where it is not a whole number of windows.
        """
