"""What each sample adds to a score, were the network linear around the window: sample times gradient.

Unlike a gradient, the product keeps its sign where a window is turned upside down and the score stays the same, as it
does with rhythms of any phase. So its mean over windows does not tend to 0 and is taken with the sign.
"""

import numpy as np
from jaxtyping import Float
from torch import Tensor

from eegbench.interpretability.average import over_time
from eegbench.interpretability.base import Attribution, Method, Scene, Scores
from eegbench.interpretability.gradient import time_gradients


class InputXGradient(Method):
    """The mean over windows of ``x · ∂score/∂x``, with its standard error.

    References
    ----------
    Shrikumar, Greenside, Shcherbina and Kundaje 2016, Not just a black box, arXiv:1605.01713.
    """

    def explain(self, scene: Scene, rng: np.random.Generator) -> Attribution:  # noqa: ARG002  nothing is drawn
        """Return a map by class, channel and time."""
        return over_time(scene, lambda batch: products(batch.scores, batch.x), "score")


def products(
    scores: Scores, x: Float[Tensor, "batch n_channels n_times"]
) -> Float[Tensor, "n_outputs batch n_channels n_times"]:
    """Return sample times gradient of each window; of a linear network these add up to the score without its bias."""
    return x * time_gradients(scores, x)
