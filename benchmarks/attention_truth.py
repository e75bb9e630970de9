"""Does attention find the channels that tell the class? Simulated windows of which three channels do.

Run ``PYTHONPATH=tests python benchmarks/attention_truth.py 0 1 2 3 4`` from the repository's root, with the seeds. For
each depth a transformer is trained on windows of 16 channels of pink noise, in which rhythms of 8 to 12 Hz are larger
in three channels in one class (`tests/interpretability/known_truth.py`). Printed are the accuracy on other windows and
the rank AUC of maps against the true channels, for rollout, for rollout weighted by gradients, and for both with
shuffled weights: mean over seeds, with the 95 % interval of the mean by Student's t. Networks that learned nothing are
kept.
"""

import sys

import numpy as np
import torch
from forms import group_of, windows_of
from interpretability.known_truth import CHANNELS, N_CHANNELS, N_TIMES, SFREQ, windows
from options import CONF, node_of
from scipy import stats
from torch import nn

from eegbench.interpretability import Scene
from eegbench.interpretability.attention_rollout import AttentionRollout
from eegbench.interpretability.randomised import randomised
from eegbench.interpretability.recovery import by_channel, rank_auc
from eegbench.model.eeg_transformer import EegTransformer
from eegbench.types import Form

DEPTHS = (1, 2, 3, 5)
N_TRAIN, N_EXPLAINED, PASSES = 4096, 256, 30
TRUTH = np.isin(np.arange(N_CHANNELS), CHANNELS)
METHODS = {
    name: AttentionRollout(weighting=name, heads="mean", only_correct=False, min_confidence=0.0)
    for name in ("attention", "gradient")
}


class Classifier(nn.Module):
    """The shipped transformer at a depth, with smaller tokens, and a linear head."""

    def __init__(self, n_layers: int) -> None:
        super().__init__()
        node = {name: value for name, value in node_of(CONF / "model/eeg_transformer.yaml").items() if name[0] != "_"}
        form = Form({"eeg": group_of([f"C{i}" for i in range(N_CHANNELS)], SFREQ, N_TIMES)}, "none")
        self.encoder = EegTransformer(form=form, **node | {"n_layers": n_layers, "dim": 64})
        self.head = nn.Linear(self.encoder.embed_dim, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return class scores."""
        return self.head(self.encoder(windows_of(x)))


def main() -> None:
    """Print a row for each depth."""
    seeds = [int(word) for word in sys.argv[1:]]
    names = [*METHODS, *(f"{name}, shuffled" for name in METHODS)]
    print(f"| layers | accuracy | {' | '.join(names)} |\n|---|---|{'---|' * len(names)}")
    for depth in DEPTHS:
        rows = [measured(depth, seed) for seed in seeds]
        print(
            f"| {depth} | {' | '.join(told([row[name] for row in rows]) for name in ['accuracy', *names])} |",
            flush=True,
        )


def measured(depth: int, seed: int) -> dict[str, float]:
    """Train a network, and return its accuracy and the AUC of each map."""
    rng = np.random.default_rng(seed)
    torch.manual_seed(seed)
    network = Classifier(depth)
    train(network, *windows(N_TRAIN, 0.0, rng), rng)
    x, labels = windows(N_EXPLAINED, 0.0, rng)
    group = group_of([f"C{i}" for i in range(N_CHANNELS)], SFREQ, N_TIMES)
    scene = Scene(network.eval(), x.__getitem__, labels, ("rest", "rhythm"), group)
    with torch.no_grad():
        accuracy = float((network(x).argmax(1).numpy() == labels).mean())
    shuffled = scene.of(randomised(network, scene, np.random.default_rng(seed)))
    found = {"accuracy": accuracy}
    for name, method in METHODS.items():
        for suffix, one in (("", scene), (", shuffled", shuffled)):
            found[f"{name}{suffix}"] = rank_auc(by_channel(method.explain(one, rng)), TRUTH)
    return found


def train(network: nn.Module, x: torch.Tensor, labels: np.ndarray, rng: np.random.Generator) -> None:
    """Train with AdamW and a warm-up."""
    n_steps = PASSES * -(-len(x) // 64)
    optimiser = torch.optim.AdamW(network.parameters(), lr=1e-3, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, max_lr=1e-3, total_steps=n_steps, pct_start=0.2)
    targets = torch.from_numpy(labels)
    for _ in range(PASSES):
        for rows in torch.from_numpy(rng.permutation(len(x))).split(64):
            optimiser.zero_grad()
            nn.functional.cross_entropy(network(x[rows]), targets[rows]).backward()
            optimiser.step()
            schedule.step()


def told(values: list[float]) -> str:
    """Return the mean with its interval, or the value of one seed."""
    mean = float(np.mean(values))
    if len(values) < 2:
        return f"{mean:.2f}"
    half = float(stats.t.ppf(0.975, len(values) - 1) * stats.sem(values))
    return f"{mean:.2f} [{mean - half:.2f}, {mean + half:.2f}]"


if __name__ == "__main__":
    main()
