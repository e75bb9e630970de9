"""The mean of the weights of encoder and task after several passes, as it grows."""

from collections.abc import Mapping

from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel

from eegbench.trainer.checkpoint import load_weights, under

PREFIX = "averaged."
"""Begins the names of the mean's tensors in a checkpoint."""


class MeanWeights:
    """The mean of parameters; buffers are those of the last pass that was added.

    Parameters
    ----------
    encoder, task
        What is averaged. They are copied, so this takes as much memory again.
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
        """Put the mean into encoder and task."""
        load_weights(encoder, task, self.model.module.state_dict())

    def state(self) -> dict[str, Tensor]:
        """Return the mean as tensors of a checkpoint."""
        return {f"{PREFIX}{name}": tensor for name, tensor in self.model.state_dict().items()}

    def load(self, tensors: Mapping[str, Tensor]) -> None:
        """Put a mean back that `state` returned."""
        self.model.load_state_dict(under(PREFIX, tensors))


def _both(encoder: nn.Module, task: nn.Module) -> nn.ModuleDict:
    return nn.ModuleDict({"encoder": encoder, "task": task})
