"""Attention through all layers: the proportion of each token that reaches each other token, or the class token.

Abnar and Zuidema 2020, Quantifying attention flow in transformers, doi:10.18653/v1/2020.acl-main.385. Weighted by
gradients: Chefer et al. 2021, Generic attention-model explainability, doi:10.1109/ICCV48922.2021.00045.
"""

from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor

Heads = Literal["mean", "max", "min"]
Layers = Float[Tensor, "batch n_layers n_tokens n_tokens"]
Matrix = Float[Tensor, "batch n_tokens n_tokens"]


def fused(weights: Float[Tensor, "batch n_layers n_heads n_tokens n_tokens"], heads: Heads) -> Layers:
    """Return one matrix per layer: the mean, largest or smallest weight over its heads."""
    if heads == "mean":
        return weights.mean(2)
    return weights.amax(2) if heads == "max" else weights.amin(2)


def rollout(layers: Layers) -> Matrix:
    """Return the product of all layers, the last one first, with the residual connection as half of each.

    Rows add up to 1: row i contains the proportions of the input tokens in token i of the last layer.
    """
    identity = torch.eye(layers.shape[-1], dtype=layers.dtype, device=layers.device)
    rolled = identity.expand(len(layers), -1, -1)
    for layer in layers.unbind(1):
        half = (layer + identity) / 2
        rolled = half / half.sum(-1, keepdim=True) @ rolled
    return rolled


def upstream_rollout(layers: Layers) -> Matrix:
    """Return the product as published with eeg-transformer: the first layer first, without residual connections.

    This is not the flow of attention, because the order of multiplication is wrong; use it to compare with published
    figures only.
    """
    rolled = torch.eye(layers.shape[-1], dtype=layers.dtype, device=layers.device).expand(len(layers), -1, -1)
    for layer in reversed(layers.unbind(1)):
        rolled = layer @ rolled
    return rolled


def gradient_rollout(
    weights: Float[Tensor, "batch n_layers n_heads n_tokens n_tokens"],
    gradients: Float[Tensor, "batch n_layers n_heads n_tokens n_tokens"],
) -> Matrix:
    """Return the contribution of attention to a score, layer by layer: positive parts of weights times gradients.

    Heads are averaged, and the product of each layer with the previous result is added to the identity.
    """
    relevant = (weights * gradients).clamp_min(0).mean(2)
    rolled = torch.eye(weights.shape[-1], dtype=weights.dtype, device=weights.device).expand(len(weights), -1, -1)
    for layer in relevant.unbind(1):
        rolled = rolled + layer @ rolled
    return rolled
