"""Torch's dropout, with a mask that a CPU draws ten times as fast."""

import torch
from jaxtyping import Float
from torch import Tensor, nn


class UniformDropout(nn.Dropout):
    """Set a share of the numbers to 0 in training, and scale the others up.

    On a CPU torch draws the mask number by number unless the processor is Intel's; uniform numbers that are compared
    with ``p`` have the same distribution. The draws are other ones than those of `torch.nn.Dropout`.
    """

    def forward(self, x: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
        """Return the numbers, some of them 0 in training."""
        if not self.training or x.is_cuda or self.p in (0, 1):
            return super().forward(x)
        kept = torch.rand_like(x, dtype=torch.float32).ge_(self.p).div_(1 - self.p)
        return x * kept.to(x.dtype)
