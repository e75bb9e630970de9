"""Same activity in another order: a window is cut into segments, which are put together at random.

Um et al. 2017, Data augmentation of wearable sensor data for Parkinson's disease monitoring using convolutional neural
networks, doi:10.1145/3136755.3136817; the strong augmentation of Eldele et al. 2021, doi:10.48550/arXiv.2106.14112
(there up to 12 segments for sleep).
"""

from typing import Annotated

import torch
from jaxtyping import Float, Int
from torch import Tensor

from eegbench.augmentation.base import SignalAugmentation
from eegbench.config import Range


class SegmentShuffle(SignalAugmentation):
    """Cut each window at random places into segments, the same in all channels, and shuffle them.

    The number of segments is drawn uniformly for each window, from 2 to ``n_segments``. Some orders change nothing.

    Parameters
    ----------
    n_segments
        Largest number of segments.
    """

    def __init__(self, *, n_segments: Annotated[int, Range(low=2)]) -> None:
        self.n_segments = n_segments

    def change(
        self,
        x: Float[Tensor, "n n_channels n_times"],
        group: str,  # noqa: ARG002  the same for all groups
        generator: torch.Generator,
    ) -> Float[Tensor, "n n_channels n_times"]:
        """Return signals with shuffled segments."""
        order = self._order(len(x), x.shape[2], generator, x.device)
        return x.gather(2, order.unsqueeze(1).expand_as(x))

    def _order(
        self, n: int, n_times: int, generator: torch.Generator, device: torch.device
    ) -> Int[Tensor, "n n_times"]:
        """Draw the sample that stands at each place."""
        n_places = min(self.n_segments, n_times) - 1
        n_cuts = torch.randint(1, self.n_segments, (n, 1), generator=generator, device=device)
        cuts = 1 + torch.rand(n, n_times - 1, generator=generator, device=device).topk(n_places).indices
        unused = torch.arange(n_places, device=device) >= n_cuts
        cuts = cuts.masked_fill(unused, n_times).sort(1).values  # what follows an unused cut is empty
        start = torch.cat([cuts.new_zeros(n, 1), cuts], dim=1)
        end = torch.cat([cuts, cuts.new_full((n, 1), n_times)], dim=1)
        drawn = torch.rand(n, n_places + 1, generator=generator, device=device).argsort(1)
        start, end = start.gather(1, drawn), end.gather(1, drawn)
        new_end = (end - start).cumsum(1)
        place = torch.arange(n_times, device=device).expand(n, -1).contiguous()
        segment = torch.searchsorted(new_end, place, right=True)
        return place + (end - new_end).gather(1, segment)
