"""Parts of a map that have a colour scale each: the bands, and whole channels, on which scores depend more."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool

from eegbench.interpretability import Attribution


@dataclass(frozen=True)
class ColourPart:
    """Columns of a map that share a colour scale.

    Attributes
    ----------
    suffix
        Suffix of the names of their figures.
    heading
        Addition to the title of their figures.
    columns
        Whether each column is one of them.
    """

    suffix: str
    heading: str
    columns: Bool[np.ndarray, "n_columns"]


BANDS, WHOLE = ("", ""), ("_all", ", whole channels")
"""Suffix and heading of the figures of bands, and of whole channels."""


def whole_channels(found: Attribution, n_columns: int) -> Bool[np.ndarray, "n_columns"]:
    """Return whether each column of a figure is of whole channels; False if places are not bands.

    Parameters
    ----------
    found
        Map whose places are described.
    n_columns
        Number of columns of the figure; that of the bands of the map, if places are bands.
    """
    return np.zeros(n_columns, dtype=bool) if found.bands_hz is None else np.isinf(found.bands_hz[:, 1])


def colour_parts(whole: Bool[np.ndarray, "n_columns"]) -> Iterator[ColourPart]:
    """Yield the columns of bands and those of whole channels, if there are any.

    Parameters
    ----------
    whole
        See `whole_channels`.
    """
    for name, columns in ((BANDS, ~whole), (WHOLE, whole)):
        if columns.any():
            yield ColourPart(*name, columns)


def of_columns(found: Attribution, columns: Bool[np.ndarray, "n_places"]) -> Attribution:
    """Return the map of some places, without the maps of subjects."""
    error, p, edges = found.standard_error, found.p, found.bands_hz
    places = np.asarray(found.places)[columns]
    return replace(
        found,
        values=found.values[..., columns],
        places=tuple(places.tolist()) if found.axis == "band" else places,
        standard_error=None if error is None else error[..., columns],
        p=None if p is None else p[..., columns],
        bands_hz=None if edges is None else edges[columns],
        by_subject=None,
    )
