"""Classifier with a linear head on an encoder: the linear probe, a fine-tuned encoder, or a trained network."""

from collections.abc import Callable

import numpy as np
import torch
from jaxtyping import Float, Int

from eegbench.inference.description import Description
from eegbench.inference.network import Network
from eegbench.model.base import Encoder
from eegbench.probe.base import Classifier, Facts, Head

Features = Callable[[Int[np.ndarray, "n"]], Float[np.ndarray, "n embed_dim"]]
"""Function from rows of the store's table to the embeddings of these windows."""


class HeadClassifier(Classifier):
    """Classifier of embeddings by a linear head.

    Parameters
    ----------
    encoder
        Encoder of the embeddings.
    head
        Linear classifier of embeddings.
    features
        Function that returns the encoder's embeddings of windows.
    facts
        Selected options and cost of the fit.
    """

    def __init__(self, encoder: Encoder, *, head: Head, features: Features, facts: Facts) -> None:
        self.encoder, self.head, self.features, self.facts = encoder, head, features, facts

    def probabilities(self, rows: Int[np.ndarray, "n"]) -> Float[np.ndarray, "n n_classes"]:
        """Return class probabilities of windows by their rows in the store's table."""
        return self.head.probabilities(self.features(rows))

    def network(self, description: Description) -> Network:
        """Return the encoder with the head."""
        weight, bias = (torch.from_numpy(one.astype(np.float32)) for one in (self.head.weight, self.head.bias))
        return Network(self.encoder, weight=weight, bias=bias, description=description)
