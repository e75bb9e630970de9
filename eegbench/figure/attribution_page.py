"""Interactive map in one self-contained HTML file for any browser."""

import html
import json
import re
from importlib.resources import files
from typing import Any

import matplotlib as mpl
import numpy as np
from jaxtyping import Float

from eegbench.figure.channel_map import LEVEL, check_channel_map
from eegbench.figure.colour_scale import AMOUNT, USES
from eegbench.figure.scalp import flat
from eegbench.types import Axis, ChannelMap

DIGITS = 4
N_COLOURS = 11
UNITS: dict[Axis, str] = {"frequency_hz": "Hz", "time_s": "s", "band": ""}


def attribution_page(
    drawn: ChannelMap, *, positions: Float[np.ndarray, "n_channels 3"], title: str, caption: str
) -> str:
    """Return a page with a heat map of one output at a time, and a scalp map of means over a band.

    The output, the band and the place whose value is shown are chosen with the mouse or the keyboard. Numbers are
    rounded to four digits; tables have all digits.

    Parameters
    ----------
    drawn
        Map to show.
    positions
        Positions of the channels in metres in the head frame; NaN for unknown positions; all NaN if the map has no
        channels.
    title, caption
        Title above the figure, and caption below it.

    Raises
    ------
    ValueError
        If the shape of an array does not fit the names, or places are not in ascending order.
    """
    check_channel_map(drawn)
    if len(positions) != len(drawn.channels):
        raise ValueError(f"There are {len(drawn.channels)} channels and {len(positions)} positions; pass one for each.")
    parts = {"title": html.escape(title), "caption": html.escape(caption), "data": _embedded(_data(drawn, positions))}
    page = files("eegbench.figure").joinpath("attribution_page.html").read_text(encoding="utf-8")
    return re.sub(r"\{\{(\w+)\}\}", lambda found: parts[found[1]], page)


def _data(drawn: ChannelMap, positions: Float[np.ndarray, "n_channels 3"]) -> dict[str, Any]:
    colours = mpl.colormaps[USES if drawn.is_signed else AMOUNT](np.linspace(0, 1, N_COLOURS), bytes=True)[:, :3]
    return {
        "measure": drawn.measure,
        "is_signed": drawn.is_signed,
        "unit": UNITS[drawn.axis],
        "places": drawn.places if drawn.axis == "band" else _rounded(np.asarray(drawn.places)),
        "outputs": drawn.outputs,
        "channels": drawn.channels,
        "positions": [place if None not in place else None for place in _rounded(flat(positions))],
        "colours": colours.tolist(),
        "level": LEVEL,
        "values": _rounded(drawn.values),
        "standard_error": None if drawn.standard_error is None else _rounded(drawn.standard_error),
        "p": None if drawn.p is None else _rounded(drawn.p),
    }


def _rounded(values: np.ndarray) -> Any:
    """Return nested lists of numbers rounded to four digits; None for numbers that are not finite."""
    if values.ndim > 1:
        return [_rounded(part) for part in values]
    return [float(f"{value:.{DIGITS}g}") if np.isfinite(value) else None for value in values.tolist()]


def _embedded(data: dict[str, Any]) -> str:
    """Return JSON for use inside a page, with the characters that begin and end elements escaped."""
    text = json.dumps(data, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.replace("&", r"\u0026").replace("<", r"\u003c").replace(">", r"\u003e")
