"""Labelled windows for tests of probes: embeddings that are given, or what a small encoder makes of small windows."""

import numpy as np
import pandas as pd
import torch
from small_training import FakeStore, Tiny

from eegbench.environment import seed_libraries
from eegbench.inference.description import Description
from eegbench.inference.embedding import Embeddings, embed
from eegbench.probe import Labelled


class LabelledStore(FakeStore):
    """Windows that lie in memory, with labels; a store of no windows holds classes alone."""

    def __init__(self, y, n_classes):
        super().__init__(len(y))
        classes = tuple(f"class {number}" for number in range(n_classes))
        table = pd.DataFrame({"label": y, "scored": True, "rejected": False, "subject": np.arange(len(y)) % 4})
        self.__dict__.update(classes=classes, table=table)


def given(features, y, n_classes):
    """Return labelled windows with these embeddings."""
    rows, y = np.arange(len(y)), np.asarray(y, dtype=np.int64)
    embeddings = Embeddings(np.asarray(features, dtype=np.float32), rows)
    return Labelled(rows, y, embeddings, Tiny(), LabelledStore(y, n_classes))


def encoded(encoder=None, n=60, n_classes=3, seed=0):
    """Return train and valid, whose windows differ by class in offset and power, and an encoder's embeddings."""
    y = np.random.default_rng(seed).integers(n_classes, size=n)
    store = LabelledStore(y, n_classes)
    store.windows[:, 0] += 2 * torch.from_numpy(y)[:, None]
    store.windows[:, 1] *= 1 + 2 * torch.from_numpy(y)[:, None]
    seed_libraries(seed)
    encoder = Tiny() if encoder is None else encoder
    embeddings = embed(encoder, store, np.arange(n))
    parts = np.split(np.arange(n), [2 * n // 3])
    return tuple(Labelled(rows, y[rows], embeddings, encoder, store) for rows in parts)


def description_of(part):
    """Return what is known of a network apart from its weights."""
    return Description(encoder={}, classes=part.classes, form=part.store.form)
