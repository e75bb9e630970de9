"""Class probabilities of single windows from a network of sequences: the mean over all sequences that hold a window."""

import numpy as np
import pandas as pd
import torch
from jaxtyping import Float, Int

from eegbench.inference.embedding import Embeddings
from eegbench.inference.network import Network, Signals
from eegbench.sampler.stretch import sequences, stretches
from eegbench.store.batching import distinct_windows

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
    distinct, index = distinct_windows(sequences(table, network.description.context, 1))
    try:
        z = torch.from_numpy(embeddings.at(distinct)).to(network.weight.device)
    except KeyError as error:
        raise ValueError(
            "a network of sequences needs the embedding of every window in them, and crops of trials have one for each "
            "trial; choose a preprocessing without crops, or task=supervised."
        ) from error
    total = torch.zeros(len(distinct), len(network.classes), dtype=torch.float64, device=z.device)
    for some in torch.from_numpy(index).to(z.device).split(AT_ONCE):
        present = some >= 0
        logs = network.scores(z[some.clamp_min(0)], present).double().log_softmax(2)
        total.index_add_(0, some[present], logs[present])
    asked = np.searchsorted(distinct, rows)
    n_votes = np.bincount(index[index >= 0], minlength=len(distinct))[asked]
    mean = total.cpu()[torch.from_numpy(asked)] / torch.from_numpy(n_votes)[:, None]
    return np.asarray(mean.softmax(1).numpy())


@torch.no_grad()
def probabilities_in_order(network: Network, windows: Signals) -> Float[np.ndarray, "n n_classes"]:
    """Return class probabilities of windows that follow each other without a gap, as `vote` gives them.

    Parameters
    ----------
    network
        A saved network; it is set to evaluation mode.
    windows
        In order of time; see `Network.checked`.
    """
    z = network.eval().embed(network.checked(windows)).cpu().numpy()
    rows = np.arange(len(z))
    window_s = next(iter(network.description.form.groups.values())).window_s
    table = pd.DataFrame({"recording": 0, "start_s": rows * window_s, "rejected": False}, index=rows)
    return vote(network, Embeddings(z, rows), table, rows)


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
