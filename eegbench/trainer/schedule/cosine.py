"""Learning rate that decreases along half a cosine, from its full value towards 0.

Loshchilov & Hutter 2017, SGDR: stochastic gradient descent with warm restarts, doi:10.48550/arXiv.1608.03983
(without restarts).
"""

import math

from eegbench.trainer.schedule.base import Schedule


class Cosine(Schedule):
    """A factor of (1 + cos(π step / n_steps)) / 2, where n_steps is the number of steps in all passes."""

    def factor(self, step: int, *, steps_of_pass: int, max_passes: int) -> float:
        """Return 1 at step 0, ½ half way, and nearly 0 at the last step."""
        return 0.5 * (1.0 + math.cos(math.pi * step / (steps_of_pass * max_passes)))
