import numpy as np
import pytest
from PIL import Image

from eegbench.figure.png import write_png


@pytest.mark.parametrize(("height", "width"), [(1, 1), (1, 7), (7, 1), (40, 30)])
def test_pixels_are_read_as_they_were_written(rng, tmp_path, height, width):
    pixels = rng.integers(0, 256, (height, width, 4), dtype=np.uint8)
    write_png(tmp_path / "a.png", pixels, 300)
    with Image.open(tmp_path / "a.png") as image:
        image.load()
        np.testing.assert_array_equal(np.asarray(image), pixels)


def test_a_reader_learns_how_large_the_drawing_is(tmp_path):
    write_png(tmp_path / "a.png", np.zeros((3, 3, 4), np.uint8), 300)
    with Image.open(tmp_path / "a.png") as image:
        assert image.info["dpi"] == pytest.approx((300, 300), abs=0.01)
