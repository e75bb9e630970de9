"""Functions that tests run in several processes and in one, to compare the results; see `ranks.in_processes`."""

from pathlib import Path

import torch
from small_training import Tiny, loop, material
from torch import nn

from eegbench import distributed
from eegbench.environment import seed_libraries
from eegbench.task.relative_positioning import RelativePositioning
from eegbench.trainer import NonFiniteLossError
from eegbench.trainer.averaging.swa import Swa
from eegbench.trainer.batch_norm import synchronised
from eegbench.trainer.ddp import Ddp
from eegbench.trainer.penalty.l2 import L2

N_EXAMPLES = 7  # two processes have 3 and 4 of them
TEMPERATURE = 5.0

NORMS = {
    "1d": (lambda: nn.BatchNorm1d(3), (N_EXAMPLES, 3)),
    "1d over time": (lambda: nn.BatchNorm1d(3), (N_EXAMPLES, 3, 5)),
    "2d, cumulative": (lambda: nn.BatchNorm2d(3, momentum=None), (N_EXAMPLES, 3, 2, 5)),
    "2d, without weights": (lambda: nn.BatchNorm2d(3, affine=False), (N_EXAMPLES, 3, 2, 5)),
    "2d, without running statistics": (lambda: nn.BatchNorm2d(3, track_running_stats=False), (N_EXAMPLES, 3, 2, 5)),
}


def numbers(*shape, seed):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def what_each_sees():
    def fail():
        raise ValueError("the disk is full, say")

    try:
        distributed.from_main(fail)
    except (ValueError, distributed.PeerLostError) as error:
        refused = f"{type(error).__name__}: {error}"
    own = distributed.rank()
    layer = nn.Linear(2, 1)
    nn.init.constant_(layer.weight, own)
    distributed.broadcast_weights(layer)
    return {
        "rank": own,
        "n": distributed.world_size(),
        "is_main": distributed.is_main(),
        "share": distributed.share(slice(10, 17)),
        "share of one": distributed.share(slice(3, 4)),
        "share in blocks": distributed.share(slice(10, 20), block=4),
        "told": distributed.broadcast({"said by": own}),
        "done": distributed.from_main(lambda: f"done by {own}"),
        "refused": refused,
        "total": float(distributed.total(torch.tensor(1.0 + own))),
        "gathered": distributed.gather(torch.full((1 + own, 2), float(own))).tolist(),
        "weight": layer.weight.tolist(),
    }


def info_nce():
    """Each example's first view looks for its second among all: the loss of all, and the gradient of the weights."""
    weights = nn.Parameter(numbers(5, 3, seed=0))
    every = slice(0, N_EXAMPLES)
    mine = distributed.share(every)
    one, other = (numbers(N_EXAMPLES, 5, seed=seed)[mine] @ weights for seed in (1, 2))
    similar = one @ distributed.gather(other).T / TEMPERATURE
    loss = nn.functional.cross_entropy(similar, torch.arange(mine.start, mine.stop)) * len(one) / N_EXAMPLES
    loss.backward()
    distributed.total_gradients([weights])
    return float(distributed.total(loss.detach())), weights.grad


def gradients_of_a_layer_that_only_one_process_uses():
    used, never = nn.Linear(2, 1), nn.Linear(2, 1)
    if not distributed.is_main() or distributed.world_size() == 1:
        used(torch.ones(1, 2)).sum().backward()
    distributed.total_gradients([*used.parameters(), *never.parameters()])
    return [None if p.grad is None else p.grad.tolist() for p in [*used.parameters(), *never.parameters()]]


def normalise(name):
    """Two batches in training, one in evaluation: outputs, gradients and statistics."""
    make, shape = NORMS[name]
    model = nn.Sequential(make())
    norm = model[0]
    if norm.affine:
        norm.weight.data.copy_(numbers(3, seed=3))
        norm.bias.data.copy_(numbers(3, seed=4))
    found = {}
    mine = distributed.share(slice(0, N_EXAMPLES))
    with synchronised(model):
        for number in range(2):
            x = (5 + 3 * numbers(*shape, seed=10 + number))[mine].requires_grad_()
            y = model(x)
            y.backward(numbers(*shape, seed=20 + number)[mine])
            found |= {f"rows: y {number}": y.detach(), f"rows: gradient of x {number}": x.grad}
        distributed.total_gradients(norm.parameters())
        evaluated = model.eval()(x).detach()
    if norm.track_running_stats:  # without, each process would take its own share's, as torch's own does
        found["rows: y in evaluation"] = evaluated
    assert model[0] is norm
    assert not norm.training
    return found | dict(norm.state_dict()) | {f"gradient of {n}": p.grad for n, p in norm.named_parameters()}


