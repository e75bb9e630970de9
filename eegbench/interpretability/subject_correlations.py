"""Correlations over the windows of each subject, batch by batch."""

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from eegbench.interpretability.base import Scene
from eegbench.interpretability.correlation_sums import CorrelationSums
from eegbench.interpretability.subject_maps import MOST_BYTES

BYTES_EACH = 12
"""Of a correlation: its sum of products, and itself."""


class SubjectCorrelations:
    """Correlation sums of each subject; empty if subjects are unknown, or the sums would take too much memory.

    Parameters
    ----------
    scene
        Scene with the subject of each window.
    shape, n_outcomes, generator
        As in `eegbench.interpretability.correlation_sums.CorrelationSums`, without shuffles.
    """

    def __init__(self, scene: Scene, shape: tuple[int, int], n_outcomes: int, generator: torch.Generator) -> None:
        names, self.codes = scene.subjects
        is_small = BYTES_EACH * len(names) * n_outcomes * shape[0] * shape[1] <= MOST_BYTES
        self.device = generator.device
        self.sums = [CorrelationSums(shape, n_outcomes, 0, generator) for _ in names if is_small]

    def add(self, causes: Float[Tensor, "batch C F"], outcomes: Float[Tensor, "batch K"], part: slice) -> None:
        """Add a batch, whose windows are at this part of the scene."""
        own = self.codes[part]
        for code in np.unique(own) if self.sums else ():
            rows = torch.from_numpy(np.flatnonzero(own == code)).to(causes.device)
            self.sums[code].add(causes[rows], outcomes[rows])

    def correlations(self) -> Float[Tensor, "n_subjects *shape"]:
        """Return the correlations of each subject, with outcomes, causes' channels and frequencies as axes."""
        if not self.sums:
            return torch.zeros(0, device=self.device)
        return torch.stack([one.correlations()[0] for one in self.sums])
