"""Running mean of the weights of encoder and task over several passes."""

from collections.abc import Mapping

from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel

from eegbench.trainer.checkpoint import load_weights, under

PREFIX = "averaged."
"""Prefix of the names of the mean's tensors in a checkpoint."""


class MeanWeights:
    """Mean of parameters; buffers are those of the last pass added.

    Parameters
    ----------
    encoder, task
        Modules to average. They are copied, which doubles their memory.
    """

    def __init__(self, encoder: nn.Module, task: nn.Module) -> None:
        self.model = AveragedModel(_both(encoder, task))

    @property
    def n_passes(self) -> int:
        """Number of passes in the mean."""
        return int(self.model.n_averaged)

    def add(self, encoder: nn.Module, task: nn.Module) -> None:
        """Add the weights after a pass."""
        self.model.update_parameters(_both(encoder, task))

    def put(self, encoder: nn.Module, task: nn.Module) -> None:
        """Load the mean into encoder and task."""
        load_weights(encoder, task, self.model.module.state_dict())

    def state(self) -> dict[str, Tensor]:
        """Return the mean as tensors of a checkpoint."""
        return {f"{PREFIX}{name}": tensor for name, tensor in self.model.state_dict().items()}

    def load(self, tensors: Mapping[str, Tensor]) -> None:
        """Load a mean returned by `state`."""
        self.model.load_state_dict(under(PREFIX, tensors))


def _both(encoder: nn.Module, task: nn.Module) -> nn.ModuleDict:
    return nn.ModuleDict({"encoder": encoder, "task": task})
