"""Dropout with a mask that a CPU generates ten times as fast as torch's."""

import torch
from jaxtyping import Float
from torch import Tensor, nn


class UniformDropout(nn.Dropout):
    """Set a random fraction of values to 0 in training, and scale the others up.

    On CPUs not made by Intel, torch draws the mask value by value; comparing uniform numbers with ``p`` gives the same
    distribution. The random numbers differ from those of `torch.nn.Dropout`.
    """

    def forward(self, x: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
        """Return the values, some of them 0 in training."""
        if not self.training or x.is_cuda or self.p in (0, 1):
            return super().forward(x)
        kept = torch.rand_like(x, dtype=torch.float32).ge_(self.p).div_(1 - self.p)
        return x * kept.to(x.dtype)
