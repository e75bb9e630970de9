"""The decoders' AdamW scales weight decay by the schedule but not by the learning rate, and torch's can do the same.

The published update (code of Schirrmeister 2017): p ← p − a m / (√v + ε), then p ← p (1 − wd), where a and wd both
decrease along a cosine. Torch multiplies by lr · weight_decay, so weight_decay = wd / lr gives the same factor.
"""

import math

import numpy as np
import torch

LR, DECAY, EPS, BETAS, N_STEPS = 0.01, 0.0005, 1e-8, (0.9, 0.999), 40


def published(weights, gradients):
    """Return the weights after the published updates, in double precision."""
    p, m, v = weights.copy(), np.zeros_like(weights), np.zeros_like(weights)
    for step, g in enumerate(gradients):
        factor, t = 0.5 * math.cos(math.pi * step / N_STEPS) + 0.5, step + 1
        m, v = BETAS[0] * m + (1 - BETAS[0]) * g, BETAS[1] * v + (1 - BETAS[1]) * g**2
        size = LR * factor * math.sqrt(1 - BETAS[1] ** t) / (1 - BETAS[0] ** t)
        p = (p - size * m / (np.sqrt(v) + EPS)) * (1 - DECAY * factor)
    return p


def test_weights_decay_as_published_by_torchs_adamw_with_decay_over_rate():
    rng = np.random.default_rng(0)
    weights, gradients = rng.normal(size=200), rng.normal(size=(N_STEPS, 200))
    p = torch.nn.Parameter(torch.from_numpy(weights.copy()))
    optimizer = torch.optim.AdamW([p], lr=LR, betas=BETAS, eps=EPS, weight_decay=DECAY / LR)
    for step, g in enumerate(gradients):
        optimizer.param_groups[0]["lr"] = LR * (0.5 * math.cos(math.pi * step / N_STEPS) + 0.5)
        p.grad = torch.from_numpy(g)
        optimizer.step()
    moved = np.abs(published(weights, gradients) - weights).max()
    # torch decays before the step, which leaves out the decay of one step's change
    assert np.abs(p.detach().numpy() - published(weights, gradients)).max() < 1e-3 * moved
