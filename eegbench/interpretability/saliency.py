"""Sensitivity of a score to each sample: mean of the absolute value of the gradient.

The sign is discarded on purpose. The gradient of a network that responds to rhythms changes its sign with the phase of
each window, so that its signed mean tends to 0.
"""

from dataclasses import replace

import numpy as np

from eegbench.interpretability.average import over_time
from eegbench.interpretability.base import Attribution, Method, Scene
from eegbench.interpretability.gradient import time_gradients


class Saliency(Method):
    """Mean over windows of ``|∂score/∂x|``, with its standard error.

    References
    ----------
    Simonyan, Vedaldi and Zisserman 2014, Deep inside convolutional networks, arXiv:1312.6034.
    """

    def explain(self, scene: Scene, rng: np.random.Generator) -> Attribution:  # noqa: ARG002  nothing is drawn
        """Return a map by class, channel and time."""
        found = over_time(scene, lambda batch: time_gradients(batch.scores, batch.x).abs(), f"|score| per {scene.unit}")
        return replace(found, is_signed=False)
