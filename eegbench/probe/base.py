"""What a probe promises: fitted on train, chosen on valid, it gives class probabilities for embeddings."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int

ABSENT = -1e4
"""The score of a class that train does not hold: its probability is 0, and float32 can add to it."""


class ProbeNotConvergedError(ValueError):
    """The probe's fit stopped before it had converged: its score would be of its iterations, not of the encoder."""


@dataclass(frozen=True)
class Head:
    """A linear classifier of embeddings, with the scaler folded in.

    Attributes
    ----------
    weight, bias
        Scores are ``features @ weight.T + bias``: (n_classes, embed_dim) and (n_classes,).
    C
        Inverse regularisation strength of the fit.
    n_iter
        Iterations that it took.
    """

    weight: Float[np.ndarray, "n_classes embed_dim"]
    bias: Float[np.ndarray, "n_classes"]
    C: float
    n_iter: int

    def probabilities(self, features: Float[np.ndarray, "n embed_dim"]) -> Float[np.ndarray, "n n_classes"]:
        """Return class probabilities."""
        scores = features.astype(np.float64) @ self.weight.T + self.bias
        return torch.from_numpy(scores).softmax(1).numpy()


@dataclass(frozen=True)
class Labelled:
    """Embeddings with their labels.

    Attributes
    ----------
    features
        (n, embed_dim)
    labels
        (n,), each an index into the classes
    """

    features: Float[np.ndarray, "n embed_dim"]
    labels: Int[np.ndarray, "n"]


class Probe(ABC):
    """Fits a head to embeddings."""

    @abstractmethod
    def fit(self, train: Labelled, valid: Labelled, n_classes: int) -> Head:
        """Fit on train; whatever is chosen is chosen on valid.

        Raises
        ------
        ProbeNotConvergedError
            Where the fit did not converge.
        ValueError
            Where train holds fewer than two classes.
        """
