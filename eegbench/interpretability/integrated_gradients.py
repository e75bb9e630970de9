"""What each sample adds to a score on the way from silence to the window: the gradients on the way, times the sample.

All that is added in a window is the score's difference to that of silence (completeness). As with sample times
gradient, the sign does not hang on a rhythm's phase, so the mean over windows is taken with it, and is as complete.
"""

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from eegbench.interpretability.average import over_time
from eegbench.interpretability.base import Attribution, Method, Scene, Scores
from eegbench.interpretability.gradient import time_gradients


class IntegratedGradients(Method):
    """The mean over windows of integrated gradients from a window of zeros, with its standard error.

    A network that standardises its windows itself gives every point of the way the same score: its map adds up to 0.
    Explain what comes after its standardisation.

    Parameters
    ----------
    n_steps
        Points on the way.

    References
    ----------
    Sundararajan, Taly and Yan 2017, Axiomatic attribution for deep networks, arXiv:1703.01365.
    """

    def __init__(self, *, n_steps: int) -> None:
        if n_steps < 1:
            raise ValueError(
                f"interpretability.integrated_gradients.n_steps={n_steps}: expected at least 1; "
                "set interpretability.integrated_gradients.n_steps=50."
            )
        self.n_steps = n_steps

    def explain(self, scene: Scene, rng: np.random.Generator) -> Attribution:  # noqa: ARG002  nothing is drawn
        """Return a map by class, channel and time."""
        return over_time(scene, lambda batch: integrated(batch.scores, batch.x, self.n_steps), "score")


def integrated(
    scores: Scores, x: Float[Tensor, "batch n_channels n_times"], n_steps: int
) -> Float[Tensor, "n_outputs batch n_channels n_times"]:
    """Return integrated gradients of each window, by the midpoint rule.

    Parameters
    ----------
    scores
        Windows → scores, differentiable.
    x
        Windows.
    n_steps
        Points on the way; the sum misses the scores' difference by what order 1/n_steps² leaves of a smooth network.
    """
    total = torch.zeros((), device=x.device)
    for step in range(n_steps):
        total = total + time_gradients(scores, x * ((step + 0.5) / n_steps))
    return x * total / n_steps
