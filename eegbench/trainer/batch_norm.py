"""Batch normalisation over the whole batch in several processes, and running statistics that are measured anew."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from jaxtyping import Float
from torch import Tensor, nn

from eegbench.distributed import total, world_size

Ordinary = nn.BatchNorm1d | nn.BatchNorm2d | nn.BatchNorm3d

BatchNorm = Ordinary | nn.SyncBatchNorm
"""Every batch normalisation in torch.nn; the lazy ones derive from these."""


@contextmanager
def synchronised(*modules: nn.Module) -> Iterator[None]:
    """Let all batch normalisation in modules see the batches of all processes, and undo that at the end.

    Weights and running statistics stay the same tensors under the same names, so that optimisers and checkpoints
    notice nothing.
    """
    ordinary = _ordinary(modules) if world_size() > 1 else []
    for parent, name, norm in ordinary:
        setattr(parent, name, joint(norm))
    try:
        yield
    finally:
        for parent, name, norm in ordinary:
            setattr(parent, name, norm.train(getattr(parent, name).training))


def joint(norm: Ordinary) -> nn.SyncBatchNorm:
    """Return a synchronised module that shares the tensors of an ordinary one."""
    on_gpu = any(tensor.is_cuda for tensor in norm.state_dict().values())
    kind = nn.SyncBatchNorm if on_gpu else JointBatchNorm
    made = kind(norm.num_features, norm.eps, norm.momentum, norm.affine, norm.track_running_stats)
    for name, tensor in (*norm.named_parameters(), *norm.named_buffers()):
        setattr(made, name, tensor)
    return made.train(norm.training)


@contextmanager
def statistics_anew(*modules: nn.Module) -> Iterator[bool]:
    """Forget the running statistics of batch normalisation in training mode, and let them be means over all batches.

    Frozen layers, which are in evaluation mode, keep theirs. Yields whether there is any; momenta come back at the end.
    """
    every = (one for module in modules for one in module.modules())
    found = [one for one in every if isinstance(one, BatchNorm)]
    momenta = [(norm, norm.momentum) for norm in found if norm.training and norm.track_running_stats]
    for norm, _ in momenta:
        norm.reset_running_stats()
        norm.momentum = None
    try:
        yield bool(momenta)
    finally:
        for norm, momentum in momenta:
            norm.momentum = momentum


def _ordinary(modules: tuple[nn.Module, ...]) -> list[tuple[nn.Module, str, Ordinary]]:
    parents = [parent for module in modules for parent in module.modules()]
    return [(p, name, child) for p in parents for name, child in p.named_children() if isinstance(child, Ordinary)]


class JointBatchNorm(nn.SyncBatchNorm):
    """Torch's synchronised batch normalisation, which refuses CPUs, in operations that every device has."""

    def forward(self, x: Float[Tensor, "batch n_channels *more"]) -> Float[Tensor, "batch n_channels *more"]:
        """Standardise each channel with mean and variance over all processes; in evaluation as torch does.

        Raises
        ------
        ValueError
            Where all processes together hold one value a channel: it has no variance.
        """
        if not self.training:
            evaluated: Tensor = super().forward(x)
            return evaluated
        dims, shape = [0, *range(2, x.dim())], [1, -1, *[1] * (x.dim() - 2)]
        values = x.float()
        n_here = values.new_tensor([values.numel() / values.shape[1]])
        summed = total(torch.cat([values.sum(dims), n_here]))
        n = float(summed[-1].detach())
        if n < 2:
            raise ValueError("batch normalisation needs two values a channel in training; set a larger batch size.")
        mean = summed[:-1] / n
        centred = values - mean.view(shape)
        variance = total(centred.square().sum(dims)) / n
        self._remember(mean.detach(), variance.detach() * n / (n - 1))
        scale = (variance + self.eps).rsqrt()
        if not self.affine:
            return (centred * scale.view(shape)).to(x.dtype)
        return (centred * (scale * self.weight).view(shape) + self.bias.view(shape)).to(x.dtype)

    def _remember(self, mean: Tensor, variance: Tensor) -> None:
        """Move the running statistics, as torch does: with the unbiased variance."""
        if self.running_mean is None or self.running_var is None or self.num_batches_tracked is None:
            return
        self.num_batches_tracked.add_(1)
        share = 1 / float(self.num_batches_tracked) if self.momentum is None else self.momentum
        self.running_mean.lerp_(mean, share)
        self.running_var.lerp_(variance, share)
