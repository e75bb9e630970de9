"""Class probabilities of windows from a network of sequences: the mean over all sequences that contain a window."""

from dataclasses import dataclass, fields
from typing import Literal

import numpy as np
import pandas as pd
import torch
from jaxtyping import Bool, Float, Int
from torch import nn

from eegbench.inference.description import Description
from eegbench.inference.embedding import Embeddings
from eegbench.inference.network import Network
from eegbench.sampler.stretch import sequences, stretches
from eegbench.store.batching import distinct_windows
from eegbench.store.padding import padding_columns
from eegbench.store.windows import Signals

AT_ONCE = 1024
"""Number of sequences in a batch; they contain embeddings, not signals."""


Rule = Literal["geometric", "arithmetic", "majority"]
"""Rule to combine votes: the mean of log-probabilities, the mean of probabilities, or the class with most votes."""


@dataclass(frozen=True)
class Votes:
    """Votes for windows (or time intervals), summed over all sequences.

    Attributes
    ----------
    logs, probabilities, counts
        Sums of log-probabilities, of probabilities, and the number of votes for each class (n, n_classes).
    n
        Number of votes (n,).
    """

    logs: Float[np.ndarray, "n n_classes"]
    probabilities: Float[np.ndarray, "n n_classes"]
    counts: Float[np.ndarray, "n n_classes"]
    n: Int[np.ndarray, "n"]

    def by(self, rule: Rule) -> Float[np.ndarray, "n n_classes"]:
        """Return class probabilities; by majority they are proportions of votes."""
        if rule == "geometric":
            return np.asarray(torch.from_numpy(self.logs / self.n[:, None]).softmax(1).numpy())
        return (self.probabilities if rule == "arithmetic" else self.counts) / self.n[:, None]

    def winners(self, rule: Rule) -> Int[np.ndarray, "n"]:
        """Return the predicted class of each; ties in votes go to the class with the higher mean probability."""
        if rule == "majority":
            return (self.counts + self.probabilities / (self.n[:, None] + 1)).argmax(1)
        return self.by(rule).argmax(1)

    def replaced(self, at: Bool[np.ndarray, "n"], others: "Votes") -> "Votes":
        """Return these votes with those at some places replaced by others, in their order."""
        whole = {field.name: getattr(self, field.name).copy() for field in fields(self)}
        for name, values in whole.items():
            values[at] = getattr(others, name)
        return Votes(**whole)


def vote(
    network: Network, embeddings: Embeddings, table: pd.DataFrame, rows: Int[np.ndarray, "n"]
) -> Float[np.ndarray, "n n_classes"]:
    """Return class probabilities of windows: the normalised geometric mean over all sequences that contain them.

    The arguments are those of `votes`.
    """
    return votes(network, embeddings, table, rows).by("geometric")


@torch.no_grad()
def votes(network: Network, embeddings: Embeddings, table: pd.DataFrame, rows: Int[np.ndarray, "n"]) -> Votes:
    """Return the votes for windows from all sequences that contain them.

    A network with ``outputs=one`` predicts only the middle of a sequence. Each window then has one vote, from the
    sequence around it, which has absent places at the ends of a recording.

    Parameters
    ----------
    network
        Network in evaluation mode; without a sequence encoder each window is a sequence by itself.
    embeddings
        Embeddings of all windows in the table that were not rejected.
    table
        Windows that may occur in sequences: part of a store's table.
    rows
        Windows to predict; they are in the table and were not rejected.

    Raises
    ------
    ValueError
        If a window that was not rejected has no embedding.
    """
    known = network.description
    every = sequences(table, known.context, 1, is_centred=known.outputs == "one")
    distinct, index = distinct_windows(every)
    answered = (
        np.arange(known.context) == known.context // 2 if known.outputs == "one" else np.ones(known.context, bool)
    )
    try:
        z = torch.from_numpy(embeddings.at(distinct)).to(network.weight.device)
    except KeyError as error:
        raise ValueError(
            "a network of sequences needs the embedding of every window in them, but crops of trials have one "
            "embedding per trial; choose a preprocessing without crops, or task=supervised."
        ) from error
    n_classes = len(network.classes)
    sums = torch.zeros(3, len(distinct), n_classes, dtype=torch.float64, device=z.device)
    is_answered = torch.from_numpy(answered).to(z.device)
    for some in torch.from_numpy(index).to(z.device).split(AT_ONCE):
        present = some >= 0
        counted = present & is_answered
        logs = network.scores(z[some.clamp_min(0)], present).double().log_softmax(2)[counted]
        said = nn.functional.one_hot(logs.argmax(1), n_classes).double()
        for total, one in zip(sums, (logs, logs.exp(), said), strict=True):
            total.index_add_(0, some[counted], one)
    asked = np.searchsorted(distinct, rows)
    n_votes = np.bincount(index[(index >= 0) & answered], minlength=len(distinct))[asked]
    logs, probabilities, counts = sums.cpu().numpy()[:, asked]
    return Votes(logs, probabilities, counts, n_votes)


@torch.no_grad()
def probabilities_in_order(network: Network, windows: Signals) -> Float[np.ndarray, "n n_classes"]:
    """Return class probabilities of consecutive windows without a gap, combined as in `vote`.

    Parameters
    ----------
    network
        A saved network; it is set to evaluation mode.
    windows
        In order of time; see `Network.checked`.
    """
    form = network.description.form
    z = network.eval().embed(network.checked(windows)).cpu().numpy()
    rows = np.arange(len(z))
    table = pd.DataFrame({"recording": 0, "shard": 0, "start_s": rows * form.window_s, "rejected": False}, index=rows)
    if form.padding is None or not len(rows):
        return vote(network, Embeddings(z, rows), table, rows)
    value = form.padding.value
    constant = {name: np.full((2, group.n_channels, group.n_times), value) for name, group in form.groups.items()}
    every = np.concatenate([z, network.embed(network.checked(constant)).cpu().numpy()])
    table = padding_columns(table, form.padding.n_windows)
    return vote(network, Embeddings(every, np.arange(len(every))), table, rows)


def central_sequences(
    table: pd.DataFrame, rows: Int[np.ndarray, "n"], description: Description
) -> tuple[Int[np.ndarray, "n length"], Int[np.ndarray, "n"]]:
    """Return for each window the sequence in which it is nearest to the middle, and its position there.

    Parameters
    ----------
    table
        Windows that may occur in sequences.
    rows
        Requested windows; they are in the table and were not rejected.
    description
        Description of the network. The context is the number of windows in a sequence; with ``outputs=one`` a sequence
        extends beyond the ends of a recording, so that every window is in the middle. −1 in a sequence is absent.
    """
    length = description.context
    found: dict[int, tuple[Int[np.ndarray, "length"], int]] = {}
    wanted = set(rows.tolist())
    for stretch in stretches(table):
        before = length // 2 if description.outputs == "one" else 0
        padded = np.pad(stretch, (before, max(before, length - len(stretch))), constant_values=-1)
        for at in before + np.flatnonzero(np.isin(stretch, rows)):
            first = min(max(int(at) - length // 2, 0), len(padded) - length)
            found[int(padded[at])] = (padded[first : first + length], int(at) - first)
    missing = wanted - found.keys()
    if missing:
        raise KeyError(f"windows {sorted(missing)[:3]} are not in the table, or were rejected")
    return np.stack([found[row][0] for row in rows.tolist()]), np.array([found[row][1] for row in rows.tolist()])
