"""Hand-made features as a control, computed once for all runs on the same windows."""

import inspect
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Int

from eegbench.config import Spec
from eegbench.inference.embedding import Embeddings, Encoded
from eegbench.inference.trial import embed_trials
from eegbench.model.base import Encoder
from eegbench.model.build import build_encoder
from eegbench.store.base import ShardStorage, WindowStore
from eegbench.store.feature_cache import cached


def hand_made(store: WindowStore, spec: Spec[Encoder], storage: ShardStorage, rows: Int[np.ndarray, "n"]) -> Encoded:
    """Return hand-made features of windows in µV, without normalisation, which would remove the amplitude.

    Features without parameters are cached next to the shards, for every run on the same windows.

    Parameters
    ----------
    store
        Windows.
    spec
        Encoder that computes the features.
    storage
        Storage of cached features.
    rows
        Rows of the store's table.
    """
    plain, rows = store.normalised("none"), np.sort(rows)
    encoder = build_encoder(spec, plain.form).to(store.device)
    if any(True for _ in encoder.parameters()):  # random weights differ between runs: no cache
        return Encoded(encoder, plain, embed_trials(encoder, plain, rows))
    identity = _identity(encoder, spec.node, plain, rows)
    features = cached(storage.features, identity, lambda: embed_trials(encoder, plain, rows).features)
    return Encoded(encoder, plain, Embeddings(features, rows))


def _identity(
    encoder: Encoder, spec: Mapping[str, Any], store: WindowStore, rows: Int[np.ndarray, "n"]
) -> dict[str, object]:
    """Return everything that determines the features: code, settings and windows."""
    table = store.table
    samples = (f"sample_{name}" for name in store.form.groups)
    columns = [name for name in ("shard", *samples, "trial", "rejected") if name in table]
    files = sorted({inspect.getfile(type(part)) for part in encoder.modules()})
    return {
        "code": [Path(file).read_text(encoding="utf-8") for file in files],
        "spec": dict(spec),
        "groups": [[n, g.channels, g.sfreq, g.n_times] for n, g in store.form.groups.items()],
        "shards": [shard.folder.name for shard in store.shards],
        "windows": [table[name].to_numpy(np.int64).tobytes().hex() for name in columns],
        "rows": rows.tobytes().hex(),
        "device": store.device.type,
    }
