"""Batch normalisation over the batches of all processes, and re-estimation of its running statistics."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import torch
from jaxtyping import Float
from torch import Tensor, nn

from eegbench.distributed import total, world_size
from eegbench.inference.embedding import evaluating
from eegbench.model.base import Encoder
from eegbench.store.windows import Windows

Ordinary = nn.BatchNorm1d | nn.BatchNorm2d | nn.BatchNorm3d

BatchNorm = Ordinary | nn.SyncBatchNorm
"""All batch normalisation classes of torch.nn; the lazy ones derive from these."""


@contextmanager
def synchronised(*modules: nn.Module) -> Iterator[None]:
    """Make batch normalisation layers use the batches of all processes inside the block.

    Weights and running statistics remain the same tensors with the same names, so optimisers and checkpoints are not
    affected.
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
    """Reset the running statistics of batch normalisation in training mode, and compute them as means over all batches.

    Frozen layers, which are in evaluation mode, keep theirs. Yields whether any layer was reset; momenta are restored.
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


def has_statistics(module: nn.Module) -> bool:
    """Return whether a module has batch normalisation with running statistics."""
    return any(isinstance(layer, BatchNorm) and layer.track_running_stats for layer in module.modules())


@torch.no_grad()
def fit_statistics(encoder: Encoder, batches: Iterable[Windows]) -> None:
    """Let the running statistics of batch normalisation be their means over batches of windows; labels have no part.

    Other layers stay in evaluation mode, so that nothing is dropped; the modes of all come back at the end.

    Parameters
    ----------
    encoder
        Network whose statistics are fitted, in place.
    batches
        Batches of windows of about the same size; each has the same weight.
    """
    with evaluating(encoder):
        for layer in encoder.modules():
            layer.train(isinstance(layer, BatchNorm))
        with statistics_anew(encoder):
            for windows in batches:
                encoder(windows)


def _ordinary(modules: tuple[nn.Module, ...]) -> list[tuple[nn.Module, str, Ordinary]]:
    parents = [parent for module in modules for parent in module.modules()]
    return [(p, name, child) for p in parents for name, child in p.named_children() if isinstance(child, Ordinary)]


class JointBatchNorm(nn.SyncBatchNorm):
    """Synchronised batch normalisation for every device; torch's own does not support CPUs."""

    def forward(self, x: Float[Tensor, "batch n_channels *more"]) -> Float[Tensor, "batch n_channels *more"]:
        """Standardise each channel with the mean and variance over all processes; evaluation is the same as torch's.

        Raises
        ------
        ValueError
            If all processes together have one value per channel, which has no variance.
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
        """Update the running statistics as torch does, with the unbiased variance."""
        if self.running_mean is None or self.running_var is None or self.num_batches_tracked is None:
            return
        self.num_batches_tracked.add_(1)
        share = 1 / float(self.num_batches_tracked) if self.momentum is None else self.momentum
        self.running_mean.lerp_(mean, share)
        self.running_var.lerp_(variance, share)
