"""L1 penalty: the sum of absolute weights."""

from torch import Tensor, nn

from eegbench.trainer.penalty.base import Penalty


class L1(Penalty):
    """factor · Σ|w|. Parameters are those of `eegbench.trainer.penalty.Penalty`."""

    def of(self, parameter: nn.Parameter) -> Tensor:
        """Return the sum of absolute values."""
        return parameter.abs().sum()
