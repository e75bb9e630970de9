"""Fit the numbers by which simulated scorers disagree to the five scorers of each night of DOD-H or DOD-O.

Run ``python benchmarks/fit_scorers.py FOLDER`` with a folder of scorers as `eegbench consensus` reads it. It prints a
module as `eegbench.dataset.simulation.measured_dod_h`. The latent-class model of `eegbench.dataset.simulation.scorers`
is fitted by maximum likelihood, with a penalty where the stages of a pair of scorers differ from the real ones.
"""

import argparse
from dataclasses import fields
from pathlib import Path

import numpy as np
import torch

from eegbench.agreement.nights import Night, read_nights
from eegbench.dataset.dod_lights import LIGHTS
from eegbench.dataset.simulation.scorers import consensus_of
from eegbench.dataset.simulation.statistics import WHOLE_RECORD, beside_a_change, describe, night_span

N_KINDS = 3
N_STARTS = 6
STEPS = 600
PENALTY = 1000.0
"""Of the mean squared difference of the shares; with 0 the largest difference is 0.04 (DOD-H) and 0.05 (DOD-O)."""

QUANTILES = (0, 10, 25, 50, 75, 90, 100)


def truth_of(night: Night) -> np.ndarray:
    """Return the consensus of a night; what all leave unscored is wake."""
    return np.maximum(consensus_of(night.stages), 0)


def shares_of_pairs(joint: torch.Tensor) -> torch.Tensor:
    """Return the share of the second scorer's stage for each stage of the first, of different scorers."""
    off = ~torch.eye(joint.shape[0], dtype=torch.bool)
    return (joint / joint.sum(-1, keepdim=True).clamp_min(1e-9))[off]


class Fit:
    """Counts of what five scorers gave, and the model that is fitted to them."""

    def __init__(self, nights: list[Night]) -> None:
        truth = [truth_of(night) for night in nights]
        beside = np.concatenate([beside_a_change(one) for one in truth]).astype(int)
        given = np.concatenate([night.stages.T for night in nights])
        rows = np.column_stack([np.concatenate(truth), beside, given])[(given >= 0).all(axis=1)]
        distinct, counts = np.unique(rows, axis=0, return_counts=True)
        self.rows = torch.tensor(distinct)
        self.share = torch.tensor(counts / counts.sum(), dtype=torch.float32)
        self.weight = torch.zeros(2, 5).index_put_((self.rows[:, 1], self.rows[:, 0]), self.share, accumulate=True)
        votes = torch.eye(5)[self.rows[:, 2:]]
        self.real = shares_of_pairs(torch.einsum("n,nas,nbt->abst", self.share, votes, votes))
        self.first = torch.stack(
            [torch.einsum("n,njs->js", self.share * (self.rows[:, 0] == stage), votes) for stage in range(5)]
        )

    def run(self, seed: int) -> tuple[float, float, torch.Tensor, torch.Tensor]:
        """Return log likelihood an epoch, the largest difference of shares, kinds and what scorers say."""
        generator = torch.Generator().manual_seed(seed)
        kinds = (0.3 * torch.randn(2, 5, N_KINDS, generator=generator)).requires_grad_()
        begin = torch.log(self.first / self.first.sum(-1, keepdim=True) + 1e-3)
        says = (begin[:, None] + torch.randn(5, N_KINDS, 5, 5, generator=generator)).requires_grad_()
        optimizer = torch.optim.Adam([kinds, says], lr=0.05)
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, STEPS)
        for _ in range(STEPS):
            likelihood, difference = self.compare(torch.log_softmax(kinds, -1), torch.log_softmax(says, -1))
            optimizer.zero_grad()
            (PENALTY * (difference**2).mean() - likelihood).backward()
            optimizer.step()
            schedule.step()
        worst = float(difference.detach().abs().max())
        return float(likelihood.detach()), worst, kinds.detach().softmax(-1), says.detach().softmax(-1)

    def compare(self, kinds: torch.Tensor, says: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return log likelihood an epoch, and differences of shares, of logarithms of the model's numbers."""
        stage, beside = self.rows[:, 0], self.rows[:, 1]
        each = kinds[beside, stage] + sum(says[stage, :, j, self.rows[:, 2 + j]] for j in range(5))
        mix = (self.weight[..., None] * kinds.exp()).sum(0)
        joint = torch.einsum("zm,zmas,zmbt->abst", mix, says.exp(), says.exp())
        return (self.share * torch.logsumexp(each, 1)).sum(), shares_of_pairs(joint) - self.real


def printed(values: np.ndarray) -> str:
    """Return an array as code."""
    return np.array2string(np.asarray(values), precision=3, separator=", ", suppress_small=True, threshold=10**6)


def main() -> None:
    """Print the module of a folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    torch.set_num_threads(1)
    _, nights = read_nights(parser.parse_args().folder, LIGHTS)
    truth = [truth_of(night) for night in nights]
    statistics = describe(truth, WHOLE_RECORD)
    print("NIGHTS = HypnogramStatistics(")
    for field in fields(statistics):
        print(f"{field.name}=np.array({printed(getattr(statistics, field.name))}),")
    spans = [night_span(one, WHOLE_RECORD) for one in truth]
    around = [[first for first, _ in spans], [len(one) - stop for one, (_, stop) in zip(truth, spans, strict=True)]]
    print(f")\nAROUND = np.array({printed(np.percentile(around, QUANTILES, axis=1).T)})")
    fit = Fit(nights)
    likelihood, worst, kinds, says = max((fit.run(seed) for seed in range(N_STARTS)), key=lambda found: found[0])
    print(f"HABITS = Habits(kinds=np.array({printed(kinds.numpy())}),\nsays=np.array({printed(says.numpy())}))")
    print(f"# log likelihood {likelihood:.4f} an epoch, largest difference of shares {worst:.3f}")


if __name__ == "__main__":
    main()
