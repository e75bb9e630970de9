"""Stochastic weight averaging: the mean of the weights after each of the later passes.

Izmailov et al. 2018, Averaging Weights Leads to Wider Optima and Better Generalization, doi:10.48550/arXiv.1803.05407.
"""

from dataclasses import dataclass

from eegbench.config import Size
from eegbench.trainer.averaging.base import Averaging


@dataclass(frozen=True, kw_only=True)
class Swa(Averaging):
    """Average the weights after each pass, starting with a given pass.

    Parameters
    ----------
    from_pass
        First pass whose weights are part of the mean, counted from 1.
    """

    from_pass: Size

    def counts(self, number: int) -> bool:
        """Return whether a pass is the first averaged one or a later one."""
        return number >= self.from_pass

    def check(self, max_passes: int) -> None:
        """Raise an error if training ends before the first pass. See `eegbench.trainer.averaging.Averaging.check`."""
        if 0 < max_passes < self.from_pass:
            raise ValueError(
                f"trainer.averaging.from_pass={self.from_pass}: with trainer.max_passes={max_passes} this pass is "
                "never reached; change one of them."
            )
