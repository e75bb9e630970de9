"""Figures of attention: class differences on the scalp, matrices of channels, and a page with curves in 3-D."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Float

from eegbench.atomic import read_arrays
from eegbench.config import read_json
from eegbench.figure import Maps, topomap
from eegbench.figure.attention_scene import N_STRONGEST, attention_page, attention_views
from eegbench.figure.channel_matrix import channel_matrix
from eegbench.figure.topomap import FEWEST_CHANNELS, is_drawable
from eegbench.interpretability import Attribution, Scene
from eegbench.interpretability.attention_map import EVEN_MATRICES, AttentionMap, between_channels, facts_of, stored_grid
from eegbench.interpretability.spread import mean_there
from eegbench.report.album import Album
from eegbench.report.attribution_figures import mean_over_time
from eegbench.report.channel_order import topographical

MATRIX = (
    "Rows: the channels that attend. Columns: the channels attended to, through all layers. The diagonal is left out."
)
CURVES = (
    "A curve goes from the channel that attends (blue) to the one that it attends to (red). Attention is not a flow of "
    "brain activity."
)
DIFFERENCE = "Attention of this class minus the mean of the others."
EVEN_PAIRS = "multiple of an even share of the other channels (1: even)"
PAIRS = "attention through all layers, not relative to an even share"


def plot_attention(found: AttentionMap, scene: Scene, *, title: str, stem: str, album: Album) -> None:
    """Plot the figures that only attention maps have, and save the maps of all windows.

    Parameters
    ----------
    found
        Attention maps.
    scene
        Network and windows of the maps.
    title, stem
        Title of each figure, and beginning of the names of files.
    album
        Writes the figures.
    """
    album.add_arrays(f"{stem}_windows", found.arrays())
    album.add_facts(f"{stem}_tokens", facts_of(found))
    album.add_table(f"{stem}_windows", found.windows)
    measure = PAIRS if found.matrices_over_even_share is None else EVEN_PAIRS
    _plot_between(found.between_channels, found, measure, scene, title, stem, album)
    starts = found.tokens.start_s[found.tokens.of_signal[0]]
    names = tuple(f"{start:g}–{start + found.tokens.duration_s[1]:g} s" for start in starts.tolist())
    _plot_difference(found.by_chunk, names, found.drawn, scene, title, stem, album)


def plot_mean_attention(
    runs: Sequence[Path], method: str, mean: Attribution, scene: Scene, *, title: str, stem: str, album: Album
) -> None:
    """Plot the figures that only mean attention maps have; none if a run has no matrices of the method.

    Parameters
    ----------
    runs
        Folders with the tables of the runs' maps.
    method
        Name of the map.
    mean
        Mean map, relative to an even share.
    scene
        Network and windows of the map.
    title, stem
        Title of each figure, and beginning of the names of files.
    album
        Writes the figures.
    """
    files = [run / f"{method}_windows.npz" for run in runs]
    facts = [run / f"{method}_tokens.json" for run in runs]
    if not all(file.is_file() for file in (*files, *facts)):
        return
    between, measures = [], set[str]()
    for arrays, tokens in zip(files, facts, strict=True):
        kept = read_arrays(arrays)
        matrices = kept[EVEN_MATRICES if EVEN_MATRICES in kept else "matrices"].astype(np.float64)
        measures.add(EVEN_PAIRS if EVEN_MATRICES in kept else PAIRS)
        between.append(between_channels(matrices, stored_grid(read_json(tokens))))
    if len(measures) == 1:  # files of earlier versions have matrices without the even share
        _plot_between(mean_there(np.stack(between)), mean, measures.pop(), scene, title, stem, album)
    _plot_difference(mean_over_time(mean.values), ("",), mean, scene, title, stem, album)


def _plot_between(
    between: Float[np.ndarray, "n_classes n_channels n_channels"],
    found: Attribution,
    measure: str,
    scene: Scene,
    title: str,
    stem: str,
    album: Album,
) -> None:
    """Plot the attention between channels: as matrices, as curves on the head, and as a 3-D page."""
    is_share = measure == EVEN_PAIRS
    shown = {
        name: _over_others(_without_itself(one)) if is_share else _without_itself(one)
        for name, one in zip(found.outputs, between, strict=True)
        if np.isfinite(one).any()
    }
    positions = scene.group.positions
    n_located = int(np.isfinite(positions).all(axis=1).sum())
    matrix, curves = (f"{told} {found.used}".strip() for told in (MATRIX, f"{_drawn_pairs(n_located)} {CURVES}"))
    order = topographical(found.channels)
    names = tuple(found.channels[i] for i in order)
    ordered = {name: one[np.ix_(order, order)] for name, one in shown.items()}
    album.add(
        f"{stem}_matrix",
        lambda: channel_matrix(
            ordered,
            channels=names,
            measure=measure,
            even=1.0 if is_share else None,
            title=title,
            caption=matrix,
        ),
    )
    if n_located < FEWEST_CHANNELS:
        return
    album.add(f"{stem}_3d", lambda: attention_views(shown, positions=positions, title=title, caption=curves))
    album.add_page(
        f"{stem}_3d",
        lambda: attention_page(shown, channels=found.channels, positions=positions, title=title, caption=curves),
    )


def _drawn_pairs(n_channels: int) -> str:
    """Return the sentence of a caption about the pairs that are drawn of channels with a position."""
    if n_channels * (n_channels - 1) <= N_STRONGEST:
        return "All pairs of channels of each class."
    return f"The {N_STRONGEST} strongest pairs of channels of each class."


def _without_itself(matrix: Float[np.ndarray, "n_channels n_channels"]) -> Float[np.ndarray, "n_channels n_channels"]:
    return np.where(np.eye(len(matrix), dtype=bool), np.nan, matrix)


def _over_others(matrix: Float[np.ndarray, "n_channels n_channels"]) -> Float[np.ndarray, "n_channels n_channels"]:
    """Return each row relative to its mean; what a channel attends to itself, the residual connections raise."""
    means = np.array([row[np.isfinite(row)].mean() if np.isfinite(row).any() else np.nan for row in matrix])
    return matrix / means[:, None]


def _plot_difference(
    maps: Float[np.ndarray, "n_classes n_channels n_columns"],
    columns: tuple[str, ...],
    found: Attribution,
    scene: Scene,
    title: str,
    stem: str,
    album: Album,
) -> None:
    """Plot the difference of each class from the others; if there are two classes, only that of the first."""
    shown = np.flatnonzero(np.isfinite(maps).any(axis=(1, 2)))
    positions = scene.group.positions
    if len(shown) < 2:
        return
    maps = maps[shown]
    others = (maps.sum(axis=0) - maps) / (len(maps) - 1)
    if not is_drawable((maps - others).transpose(0, 2, 1), positions):
        return
    rows = [0] if len(shown) == 2 else list(range(len(shown)))
    measure = f"difference of {found.measure.partition(' (')[0]}"  # the remark in brackets is about the measure itself
    album.add(
        f"{stem}_difference",
        lambda: topomap(
            Maps((maps - others)[rows].transpose(0, 2, 1), measure),
            rows=tuple(found.outputs[shown[row]] for row in rows),
            columns=columns,
            channels=found.channels,
            positions=positions,
            title=title,
            caption=f"{DIFFERENCE} {found.used}".strip(),
        ),
    )
