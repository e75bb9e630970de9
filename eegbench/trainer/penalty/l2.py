"""Half the sum of squared weights."""

from torch import Tensor, nn

from eegbench.trainer.penalty.base import Penalty


class L2(Penalty):
    """factor / 2 · Σw², whose gradient is that of plain weight decay, before the optimiser scales it.

    Parameters are those of `eegbench.trainer.penalty.Penalty`.
    """

    def of(self, parameter: nn.Parameter) -> Tensor:
        """Return half the sum of squares."""
        return 0.5 * parameter.square().sum()
