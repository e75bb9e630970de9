"""What stands around the training step: building the store, gathering windows, embedding them, fitting the probe.

Run ``python benchmarks/bench_parts.py`` from the repository's root. Each part is measured in turn with the plain way of
doing it, in one process: one recording after the other; a loop over windows; layer by layer in batches of 64; fits
with as many threads as there are cores.
"""

import argparse
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from bench_job import nights_of
from bench_step import LayerByLayer
from side_by_side import composed, ratios, seconds, shown, tell_gpu
from threadpoolctl import threadpool_limits

from eegbench.config import build
from eegbench.dataset import Dataset
from eegbench.environment import keep_freed_memory
from eegbench.inference.embedding import Embeddings, embed
from eegbench.model.base import Encoder
from eegbench.model.chambon2018 import Chambon2018
from eegbench.preprocessing import Preprocessing
from eegbench.preprocessing.build import build_shards, plan_shards
from eegbench.preprocessing.open import open_store
from eegbench.probe import Labelled, Probe
from eegbench.progress import n_cores
from eegbench.store.base import WindowStore
from eegbench.store.local import Local

REPEATS = 5
BATCH = 256


def main() -> None:
    """Print a line a part."""
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    keep_freed_memory()
    with tempfile.TemporaryDirectory(prefix="eegbench-bench-") as folder:
        dataset = build(nights_of(Path(folder) / "nights"), Dataset)
        dataset.recordings()  # simulates them
        print(f"{'median [lowest, highest]':34} {'plain':>28} {'eegbench':>28} {'times':>24}")
        store = building(dataset, Path(folder))
        gathering(store)
        encoder = embedding(store)
        probing(store, encoder)
    tell_gpu()


def building(dataset: Any, folder: Path) -> WindowStore:
    """Build the shards of six nights; the plain way reads, filters (as MNE does it) and keeps one after the other."""
    preprocessing = build(composed()["preprocessing"], Preprocessing)

    def one_by_one() -> None:
        for recording in dataset.recordings():
            raw = dataset.read(recording).load_data(verbose="ERROR").filter(None, 30.0, picks="all", verbose="ERROR")
            np.save(folder / "plain.npy", raw.get_data().astype(np.float32))

    taken: dict[str, list[float]] = {"plain": [], "ours": []}
    for number in range(3):
        local = Local(folder=str(folder / str(number)), resident=True, n_workers=None)
        plan = plan_shards(dataset, preprocessing, dataset.recordings(), local)
        taken["plain"].append(seconds(one_by_one))
        taken["ours"].append(seconds(lambda plan=plan: build_shards(plan)))
    tell("store building, s for six nights", taken["plain"], taken["ours"], more=False)
    plan = plan_shards(dataset, preprocessing, dataset.recordings(), local)
    return open_store(plan, dataset, preprocessing, local, torch.device("cpu")).store


def gathering(store: WindowStore) -> None:
    """Gather random batches: window by window from the files, and at once from memory or files."""
    rng = np.random.default_rng(0)
    batches = [rng.choice(len(store), BATCH, replace=False) for _ in range(20)]
    files = [shard.signal("eeg") for shard in store.shards]
    places, n_times = store.table[["shard", "sample_eeg"]].to_numpy(), store.form.only.n_times

    def one_by_one() -> None:
        for rows in batches:
            windows = [torch.from_numpy(files[s][:, at : at + n_times].copy()) for s, at in places[rows]]
            torch.stack(windows)

    def at_once(store: WindowStore) -> None:
        for _ in store.each(store.gather, batches):
            pass

    for where, resident in (("memory", True), ("files", False)):
        ours = replace(store, resident=resident).normalised("none")
        plain, mine = by_turns(one_by_one, lambda ours=ours: at_once(ours))
        n = BATCH * len(batches)
        tell(f"gathering from {where}, windows/s", [n / s for s in plain], [n / s for s in mine], more=True)


def embedding(store: WindowStore) -> Encoder:
    """Embed all windows with the 16-filter Chambon encoder, and return it."""
    rows = store.table.index.to_numpy()[:2560]
    form = {"n_channels": 2, "n_times": store.form.only.n_times, "sfreq": store.form.only.sfreq}
    encoder = Chambon2018(**form, n_filters=16, embed_dim=100, dropout=0.5, batch_norm=True)
    layers = LayerByLayer().eval()

    def layer_by_layer() -> None:
        with torch.no_grad():
            for first in range(0, len(rows), 64):
                layers(store.gather(rows[first : first + 64]).only)

    plain, mine = by_turns(layer_by_layer, lambda: embed(encoder, store, rows))
    tell("embedding, windows/s", [len(rows) / s for s in plain], [len(rows) / s for s in mine], more=True)
    return encoder


def probing(store: WindowStore, encoder: Encoder) -> None:
    """Fit the probe to 2,200 embeddings of 100 numbers."""
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 5, 2200)
    features = (rng.standard_normal((2200, 100)) + rng.standard_normal((5, 100))[labels]).astype(np.float32)
    probe = build(composed("probe.of.linear.C=1.0")["probe"]["of"]["linear"], Probe)
    rows = np.arange(len(labels))
    data = Labelled(rows, labels, Embeddings(features, rows), encoder, store)
    scaled = (features - features.mean(0)) / features.std(0)

    def in_all_threads() -> None:
        from sklearn.linear_model import LogisticRegression

        with threadpool_limits(n_cores()):
            LogisticRegression(max_iter=probe.max_iter, class_weight="balanced").fit(scaled.astype(float), labels)

    plain, mine = by_turns(in_all_threads, lambda: probe.fit(data, data, rng))
    tell("probe, ms a fit", [1e3 * s for s in plain], [1e3 * s for s in mine], more=False)


def by_turns(plain: Callable[[], object], ours: Callable[[], object]) -> tuple[list[float], list[float]]:
    """Return the seconds of both, measured in turn after one run to warm up."""
    plain(), ours()
    pairs = [(seconds(plain), seconds(ours)) for _ in range(REPEATS)]
    return [a for a, _ in pairs], [b for _, b in pairs]


def tell(title: str, plain: list[float], ours: list[float], *, more: bool) -> None:
    """Print a line."""
    times = shown(ratios(ours, plain, more_is_better=more))
    print(f"{title:34} {shown(plain):>28} {shown(ours):>28} {times:>24}", flush=True)


if __name__ == "__main__":  # the processes that build shards load this file too
    main()
