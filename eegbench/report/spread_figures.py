"""Figures of the differences between the maps of runs and subjects, and of several groups of runs side by side."""

import re
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
from jaxtyping import Bool, Float

from eegbench.figure import Maps, channel_heatmap, topomap
from eegbench.figure.topomap import FEWEST_CHANNELS, is_drawable
from eegbench.interpretability import Attribution, Scene
from eegbench.interpretability.spread import Spread, spread_of_runs, spread_of_subjects
from eegbench.interpretability.subject_maps import SubjectMaps
from eegbench.report.album import Album
from eegbench.report.attribution_figures import Band, coarse
from eegbench.report.colour_parts import ColourPart, colour_parts, of_columns, whole_channels
from eegbench.report.subject_figures import MOST_COLUMNS, by_place
from eegbench.types import ChannelMap

SPREAD = (
    "Standard deviations between runs, and between subjects. Runs that test other subjects differ for that reason, "
    "too. A subject in several runs has the mean of its maps in them."
)
SIDE_BY_SIDE = "The mean map of each group of runs, all on the same scale."

LONGEST = 16
"""Maximum number of characters in a line of a column's name."""


def plot_spread(
    spread: Spread,
    subjects: Sequence[SubjectMaps | None],
    mean: Attribution,
    scene: Scene,
    *,
    bands_hz: tuple[Band, ...],
    title: str,
    stem: str,
    album: Album,
) -> None:
    """Plot and save the standard deviation between runs and, if there are maps of subjects, between subjects.

    Parameters
    ----------
    spread
        Spread of the whole maps.
    subjects
        Maps of the subjects of each run.
    mean
        Mean map.
    scene
        Network and windows of the map.
    bands_hz, title, stem, album
        See `eegbench.report.attribution_figures.plot_attribution`.
    """
    kinds = {"between_runs": spread.between_runs, "between_subjects": spread.between_subjects}
    there = {name: values for name, values in kinds.items() if values is not None and np.isfinite(values).any()}
    if not there:
        return
    numbers = replace(mean, standard_error=None, p=None).table().drop(columns="value")
    album.add_data(f"{stem}_spread", numbers.assign(**{name: values.ravel() for name, values in there.items()}))
    caption = f"{SPREAD} {mean.used}".strip()
    names = {"between_runs": f"{len(spread.runs)} runs", "between_subjects": f"{spread.n_subjects} subjects"}
    if not _has_places(mean, scene):
        kind = list(there)[-1]
        measure = f"deviation between {names[kind]}"
        drawn = replace(mean, values=there[kind], standard_error=None, measure=measure, is_signed=False)
        for part in colour_parts(whole_channels(mean, len(mean.places))):
            shown, heading = coarse(of_columns(drawn, part.columns)), f"{title}{part.heading}, spread"
            plot = partial(channel_heatmap, shown, title=heading, caption=caption)
            album.add(f"{stem}{part.suffix}_spread", plot)
        return
    places, reduced = _reduced(spread, subjects, mean, bands_hz)
    columns = tuple(f"{names[kind]}\n{place}".strip() for kind in there for place in places)
    values = np.concatenate([getattr(reduced, kind) for kind in there], axis=-1)
    measure = f"standard deviation of {mean.measure}"
    by_column = ChannelMap(values, measure, "band", columns, mean.outputs, mean.channels, is_signed=False)
    whole = np.tile(whole_channels(mean, len(places)), len(there))
    rows = np.isfinite(values).any(axis=(1, 2))
    for part in colour_parts(whole):
        heading, name = f"{title}{part.heading}, spread", f"{stem}{part.suffix}_spread"
        _plot_columns(by_column, rows, part, scene, title=heading, stem=name, caption=caption, album=album)


def plot_side_by_side(
    means: Mapping[str, Attribution], scene: Scene, *, bands_hz: tuple[Band, ...], title: str, stem: str, album: Album
) -> None:
    """Plot the mean maps of groups of runs side by side, if they have the same classes and channels.

    Parameters
    ----------
    means
        Mean map of each group, by its name.
    scene
        Network and windows of the first map.
    bands_hz, title, stem, album
        See `eegbench.report.attribution_figures.plot_attribution`.
    """
    first = next(iter(means.values()))
    kinds = {(one.outputs, one.channels, one.measure, one.axis) for one in means.values()}
    if len(kinds) > 1 or not _has_places(first, scene):
        return
    parts = {name: by_place(one, one.values, bands_hz) for name, one in means.items()}
    columns = tuple(f"{_wrapped(name)}\n{place}".strip() for name, (places, _) in parts.items() for place in places)
    values = np.concatenate([one for _, one in parts.values()], axis=-1)
    drawn = ChannelMap(values, first.measure, "band", columns, first.outputs, first.channels, is_signed=first.is_signed)
    whole = np.concatenate([whole_channels(means[name], len(places)) for name, (places, _) in parts.items()])
    rows = np.isfinite(values).any(axis=1).all(axis=1)
    for part in colour_parts(whole):
        heading, name = f"{title}{part.heading}", f"{stem}{part.suffix}"
        _plot_columns(drawn, rows, part, scene, title=heading, stem=name, caption=SIDE_BY_SIDE, album=album)


def _plot_columns(
    drawn: ChannelMap,
    rows: Bool[np.ndarray, "n_outputs"],
    part: ColourPart,
    scene: Scene,
    *,
    title: str,
    stem: str,
    caption: str,
    album: Album,
) -> None:
    """Plot the columns of a part on the scalp, for some of the classes; the caption states how many are left out."""
    chosen = np.flatnonzero(part.columns)[:MOST_COLUMNS]
    values = drawn.values[rows][..., chosen].transpose(0, 2, 1)
    if not values.size or not is_drawable(values, scene.group.positions):
        return
    n = int(part.columns.sum())
    cut = f" {len(chosen)} of {n} columns are shown." if n > len(chosen) else ""
    album.add(
        stem,
        lambda: topomap(
            Maps(values, drawn.measure, is_signed=drawn.is_signed),
            rows=tuple(name for name, is_in in zip(drawn.outputs, rows, strict=True) if is_in),
            columns=tuple(str(drawn.places[i]) for i in chosen),
            channels=drawn.channels,
            positions=scene.group.positions,
            title=title,
            caption=f"{caption}{cut}",
        ),
    )


def _wrapped(name: str) -> str:
    """Break a long name after underscores, slashes and spaces."""
    return textwrap.fill(re.sub(r"(?<=[_/])", " ", name), LONGEST).replace("_ ", "_").replace("/ ", "/")


def _has_places(mean: Attribution, scene: Scene) -> bool:
    """Return whether a map by class can be plotted on the scalp."""
    known = np.isfinite(scene.group.positions).all(axis=1).sum()
    return bool(mean.is_by_class and mean.channels == scene.group.channels and known >= FEWEST_CHANNELS)


def _reduced(
    spread: Spread, subjects: Sequence[SubjectMaps | None], mean: Attribution, bands_hz: tuple[Band, ...]
) -> tuple[tuple[str, ...], Spread]:
    """Return the spread of maps after averaging over bands or time, and the names of these."""

    def reduced(values: Float[np.ndarray, "n n_outputs n_channels n_places"]) -> np.ndarray:
        return by_place(mean, values, bands_hz)[1]

    names, _ = by_place(mean, mean.values, bands_hz)
    known = [one for one in subjects if one is not None]
    if spread.between_subjects is None:
        return names, spread_of_runs(list(reduced(spread.runs)))
    return names, spread_of_subjects([one.subjects for one in known], [reduced(one.values) for one in known])
