"""Maps of single subjects: plotted one below the other, and saved as arrays."""

from dataclasses import replace
from pathlib import Path

import numpy as np
from jaxtyping import Float

from eegbench.figure import Maps, topomap
from eegbench.figure.topomap import FEWEST_CHANNELS, is_drawable
from eegbench.interpretability import Attribution, Scene
from eegbench.interpretability.spectrum import in_band
from eegbench.interpretability.subject_maps import SubjectMaps
from eegbench.report.album import Album
from eegbench.report.attribution_figures import Band, mean_over_time
from eegbench.report.band_names import named_bands
from eegbench.report.colour_parts import colour_parts, whole_channels

MOST_SUBJECTS, MOST_COLUMNS = 20, 12
"""Maximum numbers of rows and columns of plotted maps; the arrays contain all."""


def plot_subjects(
    found: Attribution, scene: Scene, *, bands_hz: tuple[Band, ...], title: str, stem: str, album: Album
) -> None:
    """Plot and save the map of each subject, if the method returns maps of subjects.

    Parameters
    ----------
    found
        Map, with the maps of its subjects.
    scene
        Network and windows of the map.
    bands_hz
        Bands of scalp maps, by name and edges.
    title, stem
        Title of the figure, and beginning of the names of files.
    album
        Writes the figures.
    """
    maps = found.by_subject
    if maps is None:
        return
    album.add_arrays(f"{stem}_subjects", maps.arrays())
    places, values = by_place(found, maps.values, bands_hz)
    for part in colour_parts(whole_channels(found, len(places))):
        reduced = replace(maps, values=values[..., part.columns])
        names = tuple(place for place, is_in in zip(places, part.columns, strict=True) if is_in)
        heading, name = f"{title}{part.heading}, subject by subject", f"{stem}{part.suffix}_subjects"
        _plot_part(found, reduced, names, scene, title=heading, stem=name, album=album, file=f"{stem}_subjects.npz")


def _plot_part(
    found: Attribution,
    maps: SubjectMaps,
    places: tuple[str, ...],
    scene: Scene,
    *,
    title: str,
    stem: str,
    album: Album,
    file: str,
) -> None:
    """Plot the maps of subjects, averaged over bands or time; the caption names the file that contains all maps."""
    positions, values = scene.group.positions, maps.values
    if found.channels != scene.group.channels or np.isfinite(positions).all(axis=1).sum() < FEWEST_CHANNELS:
        return
    there = np.flatnonzero(np.isfinite(values).any(axis=(0, 2, 3)))  # classes of which a window is used
    values = values[:, there].transpose(0, 1, 3, 2).reshape(len(values), -1, len(found.channels))[:, :MOST_COLUMNS]
    rows = np.flatnonzero(np.isfinite(values).any(axis=2).all(axis=1))[:MOST_SUBJECTS]
    if not found.is_by_class or not values.size or not is_drawable(values[rows], positions):
        return
    columns = [f"{found.outputs[k]}\n{place}".strip() for k in there for place in places]
    album.add(
        stem,
        lambda: topomap(
            Maps(values[rows], found.measure, most_rows=MOST_SUBJECTS, is_signed=found.is_signed),
            rows=tuple(f"{maps.subjects[row]} ({maps.n_windows[row]})" for row in rows),
            columns=tuple(columns[:MOST_COLUMNS]),
            channels=found.channels,
            positions=positions,
            title=title,
            caption=_caption(found, maps, len(rows), len(columns), Path(file).name),
        ),
    )


def by_place(
    found: Attribution,
    values: Float[np.ndarray, "*n n_channels n_places"],
    bands_hz: tuple[Band, ...],
) -> tuple[tuple[str, ...], Float[np.ndarray, "*n n_channels n_columns"]]:
    """Return maps averaged over each band or over time (unchanged if they are of bands), and their names.

    Parameters
    ----------
    found
        Map whose places are described.
    values
        Maps.
    bands_hz
        Bands by name and edges; bands without a frequency of a window are left out.
    """
    if found.axis == "time_s":
        return ("",), mean_over_time(values)
    if found.axis == "band":
        return named_bands(found), values
    freqs = np.asarray(found.places, dtype=np.float64)
    held = [band for band in bands_hz if in_band(freqs, *band[1:]).any()]
    columns = [values[..., in_band(freqs, low, high)].mean(axis=-1) for _, low, high in held]
    names = tuple(f"{name} {low:g}–{high:g} Hz" for name, low, high in held)
    return names, np.stack(columns, axis=-1) if held else values[..., :0]


def _caption(found: Attribution, maps: SubjectMaps, n_rows: int, n_columns: int, file: str) -> str:
    """Return the caption: the meaning of rows, the number of used windows, and what is not plotted."""
    told = ["A row is a subject, with the number of its windows in brackets.", found.used]
    if n_rows < len(maps.subjects):
        told.append(f"{n_rows} of {len(maps.subjects)} subjects are shown: the first that have windows of every class.")
    if n_columns > MOST_COLUMNS:
        told.append(f"{MOST_COLUMNS} of {n_columns} columns are shown.")
    if n_rows < len(maps.subjects) or n_columns > MOST_COLUMNS:
        told.append(f"All maps are in {file}.")
    return " ".join(sentence for sentence in told if sentence)
