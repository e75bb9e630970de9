"""A scene of one group of signals: other groups, and the neighbours of a window in its sequence, stay as they are."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from eegbench.inference.network import Network
from eegbench.inference.voting import central_sequences
from eegbench.interpretability.base import Scene, Scores
from eegbench.store.base import WindowStore
from eegbench.store.windows import Windows


def scene_of_group(
    network: Network, store: WindowStore, table: pd.DataFrame, rows: Int[np.ndarray, "n"], group: str
) -> Scene:
    """Return windows as one group of signals shows them to a network.

    Parameters
    ----------
    network
        In evaluation mode, on the store's device.
    store
        The windows.
    table
        The part of the store's table whose windows may stand in sequences.
    rows
        Rows of the store's table: the windows that are explained. Of a network of sequences, each stands in the middle
        of its sequence, or as close to it as its recording allows.
    group
        Name of the group that is explained.
    """
    return Scene(
        network=network,
        gather=lambda part: store.gather(rows[part]).x[group],
        labels=store.table["label"].to_numpy()[rows],
        classes=network.classes,
        group=store.form.groups[group],
        bind=lambda of, part: _bound(of, store, table, rows[part], group),
    )


def _bound(
    network: nn.Module, store: WindowStore, table: pd.DataFrame, rows: Int[np.ndarray, "n"], group: str
) -> Scores:
    assert isinstance(network, Network)
    rest = store.gather(rows)
    if network.sequence is None:
        return lambda x: network(_filled(rest, group, x))
    around = _surroundings(network, store, table, rows)
    return lambda x: around.scores(network, network.embed(_filled(rest, group, x)))


def _filled(rest: Windows, group: str, x: Float[Tensor, "n n_channels n_times"]) -> Windows:
    """Return windows with the signals of one group replaced, each as often as ``x`` holds the batch."""
    times = len(x) // len(rest)
    others = {name: one.repeat(times, 1, 1) for name, one in rest.x.items() if name != group}
    present = None if rest.present is None else {name: one.repeat(times, 1) for name, one in rest.present.items()}
    return Windows({name: x if name == group else others[name] for name in rest.x}, present)


@dataclass(frozen=True)
class _Surroundings:
    """The embeddings of sequences, and the place of the explained window in each."""

    z: Float[Tensor, "batch length embed_dim"]
    present: Bool[Tensor, "batch length"]
    place: Int[Tensor, "batch"]

    def scores(self, network: Network, explained: Float[Tensor, "n embed_dim"]) -> Float[Tensor, "n n_classes"]:
        times = len(explained) // len(self.z)
        place, present = self.place.repeat(times), self.present.repeat(times, 1)
        at = (torch.arange(len(explained), device=explained.device), place)
        z = self.z.repeat(times, 1, 1).index_put(at, explained)
        scores: Tensor = network.scores(z, present)[at]
        return scores


@torch.no_grad()
def _surroundings(
    network: Network, store: WindowStore, table: pd.DataFrame, rows: Int[np.ndarray, "n"]
) -> _Surroundings:
    sequences, place = central_sequences(table, rows, network.description.context)
    distinct, index = np.unique(sequences, return_inverse=True)
    embedded = network.embed(store.gather(np.maximum(distinct, 0)))
    device = store.device
    return _Surroundings(
        z=embedded[torch.from_numpy(index.reshape(sequences.shape)).to(device)],
        present=torch.from_numpy(sequences >= 0).to(device),
        place=torch.from_numpy(place).to(device),
    )
