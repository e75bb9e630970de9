"""Matrices of channels by channels: one scale of colours, from zero or about an even share."""

import numpy as np
from matplotlib.colors import to_hex

from eegbench.figure.channel_matrix import channel_matrix


def test_matrices_share_a_scale_from_zero_and_pairs_without_a_value_are_grey():
    one, other = np.full((3, 3), 1.5), np.full((3, 3), 0.5)
    other[0, 1], other[2, 2] = 4.0, np.nan
    named = {"channels": ("Fz", "Cz", "Pz"), "measure": "m", "title": "T", "caption": "C"}
    figure = channel_matrix({"a": one, "b": other}, even=None, **named)
    images = [axes.images[0] for axes in figure.axes if axes.images]
    about = channel_matrix({"a": one, "b": other}, even=1.0, **named)
    scales = {(axes.images[0].get_cmap().name, *axes.images[0].get_clim()) for axes in about.axes if axes.images}
    assert scales == {("RdBu_r", -2, 4)}
    assert {(image.get_cmap().name, *image.get_clim()) for image in images} == {("Reds", 0, 4)}
    assert to_hex(images[1].axes.get_facecolor()) == "#c4c4c4"
    assert images[1].get_array().mask.tolist() == [[False] * 3, [False] * 3, [False, False, True]]
