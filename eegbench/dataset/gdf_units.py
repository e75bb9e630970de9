"""Check of units and rates in a GDF header: MNE treats unknown units as volts, and does not report mixed rates.

References
----------
Schlögl 2006, GDF: a general dataformat for biosignals, arXiv:cs/0608052.
"""

import struct
from pathlib import Path

from eegbench.dataset.base import BadRecordingError

SCALED = {4274: "mV", 4275: "uV"}
"""Codes of the units that MNE converts to volts."""

VOLT = 4256


def check_gdf_units(path: Path) -> None:
    """Raise an error for a GDF with a unit that is not volts for MNE, or with several sampling rates.

    Raises
    ------
    BadRecordingError
        With the name of the first such channel.
    """
    with path.open("rb") as file:
        head = file.read(256)
        if len(head) < 256 or not head.startswith(b"GDF "):
            return  # MNE raises an error
        is_first = head[4:5] == b"1"
        n_channels = struct.unpack_from("<I" if is_first else "<H", head, 252)[0]
        columns = file.read(220 * n_channels)
    n_samples = set(struct.unpack(f"<{len(columns[216 * n_channels :]) // 4}i", columns[216 * n_channels :]))
    if len(n_samples) > 1:
        raise BadRecordingError(
            f"{path}: its channels have several sampling rates ({', '.join(map(str, sorted(n_samples)))} samples a "
            "record), which MNE would bring to the highest; export it as EDF, where each is read at its own."
        )
    for number in range(n_channels):
        name = columns[16 * number : 16 * number + 16].split(b"\0")[0].decode("latin-1").strip()
        if is_first:
            unit = columns[96 * n_channels + 8 * number :][:8].split(b"\0")[0].decode("latin-1").strip()
            known = unit.startswith("uV") or unit == "V"
        else:
            code = columns[102 * n_channels + 2 * number :][:2]
            unit = f"of code {int.from_bytes(code, 'little')}"
            known = int.from_bytes(code, "little") in (*SCALED, VOLT)
        if not known:
            raise BadRecordingError(
                f"{path}: channel {name!r} has the unit {unit!r}, which MNE would take for volts; uV, mV or V are "
                "expected. Export it again with units, or without this channel, for example as EDF."
            )
