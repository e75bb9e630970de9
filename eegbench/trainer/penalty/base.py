"""Base class of penalties: terms added to the loss of a step that depend on the weights only."""

from abc import ABC, abstractmethod
from collections.abc import Iterator

from torch import Tensor, nn

from eegbench.config import NotNegative
from eegbench.model.base import Encoder
from eegbench.task import Task


class Penalty(ABC):
    """Sum over the trainable parameters of encoder and task, except those whose names contain certain texts.

    Frozen parameters are not included. The loss in the history is that of the task, without penalties.

    Parameters
    ----------
    factor
        Multiplier of the sum.
    leave_out
        Texts to exclude by; parameters are named as in checkpoints, ``encoder.…`` and ``task.…``.
    """

    def __init__(self, *, factor: NotNegative, leave_out: tuple[str, ...]) -> None:
        self.factor = factor
        self.leave_out = leave_out

    @abstractmethod
    def of(self, parameter: nn.Parameter) -> Tensor:
        """Return the contribution of a parameter to the sum."""

    def __call__(self, encoder: Encoder, task: Task) -> Tensor:
        """Return the penalty.

        Raises
        ------
        ValueError
            If all trainable parameters are excluded.
        """
        parts = [self.of(parameter) for parameter in self._parameters(encoder, task)]
        if not parts:
            raise ValueError(
                f"trainer.penalties: leave_out={list(self.leave_out)} excludes all trainable parameters; name fewer."
            )
        total: Tensor = sum(parts[1:], start=parts[0])
        return self.factor * total

    def _parameters(self, encoder: Encoder, task: Task) -> Iterator[nn.Parameter]:
        for prefix, module in (("encoder", encoder), ("task", task)):
            for name, parameter in module.named_parameters(prefix):
                if parameter.requires_grad and not any(text in name for text in self.leave_out):
                    yield parameter
