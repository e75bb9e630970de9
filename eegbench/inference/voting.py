"""What a network of sequences says of each window: every sequence that holds it has a vote."""

import numpy as np
import pandas as pd
import torch
from jaxtyping import Float, Int

from eegbench.inference.embedding import Embeddings
from eegbench.inference.network import Network
from eegbench.sampler.stretch import sequences, stretches

AT_ONCE = 1024
"""Sequences in a batch; they hold embeddings, not signals."""


@torch.no_grad()
def vote(
    network: Network, embeddings: Embeddings, table: pd.DataFrame, rows: Int[np.ndarray, "n"]
) -> Float[np.ndarray, "n n_classes"]:
    """Return class probabilities of windows: the geometric mean over all sequences that hold them, normalised.

    Parameters
    ----------
    network
        In evaluation mode; without a sequence encoder each window is a sequence of its own.
    embeddings
        Of all windows in the table that were not rejected.
    table
        The windows that may stand in sequences: a part of a store's table.
    rows
        The windows that are asked for; they stand in the table and were not rejected.

    Raises
    ------
    ValueError
        Where a window that was not rejected has no embedding.
    """
    device = network.weight.device
    z = torch.from_numpy(embeddings.features).to(device)
    position = np.full(int(table.index.max()) + 1, -1)
    position[embeddings.rows[embeddings.rows < len(position)]] = np.flatnonzero(embeddings.rows < len(position))
    every = sequences(table, network.description.context, 1)
    if (position[every[every >= 0]] < 0).any():
        raise ValueError(
            "a network of sequences needs the embedding of every window in them, and crops of trials have one for each "
            "trial; choose a preprocessing without crops, or task=supervised."
        )
    total = torch.zeros(len(position), len(network.classes), dtype=torch.float64, device=device)
    for first in range(0, len(every), AT_ONCE):
        some = every[first : first + AT_ONCE]
        present = torch.from_numpy(some >= 0).to(device)
        chosen = torch.from_numpy(np.where(some >= 0, position[some], 0)).to(device)
        logs = network.scores(z[chosen], present).double().log_softmax(2)
        total.index_add_(0, torch.from_numpy(some[some >= 0]).to(device), logs[present])
    n_votes = np.bincount(every[every >= 0], minlength=len(position))[rows]
    mean = total[torch.from_numpy(rows).to(device)].cpu() / torch.from_numpy(n_votes)[:, None]
    return np.asarray(mean.softmax(1).numpy())


def central_sequences(
    table: pd.DataFrame, rows: Int[np.ndarray, "n"], length: int
) -> tuple[Int[np.ndarray, "n length"], Int[np.ndarray, "n"]]:
    """Return for each window the sequence in which it stands nearest to the middle, and its place there.

    Parameters
    ----------
    table
        The windows that may stand in sequences.
    rows
        The windows that are asked for; they stand in the table and were not rejected.
    length
        Windows in a sequence; −1 in a sequence is absent.
    """
    found: dict[int, tuple[Int[np.ndarray, "length"], int]] = {}
    wanted = set(rows.tolist())
    for stretch in stretches(table):
        padded = np.pad(stretch, (0, max(0, length - len(stretch))), constant_values=-1)
        for at in np.flatnonzero(np.isin(stretch, rows)).tolist():
            first = min(max(at - length // 2, 0), len(padded) - length)
            found[int(stretch[at])] = (padded[first : first + length], at - first)
    missing = wanted - found.keys()
    if missing:
        raise KeyError(f"windows {sorted(missing)[:3]} do not stand in the table, or were rejected")
    return np.stack([found[row][0] for row in rows.tolist()]), np.array([found[row][1] for row in rows.tolist()])
