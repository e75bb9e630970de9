"""The power of a tone is half its squared amplitude, in its band only."""

import numpy as np
import pytest
import torch

from eegbench.inference.measure import BANDS_HZ, measure

TIMES = torch.arange(3000) / 100


@pytest.mark.parametrize(
    ("hz", "band"), [(2.0, "delta"), (6.0, "theta"), (10.0, "alpha"), (14.0, "sigma"), (22.0, "beta")]
)
def test_a_tone_has_its_power_in_its_band(hz, band):
    found = measure((30 * torch.sin(2 * np.pi * hz * TIMES) + 500).view(1, 1, -1), 100.0)
    assert found["std_uv"].item() == pytest.approx(30 / 2**0.5, rel=1e-3)
    powers = {name: found[f"{name}_uv2"].item() for name in BANDS_HZ}
    assert powers[band] == pytest.approx(450, rel=0.01)
    assert sum(powers.values()) == pytest.approx(450, rel=0.01)


def test_bands_without_room_are_left_out():
    assert set(measure(torch.randn(2, 1, 100), 20.0)) == {"std_uv", "delta_uv2", "theta_uv2"}  # up to 10 Hz
    assert "delta_uv2" not in measure(torch.randn(2, 1, 20), 100.0)  # 0.2 s: steps of 5 Hz
