"""Embeddings of many windows, computed in large batches for probes, figures and predictions."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from eegbench.model.base import Encoder
from eegbench.store.base import WindowStore
from eegbench.store.windows import Windows
from eegbench.types import Form

Read = Callable[[Windows], Tensor]
"""Function from a batch of windows to a row of numbers for each."""

BATCH_BYTES = {"cpu": 4 * 2**20, "cuda": 64 * 2**20}
"""Size of the signals in one batch: small enough for activations to fit a CPU cache, large enough to fill a GPU."""


@dataclass(frozen=True)
class Embeddings:
    """Embeddings of windows.

    Attributes
    ----------
    features
        One row per window (n_windows, embed_dim).
    rows
        Row of each window in the store's table (n_windows,).
    """

    features: Float[np.ndarray, "n_windows embed_dim"]
    rows: Int[np.ndarray, "n_windows"]

    def at(self, rows: Int[np.ndarray, "n"]) -> Float[np.ndarray, "n embed_dim"]:
        """Return the embeddings of some of the windows, by their rows in the table.

        Raises
        ------
        KeyError
            If a window has no embedding.
        """
        order = np.argsort(self.rows)
        place = np.searchsorted(self.rows, rows, sorter=order).clip(max=len(order) - 1)
        found = order[place]
        if not np.array_equal(self.rows[found], rows):
            raise KeyError("some of these windows were not embedded")
        return np.asarray(self.features[found])


@dataclass(frozen=True)
class Encoded:
    """An encoder with its embeddings of windows.

    Attributes
    ----------
    encoder, store
        The encoder, and the store with the windows.
    embeddings
        The embeddings.
    """

    encoder: Encoder
    store: WindowStore
    embeddings: Embeddings


def windows_in_batch(form: Form, device: torch.device) -> int:
    """Return the number of windows to encode at once on a device."""
    n_bytes = sum(4 * group.n_times * group.n_channels for group in form.groups.values())
    return max(1, BATCH_BYTES[device.type] // n_bytes)


@contextmanager
def evaluating(*modules: nn.Module) -> Iterator[None]:
    """Set evaluation mode, and restore the mode of each module and its layers at the end."""
    before = [(layer, layer.training) for module in modules for layer in module.modules()]
    for module in modules:
        module.eval()
    try:
        yield
    finally:
        for layer, was_training in before:
            layer.training = was_training


@torch.no_grad()
def encode(
    encoder: Encoder, store: WindowStore, rows: Int[np.ndarray, "n"], *, read: Read | None = None
) -> Float[Tensor, "n dim"]:
    """Encode windows by their rows in the store's table, in evaluation mode and as float32, on the store's device.

    The modes of the encoder and its layers are restored afterwards. The result contains embeddings, or the output of
    ``read`` for each batch.
    """
    batch_size = windows_in_batch(store.form, store.device)
    batches = [rows[first : first + batch_size] for first in range(0, len(rows), batch_size)]
    z = torch.empty(0, encoder.embed_dim, device=store.device)
    with evaluating(encoder):
        for first, windows in zip(range(0, len(rows), batch_size), store.each(store.gather, batches), strict=True):
            made = (read or encoder)(windows)
            if first == 0:  # one allocation for all: many would fragment the memory
                z = torch.empty(len(rows), made.shape[1], device=store.device)
            z[first : first + batch_size] = made
    return z


def with_padding(encoder: Encoder, store: WindowStore, embeddings: Embeddings) -> Embeddings:
    """Return embeddings of windows, with those of the padding around the store's recordings if they are padded."""
    if store.form.padding is None:
        return embeddings
    padding = embed(encoder, store, store.padding_rows)
    return Embeddings(
        *(np.concatenate(pair) for pair in ((embeddings.features, padding.features), (embeddings.rows, padding.rows)))
    )


def embed(encoder: Encoder, store: WindowStore, rows: Int[np.ndarray, "n"]) -> Embeddings:
    """Encode windows by their rows in the store's table, in evaluation mode and float32."""
    return Embeddings(features=encode(encoder, store, rows).cpu().numpy(), rows=rows)
