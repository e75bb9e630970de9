"""Figures of an attribution: scalp maps by band next to differences in the data, a heat map, an interactive page."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np
from jaxtyping import Bool, Float

from eegbench.figure import Maps, attribution_page, channel_heatmap, topomap
from eegbench.figure.channel_map import LEVEL
from eegbench.figure.colour_scale import DIFFERS
from eegbench.figure.topomap import FEWEST_CHANNELS, is_drawable
from eegbench.interpretability import Attribution, Scene
from eegbench.interpretability.spectrum import in_band
from eegbench.report.album import Album
from eegbench.report.band_names import named_bands
from eegbench.report.channel_order import topographical
from eegbench.report.colour_parts import colour_parts, of_columns, whole_channels

Band = tuple[str, float, float]

MOST_PLACES = 300
"""Maximum number of frequencies or times of a printed map."""

DIFFERENCE = "amplitude of this class minus that of the others (standard deviations)"

CORRELATION = (
    "A correlation shows that the network uses this amplitude, not that the amplitude is larger in this class."
)
DEPENDENCE = "The map shows what the score depends on, not that amplitudes are larger in this class."
ATTENTION = (
    "Attention shows which tokens are combined, not which of them the score depends on; the deletion test in "
    "checks.csv shows the latter."
)
TOLD = {"correlation": CORRELATION, "attention": ATTENTION}
DATA = "Differences between the windows of the classes, whether or not a network uses them."
FILTERS = "The frequencies that the first filters pass. The map does not show how the network uses them."
IN_OTHER_FIGURE = "class_difference_map shows the differences between the classes in the data."
BESIDE = "Maps of the data show the differences between the classes, whether or not the network uses them."


def plot_attribution(
    attribution: Attribution,
    difference: Float[np.ndarray, "n_classes n_channels n_freqs"],
    scene: Scene,
    *,
    bands_hz: Sequence[Band],
    title: str,
    stem: str,
    album: Album,
) -> None:
    """Draw an attribution.

    Parameters
    ----------
    attribution
        Result of a method.
    difference
        Amplitudes of each class minus those of the others, at the frequencies of a window.
    scene
        Network and windows that were explained.
    bands_hz
        Bands of scalp maps: name, lower and upper edge (not included). Bands without a frequency of a window are left
        out.
    title, stem
        Title of the figures, and start of their file names.
    album
        Collection to which the figures are added.
    """
    caption = _caption(attribution, f"{IN_OTHER_FIGURE}{_pass_band(attribution, scene)}", "Outlined")
    where = _positions(attribution, scene)
    album.add_page(stem, lambda: attribution_page(attribution, positions=where, title=title, caption=caption))
    for part in colour_parts(whole_channels(attribution, len(attribution.places))):
        drawn, heading, name = of_columns(attribution, part.columns), f"{title}{part.heading}", f"{stem}{part.suffix}"
        album.add(f"{name}_map", partial(channel_heatmap, printed(drawn), title=heading, caption=caption))
        _plot_scalp(drawn, difference, scene, bands_hz=bands_hz, title=heading, stem=name, album=album)


def _positions(attribution: Attribution, scene: Scene) -> Float[np.ndarray, "n_channels 3"]:
    """Return the positions of a map's channels; NaN if they are not those of the group."""
    by_channel = attribution.channels == scene.group.channels
    return scene.group.positions if by_channel else np.full((len(attribution.channels), 3), np.nan)


def _plot_scalp(
    attribution: Attribution,
    difference: Float[np.ndarray, "n_classes n_channels n_freqs"],
    scene: Scene,
    *,
    bands_hz: Sequence[Band],
    title: str,
    stem: str,
    album: Album,
) -> None:
    """Draw a map on the scalp, if enough of its channels have a position."""
    where = _positions(attribution, scene)
    if not attribution.is_by_class or np.isfinite(where).all(axis=1).sum() < FEWEST_CHANNELS:
        return
    held = [band for band in bands_hz if in_band(scene.frequencies, *band[1:]).any()]
    if attribution.axis == "frequency_hz" and not held:
        return
    maps, beside, columns = _by_band(attribution, difference, scene, held)
    rows = np.flatnonzero(np.isfinite(maps.values).any(axis=(1, 2)))
    if not is_drawable(maps.values, where):
        return
    beside = beside if beside is not None and is_drawable(beside.values, where) else None
    lacking = [name for row, name in enumerate(attribution.outputs) if row not in rows]
    without = f"Without windows: {', '.join(lacking)}." if lacking else ""
    album.add(
        f"{stem}_scalp",
        lambda: topomap(
            maps.of_rows(rows),
            rows=tuple(attribution.outputs[row] for row in rows),
            columns=columns,
            channels=attribution.channels,
            positions=where,
            title=title,
            caption=_caption(attribution, without if beside is None else BESIDE, "Large dots"),
            beside=None if beside is None else beside.of_rows(rows),
        ),
    )


def plot_difference(
    difference: Float[np.ndarray, "n_classes n_channels n_freqs"], scene: Scene, *, title: str, stem: str, album: Album
) -> None:
    """Draw the differences between the classes in the data as a heat map, and save them as a table."""
    drawn = Attribution(
        values=difference,
        measure=DIFFERENCE,
        axis="frequency_hz",
        places=scene.frequencies,
        outputs=scene.classes,
        channels=scene.group.channels,
    )
    album.add_data(stem, drawn.table())
    album.add(f"{stem}_map", lambda: channel_heatmap(printed(drawn), title=title, caption=DATA, diverging=DIFFERS))


