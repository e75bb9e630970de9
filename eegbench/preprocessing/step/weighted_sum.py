"""One signal from several: a sum, a mean or a difference."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np
from jaxtyping import Float

from eegbench.config import OneOrMore, Text
from eegbench.preprocessing.step.base import Step


@dataclass(frozen=True, kw_only=True)
class WeightedSum(Step):
    """Compute one channel from all channels of the group.

    Parameters
    ----------
    weights
        Weights of the channels, in their order: ``[0.5, 0.5]`` is the mean of two, ``[1, -1]`` the first minus the
        second. None adds them up.
    channel
        Name of the sum.
    """

    mixes_channels: ClassVar[bool] = True

    weights: Annotated[tuple[float, ...], OneOrMore()] | None
    channel: Text

    def out_channels(self, channels: Sequence[str]) -> tuple[str, ...]:
        """Return the name of the sum.

        Raises
        ------
        ValueError
            If there are more or fewer channels than weights.
        """
        if self.weights is not None and len(self.weights) != len(channels):
            raise ValueError(
                f"the step weighted_sum with {len(self.weights)} weights for {len(channels)} channels "
                f"({', '.join(channels)}): expected one weight per channel, or null to add them up."
            )
        return (self.channel,)

    def __call__(
        self,
        signal: Float[np.ndarray, "n_channels n_samples"],
        sfreq: float,  # noqa: ARG002  a sum is the same at any rate
    ) -> Float[np.ndarray, "1 n_samples"]:
        """Return the sum."""
        weights = np.ones(len(signal)) if self.weights is None else np.array(self.weights)
        return np.asarray(weights[None] @ signal)
