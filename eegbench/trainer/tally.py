"""Loss and right answers of a pass, added up."""

import math

import torch
from torch import Tensor

from eegbench.trainer.base import NonFiniteLossError


class Tally:
    """Sums over the examples of a pass, on the device until it ends.

    Attributes
    ----------
    loss, right, n
        Sum of losses, number of right answers, number of examples.
    """

    def __init__(self, device: torch.device) -> None:
        self.loss = torch.zeros((), dtype=torch.float64, device=device)
        self.right = torch.zeros((), dtype=torch.int64, device=device)
        self.n = 0

    def add(self, loss: Tensor, predicted: Tensor, y: Tensor) -> None:
        """Add a batch's mean loss and answers; an empty share of a batch has no mean."""
        if len(y) == 0:
            return
        self.loss += loss.detach().double() * len(y)
        self.right += (predicted == y).sum()
        self.n += len(y)

    def means(self, split: str, number: int) -> dict[str, float]:
        """Return mean loss and accuracy as columns of the history.

        Raises
        ------
        NonFiniteLossError
            Where the loss is infinite or not a number.
        """
        loss = float(self.loss) / self.n if self.n else math.nan
        if self.n and not math.isfinite(loss):
            raise NonFiniteLossError(
                f"the {split} loss is {loss} in pass {number}; {_kept(number)}. "
                "Try a lower trainer.lr, trainer.clip_norm=1, or trainer.precision=float32."
            )
        return {f"{split}_loss": loss, f"{split}_accuracy": float(self.right) / self.n if self.n else math.nan}


def _kept(number: int) -> str:
    return f"the last good checkpoint (pass {number - 1}) is kept" if number > 0 else "nothing was trained yet"
