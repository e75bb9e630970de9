"""What is drawn and kept of attention: how classes differ on the scalp, channel by channel, and in three dimensions."""

import numpy as np
from jaxtyping import Float
from matplotlib.figure import Figure

from eegbench.figure import Maps, topomap
from eegbench.figure.attention_scene import N_STRONGEST, attention_page, attention_views
from eegbench.figure.channel_matrix import channel_matrix
from eegbench.figure.topomap import FEWEST_CHANNELS
from eegbench.interpretability import Scene
from eegbench.interpretability.attention_map import AttentionMap, facts_of
from eegbench.report.album import Album

MATRIX = (
    "Rows: the channels that attend. Columns: the channels attended to, through all layers. The diagonal is left out."
)
CURVES = (
    f"The {N_STRONGEST} strongest pairs of channels of each class. A curve goes from the channel that attends "
    "(blue) to the one that it attends to (red). Attention is no flow of brain activity."
)
DIFFERENCE = "Attention of this class less the mean of the others, over an even share."


def plot_attention(found: AttentionMap, scene: Scene, *, title: str, stem: str, album: Album) -> None:
    """Draw what attention maps have beside other maps, and keep the maps of all windows.

    Parameters
    ----------
    found
        The maps.
    scene
        What they were found in.
    title, stem
        Stands above each figure; what their files are called.
    album
        Takes them.
    """
    album.add_arrays(f"{stem}_windows", found.arrays())
    album.add_facts(f"{stem}_tokens", facts_of(found))
    album.add_table(f"{stem}_windows", found.windows)
    shown = [k for k, name in enumerate(found.outputs) if np.isfinite(found.matrices[k]).all()]
    n_tokens = len(found.tokens)
    between = {found.outputs[k]: _without_itself(found.between_channels[k]) * n_tokens - 1 for k in shown}
    positions = scene.group.positions
    matrix, curves = (f"{told} {found.used}".strip() for told in (MATRIX, CURVES))
    album.add(
        f"{stem}_matrix",
        lambda: channel_matrix(
            between, channels=found.channels, measure="over an even share", title=title, caption=matrix
        ),
    )
    if np.isfinite(positions).all(axis=1).sum() < FEWEST_CHANNELS:
        return
    album.add(f"{stem}_3d", lambda: attention_views(between, positions=positions, title=title, caption=curves))
    album.add_page(
        f"{stem}_3d",
        lambda: attention_page(between, channels=found.channels, positions=positions, title=title, caption=curves),
    )
    if len(shown) > 1:
        album.add(f"{stem}_difference", lambda: _difference(found, shown, positions, title))


def _without_itself(matrix: Float[np.ndarray, "n_channels n_channels"]) -> Float[np.ndarray, "n_channels n_channels"]:
    return np.where(np.eye(len(matrix), dtype=bool), np.nan, matrix)


def _difference(found: AttentionMap, shown: list[int], positions: np.ndarray, title: str) -> Figure:
    """Draw how each class differs from the others; of two classes the first, as the second is its opposite."""
    maps = found.by_chunk[shown] * found.by_window.shape[1]
    others = (maps.sum(axis=0) - maps) / (len(maps) - 1)
    rows = [0] if len(shown) == 2 else list(range(len(shown)))
    starts = found.tokens.start_s[found.tokens.of_signal[0]]
    length_s = found.tokens.duration_s[1]
    names = tuple(f"{start:g}–{start + length_s:g} s" for start in starts.tolist())
    return topomap(
        Maps((maps - others)[rows].transpose(0, 2, 1), "difference of attention, over an even share"),
        rows=tuple(found.outputs[shown[row]] for row in rows),
        columns=names,
        channels=found.channels,
        positions=positions,
        title=title,
        caption=f"{DIFFERENCE} {found.used}".strip(),
    )
