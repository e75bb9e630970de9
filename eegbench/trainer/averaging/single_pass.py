"""No averaging: the final weights are those of one pass."""

from dataclasses import dataclass

from eegbench.trainer.averaging.base import Averaging


@dataclass(frozen=True, kw_only=True)
class SinglePass(Averaging):
    """Averages nothing."""

    def counts(self, number: int) -> bool:  # noqa: ARG002  no pass does
        """Return that no pass is part of a mean."""
        return False

    def check(self, max_passes: int) -> None:
        """Accept any number of passes."""
