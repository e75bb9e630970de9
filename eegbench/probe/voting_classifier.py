"""Classification of windows by a network of sequences: every sequence that contains a window has a vote."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from jaxtyping import Float, Int

from eegbench.inference.description import Description
from eegbench.inference.embedding import Embeddings
from eegbench.inference.network import Network
from eegbench.inference.voting import vote
from eegbench.probe.base import Classifier


class VotingClassifier(Classifier):
    """Classifier of windows by the votes of the sequences that contain them.

    Parameters
    ----------
    network
        Network in evaluation mode.
    embeddings
        Embeddings of all windows that are not rejected, by the network's encoder.
    parts
        Parts of the store's table; a sequence does not cross parts.
    """

    def __init__(self, network: Network, *, embeddings: Embeddings, parts: Sequence[pd.DataFrame]) -> None:
        self.trained, self.embeddings, self.parts = network, embeddings, parts
        self.facts = {}

    def probabilities(self, rows: Int[np.ndarray, "n"]) -> Float[np.ndarray, "n n_classes"]:
        """Return class probabilities of windows by their rows in the store's table."""
        found = np.empty((len(rows), len(self.trained.classes)))
        for part in self.parts:
            asked = np.isin(rows, part.index)
            if asked.any():
                found[asked] = vote(self.trained, self.embeddings, part, rows[asked])
        return found

    def network(self, description: Description) -> Network:  # noqa: ARG002  the network has its own description
        """Return the network."""
        return self.trained
