"""Sample times gradient: the contribution of each sample to a score under a linear approximation of the network.

Unlike a gradient, the product keeps its sign if a window is inverted and the score stays the same, as for rhythms of
any phase. Its mean over windows therefore does not tend to 0, and is signed.
"""

import numpy as np
from jaxtyping import Float
from torch import Tensor

from eegbench.interpretability.average import over_time
from eegbench.interpretability.base import Attribution, Method, Scene, Scores
from eegbench.interpretability.gradient import time_gradients


class InputXGradient(Method):
    """Mean over windows of ``x · ∂score/∂x``, with its standard error.

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
    """Return sample times gradient of each window; for a linear network the sum is the score without its bias."""
    return x * time_gradients(scores, x)
