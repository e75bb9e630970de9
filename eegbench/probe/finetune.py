"""Fine-tuning: a copy of the encoder is trained on labels together with a linear layer."""

import copy
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

import numpy as np
import pandas as pd
import torch
from jaxtyping import Float, Int

from eegbench.config import Dropout
from eegbench.environment import own_random_state
from eegbench.inference.trial import embed_trials
from eegbench.model.base import Encoder
from eegbench.probe.base import ABSENT, Classifier, Head, Labelled, Probe
from eegbench.probe.check import check_classes
from eegbench.probe.head_classifier import HeadClassifier
from eegbench.probe.linear import Linear
from eegbench.sampler.single_window import SingleWindow
from eegbench.task.supervised import Supervised
from eegbench.trainer import Fit, Material, Trainer
from eegbench.trainer.base import NonFiniteLossError


class Finetune(Probe):
    """Train all weights of a copy of the encoder on the labels of train, and use the best pass on valid.

    If windows are crops, the copy is trained on crops and predicts trials. With random initial weights this is
    supervised training from scratch.

    Parameters
    ----------
    trainer
        Trainer of the copy, in one process. Its checkpoints are written to a temporary folder.
    class_balanced
        Draw classes equally often, with replacement, in train and in valid. If not, each window is drawn once a pass.
    dropout
        Dropout probability for the embedding in training.
    first
        Probe whose head the linear layer starts from, fitted to the frozen encoder (Kumar et al. 2022,
        doi:10.48550/arXiv.2202.10054): random initial weights would distort the encoder in the first steps. None
        starts from random weights.
    """

    needs: Literal["embeddings", "encoder", "windows"] = "encoder"

    def __init__(self, *, trainer: Trainer, class_balanced: bool, dropout: Dropout, first: Linear | None) -> None:
        if trainer.joins_processes:
            raise ValueError("probe.of.finetune.trainer: the copy is always trained in one process; set loop.")
        if not 0 <= dropout < 1:
            raise ValueError(
                f"probe.of.finetune.dropout={dropout:g}: expected a share from 0 up to but not including 1."
            )
        self.trainer, self.dropout, self.first = trainer, dropout, first
        self.sampler = SingleWindow(class_balanced=class_balanced)

    def fit(self, train: Labelled, valid: Labelled, rng: np.random.Generator) -> Classifier:
        """Train a copy of the encoder. See `eegbench.probe.Probe.fit`.

        Raises
        ------
        NonFiniteLossError
            If the loss is not finite.
        """
        check_classes(train.y, train.classes)
        weights_seed, draws_seed = (int(seed) for seed in rng.integers(2**31, size=2))
        store = train.store
        material = Material(store, _windows(train), _windows(valid), self.sampler, draws_seed)
        with own_random_state(weights_seed):
            encoder: Encoder = copy.deepcopy(train.encoder).requires_grad_(True)
            task = Supervised(
                embed_dim=encoder.embed_dim,
                class_names=train.classes,
                class_counts=(),
                form=train.store.form,
                dropout=self.dropout,
                class_weights="none",
                augmentations={},
            )
            if self.first is not None:
                _start_from(self.first.fit_head(train, valid)[0], task)
            done = self._train(encoder, task.to(store.device), material)

        def features(rows: Int[np.ndarray, "n"]) -> Float[np.ndarray, "n embed_dim"]:
            return embed_trials(encoder, store, rows).features

        facts = {"final_pass": done.final_pass, "n_passes": len(done.history) - 1, "n_steps": done.n_steps}
        return HeadClassifier(encoder, head=_head(task, train.y), features=features, facts=facts)

    def _train(self, encoder: Encoder, task: Supervised, material: Material) -> Fit:
        with TemporaryDirectory(prefix="eegbench-finetune-") as folder:
            try:
                return self.trainer.fit(encoder, task, material, folder=Path(folder), after_pass=_nothing)
            except NonFiniteLossError as error:
                raise NonFiniteLossError(f"below probe.of.finetune, {error}") from error


def _nothing(row: Mapping[str, Any]) -> Mapping[str, float]:  # noqa: ARG001  the signature of what follows a pass
    return {}


def _start_from(head: Head, task: Supervised) -> None:
    """Copy the weights of a fitted head; a class that is absent from train keeps random weights, which cancel later."""
    there = torch.from_numpy(head.bias != ABSENT)
    with torch.no_grad():
        task.linear.weight[there] = torch.from_numpy(head.weight).float()[there]
        task.linear.bias[there] = torch.from_numpy(head.bias).float()[there]


def _windows(part: Labelled) -> pd.DataFrame:
    """Return the rows of the store's table that belong to these windows: all crops of their trials."""
    trials = part.store.trials
    return part.store.table[np.isin(trials, trials[part.rows])]


def _head(task: Supervised, y: Int[np.ndarray, "n"]) -> Head:
    """Return the trained layer, with probability 0 for classes that are absent from train."""
    weights = (task.linear.weight, task.linear.bias)
    weight, bias = (tensor.detach().double().cpu().numpy().copy() for tensor in weights)
    absent = np.setdiff1d(np.arange(len(bias)), y)
    weight[absent], bias[absent] = 0.0, ABSENT
    return Head(weight=weight, bias=bias)
