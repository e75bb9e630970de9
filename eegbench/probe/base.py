"""Base classes of probes, which are fitted on train, chosen on valid, and return class probabilities of windows."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from jaxtyping import Float, Int

from eegbench.inference.description import Description
from eegbench.inference.embedding import Embeddings
from eegbench.inference.network import Network
from eegbench.model.base import Encoder
from eegbench.store.base import WindowStore

ABSENT = -1e4
"""Score of a class that is absent from train: its probability is 0, and float32 can represent sums with it."""

Facts = Mapping[str, float | int | str]
"""Selected options and cost of a fit, for ``summary.json``."""


class ProbeNotConvergedError(ValueError):
    """The fit of a probe did not converge, so its score would depend on the number of iterations.

    Parameters
    ----------
    message
        Error message with the remedy.
    option
        Dotted name of the option to increase.
    """

    def __init__(self, message: str, option: str) -> None:
        super().__init__(message, option)
        self.option = option

    def __str__(self) -> str:
        return str(self.args[0])


@dataclass(frozen=True)
class Head:
    """A linear classifier of embeddings, with the scaler folded in.

    Attributes
    ----------
    weight, bias
        Scores are ``features @ weight.T + bias``: (n_classes, embed_dim) and (n_classes,).
    """

    weight: Float[np.ndarray, "n_classes embed_dim"]
    bias: Float[np.ndarray, "n_classes"]

    def probabilities(self, features: Float[np.ndarray, "n embed_dim"]) -> Float[np.ndarray, "n n_classes"]:
        """Return class probabilities."""
        scores = features.astype(np.float64) @ self.weight.T + self.bias
        return torch.from_numpy(scores).softmax(1).numpy()


@dataclass(frozen=True)
class Labelled:
    """Windows with their labels, the encoder that is probed, and its embeddings of them.

    Attributes
    ----------
    rows
        Rows of the store's table (n,). If windows are crops, there is one row per trial.
    y
        Label of each window, as an index into ``classes`` (n,).
    embeddings
        Embeddings of these windows, and of all others that the classifier will predict.
    encoder
        Encoder of the embeddings. It is shared, so a probe that trains it must copy it.
    store
        Store of the windows.
    """

    rows: Int[np.ndarray, "n"]
    y: Int[np.ndarray, "n"]
    embeddings: Embeddings
    encoder: Encoder
    store: WindowStore

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of all classes, including those that are absent from train."""
        return self.store.classes

    @property
    def subjects(self) -> np.ndarray:
        """Subject of each window (n,)."""
        return self.store.table["subject"].to_numpy()[self.rows]

    @property
    def features(self) -> Float[np.ndarray, "n embed_dim"]:
        """Embeddings of these windows."""
        return self.embeddings.at(self.rows)


class Classifier(ABC):
    """A fitted probe.

    Attributes
    ----------
    facts
        Selected options and cost of the fit.
    """

    facts: Facts

    @abstractmethod
    def probabilities(self, rows: Int[np.ndarray, "n"]) -> Float[np.ndarray, "n n_classes"]:
        """Return class probabilities of windows by their rows in the store's table; each row sums to 1."""

    @abstractmethod
    def network(self, description: Description) -> Network | None:
        """Return the encoder with its head, which can be saved and explained; None if there is no head.

        Parameters
        ----------
        description
            Description of the run's networks, without their weights.
        """


class Probe(ABC):
    """Base class of probes, which fit a classifier to labelled windows.

    Attributes
    ----------
    needs
        ``embeddings``: the encoder is frozen, and only its embeddings are used. ``encoder``: a copy of the
        encoder is trained. ``windows``: the encoder is not used. Such a probe is a control, which is fitted once.
    """

    needs: Literal["embeddings", "encoder", "windows"]

    def check(self, name: str, store: WindowStore) -> None:  # noqa: B027  most probes can be fitted to any windows
        """Refuse windows that the probe cannot be fitted to, before anything is trained.

        Parameters
        ----------
        name
            Name of the probe, for error messages.
        store
            Store of the windows.
        """

    @abstractmethod
    def fit(self, train: Labelled, valid: Labelled, rng: np.random.Generator) -> Classifier:
        """Fit on train, and choose settings on valid, which may be empty.

        Parameters
        ----------
        train, valid
            Labelled windows of one store and one encoder.
        rng
            The only source of randomness; the same generator gives the same classifier. No other generator is used,
            so that results do not depend on other probes.

        Raises
        ------
        ProbeNotConvergedError
            If the fit did not converge.
        ValueError
            If train has fewer than two classes.
        """
