"""Sums of losses and metrics over a pass."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from eegbench.distributed import total
from eegbench.task import Outcome
from eegbench.trainer.base import NonFiniteLossError

LOSS = "loss"


class Tally:
    """Sums over the examples of a pass, on the device until the pass ends.

    Parameters
    ----------
    metrics
        Names of the task's metrics.
    device
        Device of the sums.

    Attributes
    ----------
    sums
        Sum and count of the loss and of each metric (1 + n_metrics, 2).
    """

    def __init__(self, metrics: Sequence[str], device: torch.device) -> None:
        self.names = (LOSS, *metrics)
        self.sums = torch.zeros(len(self.names), 2, dtype=torch.float64, device=device)

    def add(self, outcome: Outcome) -> None:
        """Add the outcome of a batch, or of an empty share of one."""
        pairs = [(outcome.loss_sum, outcome.n), *(outcome.sums[name] for name in self.names[1:])]
        zero = self.sums.new_zeros(())
        added = torch.stack([torch.stack([zero + value.detach(), zero + n]) for value, n in pairs])
        self.sums += torch.where(added[:, 1:] > 0, added, 0.0)  # an empty share has a NaN loss

    def means(self, split: str, number: int) -> dict[str, float]:
        """Return the mean loss and metrics over all processes, as columns of the history.

        Raises
        ------
        NonFiniteLossError
            If the loss is infinite or not a number.
        """
        sums = total(self.sums).tolist()
        means = {name: _mean(*pair) for name, pair in zip(self.names, sums, strict=True)}
        loss, n = means[LOSS], sums[0][1]
        if n and not math.isfinite(loss):
            raise NonFiniteLossError(
                f"the {split} loss is {loss} in pass {number}; {_kept(number)}. "
                "Try a lower trainer.lr, trainer.clip_norm=1, or trainer.precision=float32."
            )
        return {f"{split}_{name}": value for name, value in means.items()}


def mean_loss(outcome: Outcome) -> Tensor:
    """Return this process's summand of the mean loss over the examples of all processes; 0 without examples."""
    n = total(torch.zeros((), dtype=torch.int64, device=outcome.loss_sum.device) + outcome.n)
    return outcome.loss_sum / torch.where(n > 0, n, torch.ones_like(n))


def _mean(value: float, n: float) -> float:
    return value / n if n else math.nan


def _kept(number: int) -> str:
    return f"the last good checkpoint (pass {number - 1}) is kept" if number > 0 else "nothing was trained yet"
