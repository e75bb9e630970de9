"""No averaging: the final weights are those of one pass."""

from dataclasses import dataclass

from eegbench.trainer.averaging.base import Averaging


@dataclass(frozen=True, kw_only=True)
class SinglePass(Averaging):
    """Average no passes."""

    def counts(self, number: int) -> bool:  # noqa: ARG002  the same for all passes
        """Return False: no pass is part of a mean."""
        return False

    def check(self, max_passes: int) -> None:
        """Accept any number of passes."""
