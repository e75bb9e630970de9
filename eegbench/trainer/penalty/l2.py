"""L2 penalty: half the sum of squared weights."""

from torch import Tensor, nn

from eegbench.trainer.penalty.base import Penalty


class L2(Penalty):
    """factor / 2 · Σw², whose gradient equals plain weight decay before the optimiser rescales it.

    Parameters are those of `eegbench.trainer.penalty.Penalty`.
    """

    def of(self, parameter: nn.Parameter) -> Tensor:
        """Return half the sum of squares."""
        return 0.5 * parameter.square().sum()