def one_value_a_channel():
    model = nn.Sequential(nn.BatchNorm1d(3))
    with synchronised(model):
        try:
            model(torch.ones(1, 3)[distributed.share(slice(0, 1))])
        except ValueError as error:
            return str(error)


def fit(folder, trainer, *, dropout=0.0, batch_norm=True, after_pass=lambda row: {}, given=None, n_pairs=51):
    """Train; 51 pairs in batches of 16 leave a batch of three, of which two processes have one and two."""
    seed_libraries(distributed.rank())  # process 0's weights are everyone's
    encoder = Tiny(dropout=dropout, batch_norm=batch_norm)
    task = RelativePositioning(embed_dim=4, dropout=dropout, batch_statistics="view")
    given = given or material(n_pairs=n_pairs)
    fitted = trainer.fit(encoder, task, given, folder=Path(folder), after_pass=after_pass)
    weights = {name: t.clone() for module in (encoder, task) for name, t in module.state_dict().items()}
    return {"fit": fitted, "weights": weights}


AVERAGING = Swa(from_pass=2)
STEADY = {"averaging": AVERAGING, "optimizer": torch.optim.SGD}
"""Averaged weights, of steps proportional to gradients: Adam makes steps of rounding for a bias before batch norm."""
PENALTIES = {"l2": L2(factor=0.1, leave_out=("bias",))}


def train(folder, *, clip_norm=None, penalties=None, **options):
    return fit(folder, loop(Ddp, clip_norm=clip_norm, penalties=penalties or {}), **options)


def train_and_resume(folder):
    """Train straight, and stopped after pass 2 and resumed, with dropout in every process and averaged weights."""
    seen = []

    def stop(row):
        seen.append(row["pass"])
        if row["pass"] == 3:
            raise OSError("the disk is full")
        return {}

    trainer = loop(Ddp, averaging=AVERAGING)
    straight = fit(f"{folder}/straight", trainer, dropout=0.5)
    try:
        fit(f"{folder}/cut", trainer, dropout=0.5, after_pass=stop)
    except (OSError, distributed.PeerLostError) as error:
        ended = type(error).__name__
    return {"straight": straight, "resumed": fit(f"{folder}/cut", trainer, dropout=0.5), "ended": ended, "seen": seen}


def watch_a_probe(folder):
    """Stop by what process 0's probe says; the others' would say otherwise."""
    scores = {0: 0.0, 1: 0.3, 2: 0.9, 3: 0.5, 4: 0.4} if distributed.is_main() else dict.fromkeys(range(5), 0.0)
    called = []

    def probe(row):
        called.append(row["pass"])
        return {"probe_score": scores[row["pass"]]}

    trainer = loop(Ddp, monitor="probe_score", patience=2, max_passes=50)
    return fit(folder, trainer, after_pass=probe) | {"called": called}


def meet_an_infinite_loss(folder):
    given = material()
    if not distributed.is_main():
        given.store.windows.fill_(torch.inf)
    try:
        fit(folder, loop(Ddp), given=given)
    except NonFiniteLossError as error:
        return str(error)


def all_distributed():
    return {
        "sees": what_each_sees(),
        "info_nce": info_nce(),
        "unused": gradients_of_a_layer_that_only_one_process_uses(),
        "norms": {name: normalise(name) for name in NORMS} | {"one value": one_value_a_channel()},
    }


def all_training(folder):
    return {
        "plain": train(f"{folder}/plain", batch_norm=False, n_pairs=49),  # a last batch of one: nothing for process 0
        "clipped": train(f"{folder}/clipped", clip_norm=1e-2),
        "averaged": fit(f"{folder}/averaged", loop(Ddp, **STEADY)),
        "penalised": train(f"{folder}/penalised", penalties=PENALTIES, batch_norm=False),
        "resume": train_and_resume(f"{folder}/resume"),
        "probe": watch_a_probe(f"{folder}/probe"),
        "infinite": meet_an_infinite_loss(f"{folder}/infinite"),
    }
