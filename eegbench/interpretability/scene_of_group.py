"""Scene of one group of signals: other groups, and the other windows of a sequence, stay fixed."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from eegbench.inference.embedding import encode
from eegbench.inference.network import Network
from eegbench.inference.voting import central_sequences
from eegbench.interpretability.base import Scene, Scores
from eegbench.store.base import WindowStore
from eegbench.store.batching import distinct_windows
from eegbench.store.windows import Windows
from eegbench.types import EVERY_HZ


def scene_of_group(
    network: Network,
    store: WindowStore,
    table: pd.DataFrame,
    rows: Int[np.ndarray, "n"],
    group: str,
    *,
    passed_hz: tuple[float, float] = EVERY_HZ,
) -> Scene:
    """Return a scene with the windows of one group of signals.

    Parameters
    ----------
    network
        Network in evaluation mode, on the store's device.
    store
        Store of the windows.
    table
        Part of the store's table whose windows may occur in sequences.
    rows
        Rows of the explained windows in the store's table. For a network of sequences, each is in the middle of its
        sequence, or as close to it as its recording allows.
    group
        Name of the explained group.
    passed_hz
        Pass band of the group's filters in Hz.
    """
    return Scene(
        network=network,
        gather=lambda part: store.gather(rows[part]).x[group],
        labels=store.table["label"].to_numpy()[rows],
        classes=network.classes,
        group=store.form.groups[group],
        bind=lambda of: _bind(of, store, table, rows, group),
        facts=store.table.loc[rows, ["recording", "subject", "start_s"]].reset_index(drop=True),
        passed_hz=passed_hz,
        unit="µV" if store.form.normalise == "none" else "SD",
        present=store.present_channels(rows, group),
    )


def _bind(
    network: nn.Module, store: WindowStore, table: pd.DataFrame, rows: Int[np.ndarray, "n"], group: str
) -> Callable[[slice], Scores]:
    assert isinstance(network, Network)
    is_alone = len(store.form.groups) == 1 and not store.lacks_channels and not store.form.features
    around = None if network.sequence is None else _surroundings(network, store, table, rows)

    def scores_of(part: slice) -> Scores:
        rest = None if is_alone else store.gather(rows[part])

        def scores(x: Float[Tensor, "n n_channels n_times"]) -> Float[Tensor, "n n_classes"]:
            windows = Windows({group: x}) if rest is None else _filled(rest, group, x)
            found: Tensor = network(windows) if around is None else around.scores(network, network.embed(windows), part)
            return found

        return scores

    return scores_of


def _filled(rest: Windows, group: str, x: Float[Tensor, "n n_channels n_times"]) -> Windows:
    """Return windows with the signals of one group replaced; other signals are repeated to the length of ``x``."""
    times = len(x) // len(rest)
    every = {name: x if name == group else one.repeat(times, 1, 1) for name, one in rest.x.items()}
    present = None if rest.present is None else {name: one.repeat(times, 1) for name, one in rest.present.items()}
    features = {name: one.repeat(times, 1) for name, one in rest.features.items()}
    return Windows(every, present, features)


@dataclass(frozen=True)
class _Surroundings:
    """Embeddings around all windows of a scene, and the position of each window in its sequence.

    Attributes
    ----------
    z
        Embeddings of all windows in sequences.
    index
        Position in ``z`` of each step of each sequence; −1 for an absent step.
    place
        Position of the explained window in its sequence.
    """

    z: Float[Tensor, "n_distinct embed_dim"]
    index: Int[Tensor, "n length"]
    place: Int[Tensor, "n"]

    def scores(
        self, network: Network, explained: Float[Tensor, "n embed_dim"], part: slice
    ) -> Float[Tensor, "n n_classes"]:
        """Return the scores of a batch, or of several batches in a row, given new embeddings of its windows."""
        times = len(explained) // len(self.place[part])
        index, place = self.index[part].repeat(times, 1), self.place[part].repeat(times)
        at = (torch.arange(len(explained), device=explained.device), place)
        z = self.z[index.clamp_min(0)].index_put(at, explained)
        scores: Tensor = network.scores(z, index >= 0)[at]
        return scores


def _surroundings(
    network: Network, store: WindowStore, table: pd.DataFrame, rows: Int[np.ndarray, "n"]
) -> _Surroundings:
    sequences, place = central_sequences(table, rows, network.description)
    distinct, index = distinct_windows(sequences)
    z = encode(network.encoder, store, distinct, read=network.embed)
    return _Surroundings(z, *(torch.from_numpy(one).to(store.device) for one in (index, place)))
