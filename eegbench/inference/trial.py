"""Embeddings of trials that are cut into overlapping crops, in which each time point counts once."""

from functools import partial

import numpy as np
from jaxtyping import Float, Int
from torch import Tensor

from eegbench.inference.embedding import Embeddings, Read, embed, encode
from eegbench.model.base import Encoder
from eegbench.store.base import WindowStore
from eegbench.store.windows import Windows


def embed_trials(encoder: Encoder, store: WindowStore, rows: Int[np.ndarray, "n"]) -> Embeddings:
    """Encode trials, each identified by the row of one of its crops, in evaluation mode and float32.

    If embeddings are means of tokens, the embedding of a trial is the mean of its tokens, each time step once: a later
    crop adds the tokens after those of the previous crops. Otherwise it is the mean of its crops' embeddings. Windows
    that are not crops are encoded as they are.
    """
    every, trial = _crops(store, rows)
    if len(every) == len(rows):
        return embed(encoder, store, rows)
    n_new = _n_new(encoder, store, every, trial)
    total = np.zeros((len(rows), encoder.embed_dim))
    for n in np.unique(n_new[n_new > 0]):
        those = n_new == n
        z = encode(encoder, store, every[those], read=_last(encoder, int(n)))
        np.add.at(total, trial[those], n * z.double().cpu().numpy())
    count = np.bincount(trial, n_new, len(rows))
    return Embeddings((total / count[:, None]).astype(np.float32), rows)


def first_crops(store: WindowStore, rows: Int[np.ndarray, "n"]) -> Int[np.ndarray, "n_trials"]:
    """Return one row per trial: its first among the given rows."""
    _, first = np.unique(store.trials[rows], return_index=True)
    return rows[np.sort(first)]


def _crops(
    store: WindowStore, rows: Int[np.ndarray, "n_trials"]
) -> tuple[Int[np.ndarray, "n_crops"], Int[np.ndarray, "n_crops"]]:
    """Return the rows of all crops of these trials that are not rejected, sorted by trial, and the trial of each."""
    order = np.argsort(store.trials[rows])
    usable = np.isin(store.trials, store.trials[rows]) & ~store.table["rejected"].to_numpy(bool)
    usable[rows] = True
    every = np.flatnonzero(usable)
    trial = order[np.searchsorted(store.trials[rows], store.trials[every], sorter=order)]
    by_trial = np.argsort(trial, kind="stable")  # crops of overlapping trials are interleaved
    return every[by_trial], trial[by_trial]


def _n_new(
    encoder: Encoder, store: WindowStore, every: Int[np.ndarray, "n"], trial: Int[np.ndarray, "n"]
) -> Int[np.ndarray, "n"]:
    """Return the number of tokens at the end of each crop that lie after those of the trial's previous crops."""
    if not (stride := _stride(encoder)):
        return np.ones(len(every), dtype=np.int64)
    n_tokens = _n_tokens(encoder, store, every[:1])
    further = np.diff(store.samples.to_numpy()[every], prepend=0)
    further[np.diff(trial, prepend=-1) != 0] = n_tokens * stride  # the first crop of its trial
    return np.minimum(n_tokens, -(-further // stride))


def _n_tokens(encoder: Encoder, store: WindowStore, rows: Int[np.ndarray, "1"]) -> int:
    counted = encode(encoder, store, rows, read=partial(_count, encoder))
    return int(counted)


def _count(encoder: Encoder, windows: Windows) -> Float[Tensor, "n 1"]:
    """Return the number of tokens of each window."""
    tokens = encoder.tokens(windows)
    return tokens.new_full((len(tokens), 1), tokens.shape[1])


def _last(encoder: Encoder, n: int) -> Read:
    """Return a function for the mean of a window's last tokens, or the encoder without a mean of tokens."""
    if not _stride(encoder):
        return encoder
    return lambda windows: encoder.tokens(windows)[:, -n:].mean(1)


def _stride(encoder: Encoder) -> int | None:
    """Return the number of samples between tokens if an embedding is the mean of tokens."""
    return encoder.token_stride if encoder.is_mean_of_tokens else None