def printed(attribution: Attribution) -> Attribution:
    """Return a map for print, with channels in topographical order and at most ``MOST_PLACES`` places."""
    order = topographical(attribution.channels)
    error, p = attribution.standard_error, attribution.p
    ordered = replace(
        attribution,
        values=attribution.values[:, order],
        channels=tuple(attribution.channels[i] for i in order),
        standard_error=None if error is None else error[:, order],
        p=None if p is None else p[:, order],
        places=named_bands(attribution) if attribution.axis == "band" else attribution.places,
    )
    return coarse(ordered)


def coarse(attribution: Attribution) -> Attribution:
    """Return a map with at most ``MOST_PLACES`` places, each the mean of neighbouring ones.

    The standard error is the mean of theirs, which is right if their errors are perfectly correlated and too large
    otherwise. The p-value is the lowest of theirs.
    """
    n = -(-len(attribution.places) // MOST_PLACES)
    if n < 2 or attribution.axis == "band":
        return attribution
    edges = np.arange(0, len(attribution.places), n)
    counts = np.diff(np.append(edges, len(attribution.places)))

    def mean(values: np.ndarray) -> np.ndarray:
        return np.asarray(np.add.reduceat(values, edges, axis=-1) / counts)

    error, p = attribution.standard_error, attribution.p
    return replace(
        attribution,
        values=mean(attribution.values),
        places=mean(np.asarray(attribution.places, dtype=np.float64)),
        standard_error=None if error is None else mean(error),
        p=None if p is None else np.minimum.reduceat(p, edges, axis=-1),
    )


def _caption(attribution: Attribution, where: str, marks: str) -> str:
    """Return a caption: the meaning of the map, the place of the maps of the data, and the meaning of the marks."""
    if not attribution.is_by_class:
        return FILTERS
    what = next((told for word, told in TOLD.items() if word in attribution.measure), DEPENDENCE)
    corrected = f"{marks}: p\u00a0<\u00a0.05, corrected for multiple comparisons." if attribution.p is not None else ""
    return " ".join(sentence for sentence in (what, where, attribution.used, corrected) if sentence)


def _pass_band(attribution: Attribution, scene: Scene) -> str:
    """Return the sentence of a caption about the pass band; empty if the map covers all frequencies."""
    low, high = scene.passed_hz
    if attribution.axis != "frequency_hz" or (low == 0 and high >= scene.group.sfreq / 2):
        return ""
    return f" Frequencies are those of the pass band, {low:g} to {min(high, scene.group.sfreq / 2):g} Hz."


def _by_band(
    attribution: Attribution,
    difference: Float[np.ndarray, "n_classes n_channels n_freqs"],
    scene: Scene,
    bands_hz: Sequence[Band],
) -> tuple[Maps, Maps | None, tuple[str, ...]]:
    """Return maps of the network and of the data for each band; an attribution in time has one map, its mean."""
    if attribution.axis == "time_s":
        values = mean_over_time(attribution.values)
        measure = f"{attribution.measure}, mean over time"
        return Maps(values.transpose(0, 2, 1), measure, is_signed=attribution.is_signed), None, ("",)
    freqs = scene.frequencies
    if attribution.axis == "band":
        assert attribution.bands_hz is not None
        inside = np.stack([in_band(freqs, low, high) for low, high in attribution.bands_hz], axis=1)
        names, values, p = named_bands(attribution), attribution.values, attribution.p
    else:
        inside = np.stack([in_band(freqs, low, high) for _, low, high in bands_hz], axis=1)
        names = tuple(f"{name} {low:g}–{high:g} Hz" for name, low, high in bands_hz)
        values, p = _means(attribution.values, inside), _least(attribution.p, inside)
    marked = None if p is None else (p < LEVEL).transpose(0, 2, 1)
    maps = Maps(values.transpose(0, 2, 1), attribution.measure, "network", marked, is_signed=attribution.is_signed)
    return maps, Maps(_means(difference, inside).transpose(0, 2, 1), DIFFERENCE, "data"), names


def mean_over_time(values: Float[np.ndarray, "*n n_times"]) -> Float[np.ndarray, "*n 1"]:
    """Return the mean over the samples that the network uses; all other samples are NaN in all maps."""
    there = np.isfinite(values).any(axis=tuple(range(values.ndim - 1)))
    return np.asarray(values[..., there].mean(axis=-1, keepdims=True))


def _means(
    values: Float[np.ndarray, "n_outputs n_channels n_freqs"], inside: Bool[np.ndarray, "n_freqs n_bands"]
) -> Float[np.ndarray, "n_outputs n_channels n_bands"]:
    """Return the mean over the frequencies of each band; NaN for a band without any, which filters may remove."""
    n = inside.sum(axis=0)
    return np.where(n > 0, values @ (inside / np.maximum(n, 1)), np.nan)


def _least(
    p: Float[np.ndarray, "n_outputs n_channels n_freqs"] | None, inside: Bool[np.ndarray, "n_freqs n_bands"]
) -> Float[np.ndarray, "n_outputs n_channels n_bands"] | None:
    """Return the lowest p of each band; they are already corrected for all frequencies."""
    if p is None:
        return None
    return np.stack([p[:, :, column].min(axis=2) for column in inside.T], axis=2)
