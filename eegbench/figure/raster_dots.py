"""Scatter plots of many dots as one raster image, for small vector files."""

from math import ceil, floor
from typing import Any

import numpy as np
from jaxtyping import Float, UInt8
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.collections import PathCollection
from matplotlib.markers import MarkerStyle
from matplotlib.path import Path
from matplotlib.transforms import Affine2D, IdentityTransform

_MARKER = MarkerStyle("o")
DISC = _MARKER.get_path().transformed(_MARKER.get_transform())


class RasterDots(PathCollection):
    """Dots that are stored as an image of the panel in vector formats, in the resolution of raster files.

    Matplotlib's own rasterising makes an image of the whole page for each artist, and makes it again for each
    format. The picture is opaque and white between the dots.
    """

    def __init__(
        self, panel: Axes, points: Float[np.ndarray, "n 2"], colours: Float[np.ndarray, "n 4"], size: float
    ) -> None:
        super().__init__(
            (DISC,), (size,), offsets=points, offset_transform=panel.transData, facecolors=colours, linewidths=0
        )
        self.set_transform(IdentityTransform())
        self.set_clip_on(False)  # the picture ends where the panel does
        self.set_in_layout(False)
        self._panel = panel
        self._picture: tuple[tuple[float, ...], np.ndarray] = ((), np.empty(0))
        panel.add_collection(self)
        panel.autoscale_view()

    def draw(self, renderer: Any) -> None:
        """Paint the dots if needed, and pass the image to the renderer."""
        scale = renderer.get_image_magnification()
        place = tuple(round(scale * edge, 3) for edge in self._panel.bbox.extents)
        if place != self._picture[0]:
            self._picture = place, self._painted(place, scale)
        context = renderer.new_gc()
        renderer.draw_image(context, floor(place[0]) / scale, floor(place[1]) / scale, self._picture[1])
        context.restore()

    def _painted(self, place: tuple[float, ...], scale: float) -> UInt8[np.ndarray, "height width 4"]:
        """Return a picture of the panel at these pixels, from its lowest row."""
        left, bottom, right, top = floor(place[0]), floor(place[1]), ceil(place[2]), ceil(place[3])
        figure, in_panel = self.figure, self._panel.transData
        before = figure.dpi
        canvas = RendererAgg(right - left, top - bottom, scale * before)
        _whiten(canvas)
        figure.set_dpi(scale * before)
        self.set_offset_transform(in_panel + Affine2D().translate(-left, -bottom))
        super().draw(canvas)
        self.set_offset_transform(in_panel)
        figure.set_dpi(before)
        return np.asarray(canvas.buffer_rgba())[::-1]


def _whiten(canvas: RendererAgg) -> None:
    context = canvas.new_gc()
    context.set_linewidth(0)
    canvas.draw_path(context, Path.unit_rectangle(), Affine2D().scale(canvas.width, canvas.height), (1.0, 1.0, 1.0))


def legend_dot(name: str, colour: Any) -> PathCollection:
    """Return the legend handle for dots of a colour."""
    dot = PathCollection((DISC,), (16.0,), facecolors=colour, edgecolors=colour, linewidths=1.0, label=name)
    dot.set_transform(IdentityTransform())
    return dot
