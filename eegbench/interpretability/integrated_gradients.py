"""Integrated gradients: the contribution of each sample to a score on the path from zeros to the window.

The contributions in a window add up to the difference between its score and that of zeros (completeness). As for sample
times gradient, the sign does not depend on a rhythm's phase, so the mean over windows is signed, and is complete as
well.
"""

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from eegbench.config import Size
from eegbench.interpretability.average import over_time
from eegbench.interpretability.base import Attribution, Method, Scene, Scores
from eegbench.interpretability.gradient import time_gradients


class IntegratedGradients(Method):
    """Mean over windows of integrated gradients from a window of zeros, with its standard error.

    If a network standardises its windows itself, every point of the path has the same score, and the map adds up to 0.
    In that case, explain the part after the standardisation.

    Parameters
    ----------
    n_steps
        Number of points on the path.

    References
    ----------
    Sundararajan, Taly and Yan 2017, Axiomatic attribution for deep networks, arXiv:1703.01365.
    """

    def __init__(self, *, n_steps: Size) -> None:
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
        Function from windows to scores, differentiable.
    x
        Windows.
    n_steps
        Number of points on the path; the sum deviates from the difference of scores by an order of 1/n_steps² for
        smooth networks.
    """
    total = torch.zeros((), device=x.device)
    for step in range(n_steps):
        total = total + time_gradients(scores, x * ((step + 0.5) / n_steps))
    return x * total / n_steps
