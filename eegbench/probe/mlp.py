"""Multilayer perceptron with one hidden layer on frozen embeddings."""

import copy
from typing import Literal

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from eegbench.config import Dropout, NotNegative, Positive, Size
from eegbench.environment import in_one_thread, own_random_state
from eegbench.probe.base import ABSENT, Classifier, Labelled, Probe
from eegbench.probe.check import check_classes, check_finite, standardisation
from eegbench.probe.embedding_classifier import EmbeddingClassifier
from eegbench.score import confusion_matrix
from eegbench.score.metric import balanced_accuracy


class Mlp(Probe):
    """A hidden layer with ReLU on standardised embeddings, trained with balanced cross-entropy by AdamW.

    The pass with the best balanced accuracy on valid is used, the earliest in case of a tie; without valid the last.

    Parameters
    ----------
    hidden_dim
        Size of the hidden layer.
    dropout
        Dropout probability of hidden units in training.
    lr, weight_decay
        Learning rate and weight decay of AdamW (Loshchilov and Hutter 2019, doi:10.48550/arXiv.1711.05101).
    batch_size
        Number of windows in a step.
    max_passes
        Maximum number of passes over the windows of train.
    patience
        Number of passes without improvement on valid after which training stops.
    """

    needs: Literal["embeddings", "encoder", "windows"] = "embeddings"

    def __init__(
        self,
        *,
        hidden_dim: Size,
        dropout: Dropout,
        lr: Positive,
        weight_decay: NotNegative,
        batch_size: Size,
        max_passes: Size,
        patience: Size,
    ) -> None:
        self.hidden_dim, self.dropout, self.lr, self.weight_decay = hidden_dim, dropout, lr, weight_decay
        self.batch_size, self.max_passes, self.patience = batch_size, max_passes, patience

    def fit(self, train: Labelled, valid: Labelled, rng: np.random.Generator) -> Classifier:
        """Train on train, and keep the best pass on valid. See `eegbench.probe.Probe.fit`."""
        check_classes(train.y, train.classes)
        of_train, of_valid = train.features, valid.features
        check_finite([("train", of_train), ("valid", of_valid)])
        centre, scale = standardisation(of_train)

        def standardised(features: Float[np.ndarray, "n dim"]) -> Tensor:
            return torch.from_numpy(((features - centre) / scale).astype(np.float32))

        with own_random_state(int(rng.integers(2**31))), in_one_thread(when=True):
            network = self._network(of_train.shape[1], len(train.classes))
            best, n_passes = self._train(network, standardised(of_train), train.y, standardised(of_valid), valid.y)
        absent = np.setdiff1d(np.arange(len(train.classes)), train.y)

        def predict(features: Float[np.ndarray, "n dim"]) -> Float[np.ndarray, "n n_classes"]:
            scores = _scores(network, standardised(features)).double()
            scores[:, absent] = ABSENT
            return scores.softmax(1).numpy()

        return EmbeddingClassifier(train.embeddings, predict=predict, facts={"final_pass": best, "n_passes": n_passes})

    def _network(self, dim: int, n_classes: int) -> nn.Module:
        return nn.Sequential(
            nn.Linear(dim, self.hidden_dim), nn.ReLU(), nn.Dropout(self.dropout), nn.Linear(self.hidden_dim, n_classes)
        )

    def _train(
        self, network: nn.Module, x: Tensor, y: Int[np.ndarray, "n"], of_valid: Tensor, y_valid: Int[np.ndarray, "m"]
    ) -> tuple[int, int]:
        """Train in place; return the number of the pass that was kept, and the number of passes."""
        labels, n_classes = torch.from_numpy(y), _scores(network, x[:1]).shape[1]
        counts = np.bincount(y, minlength=n_classes)
        weights = torch.from_numpy(len(y) / np.maximum(counts, 1) / np.count_nonzero(counts)).float()
        optimiser = torch.optim.AdamW(network.parameters(), lr=self.lr, weight_decay=self.weight_decay)
        best, kept, state = 0, -np.inf, copy.deepcopy(network.state_dict())
        for n_passes in range(1, self.max_passes + 1):
            network.train()
            for rows in torch.randperm(len(x)).split(self.batch_size):
                optimiser.zero_grad()
                loss = nn.functional.cross_entropy(network(x[rows]), labels[rows], weights)
                loss.backward()
                optimiser.step()
            value = _balanced_accuracy(network, of_valid, y_valid) if len(y_valid) else float(n_passes)
            if value > kept:
                best, kept, state = n_passes, value, copy.deepcopy(network.state_dict())
            elif n_passes - best >= self.patience:
                break
        network.load_state_dict(state)
        return best, n_passes


@torch.no_grad()
def _scores(network: nn.Module, x: Tensor) -> Float[Tensor, "n n_classes"]:
    network.eval()
    return torch.as_tensor(network(x))


def _balanced_accuracy(network: nn.Module, x: Tensor, y: Int[np.ndarray, "n"]) -> float:
    scores = _scores(network, x)
    return float(balanced_accuracy(confusion_matrix(y, scores.argmax(1).numpy(), scores.shape[1])))
