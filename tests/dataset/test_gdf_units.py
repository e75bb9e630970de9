"""Units in GDF headers: only those that are converted to volts are accepted."""

import struct
from pathlib import Path

import pytest

from eegbench.dataset import BadRecordingError
from eegbench.dataset.gdf_units import check_gdf_units


def write_header(path: Path, codes: list[int], n_samples: list[int] | None = None) -> Path:
    """Write the header of a GDF 2 with a number of channels, up to their units."""
    head = b"GDF 2.20".ljust(252, b"\0") + struct.pack("<HH", len(codes), 0)
    names = b"".join(f"C{number}".encode().ljust(16, b"\0") for number in range(len(codes)))
    path.write_bytes(
        head
        + names
        + bytes(86 * len(codes))
        + struct.pack(f"<{len(codes)}H", *codes)
        + bytes(112 * len(codes))
        + struct.pack(f"<{len(codes)}i", *(n_samples or [100] * len(codes)))
    )
    return path


def write_first_header(path: Path, units: list[bytes]) -> Path:
    """Write the header of a GDF 1, whose units are texts."""
    head = b"GDF 1.25".ljust(252, b"\0") + struct.pack("<I", len(units))
    names = b"".join(f"C{number}".encode().ljust(16) for number in range(len(units)))
    path.write_bytes(head + names + bytes(80 * len(units)) + b"".join(one.ljust(8) for one in units) + bytes(200))
    return path


def test_volts_of_each_size_pass(tmp_path: Path):
    check_gdf_units(write_header(tmp_path / "a.gdf", [4275, 4274, 4256]))
    check_gdf_units(write_first_header(tmp_path / "b.gdf", [b"uV", b"V"]))


@pytest.mark.parametrize("code", [0, 512, 4276])
def test_a_unit_that_would_be_taken_for_volts_is_refused(tmp_path: Path, code: int):
    with pytest.raises(BadRecordingError, match=rf"a\.gdf: channel 'C1' has the unit 'of code {code}'"):
        check_gdf_units(write_header(tmp_path / "a.gdf", [4275, code]))
    with pytest.raises(BadRecordingError, match=r"b\.gdf: channel 'C1' has the unit 'mV'"):
        check_gdf_units(write_first_header(tmp_path / "b.gdf", [b"uV", b"mV"]))


def test_several_rates_are_refused(tmp_path: Path):
    with pytest.raises(
        BadRecordingError, match=r"a\.gdf: its channels have several sampling rates \(100, 200 samples a"
    ):
        check_gdf_units(write_header(tmp_path / "a.gdf", [4275, 4275], [200, 100]))
