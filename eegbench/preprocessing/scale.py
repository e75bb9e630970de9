"""Comparison of a channel's amplitude between recordings; a ratio of 100 or more indicates another unit."""

from collections.abc import Sequence
from math import log

import numpy as np
from jaxtyping import Float

from eegbench.store import Shard

MAX_RATIO = 100.0
"""Maximum ratio of a channel's movement in a recording to its median over the recordings. It is below 6 in EEGBCI and
in the mental-arithmetic set, and 64 at a loose dry electrode of the P300 set; units differ by a factor of 1000."""


def odd_scales(shards: Sequence[Shard]) -> list[str | None]:
    """Return for each recording the error message about the scale of a channel, or None.

    Channels are compared as recorded, each separately. A constant channel is flat, and not compared. If there are two
    recordings, each is compared with the other, as it is unknown which of them is wrong.
    """
    found: list[str | None] = [None] * len(shards)
    for name in dict.fromkeys(name for shard in shards for name in shard.header.movement_uv):
        movement = {i: uv for i, shard in enumerate(shards) if (uv := shard.header.movement_uv.get(name))}
        typical = _typical(np.array(list(movement.values())))
        for (i, uv), usual in zip(movement.items(), typical.tolist(), strict=True):
            if abs(log(uv / usual)) >= log(MAX_RATIO):
                found[i] = found[i] or _message(name, uv, usual)
    return found


def _typical(movement: Float[np.ndarray, "n"]) -> Float[np.ndarray, "n"]:
    """Return the reference for each recording: the median (of logarithms), or the other one of two recordings."""
    if len(movement) == 2:
        return movement[::-1]
    return np.full(len(movement), np.exp(np.median(np.log(movement))) if len(movement) else np.nan)


def _message(name: str, uv: float, usual: float) -> str:
    more, ratio = ("larger", uv / usual) if uv > usual else ("smaller", usual / uv)
    return (
        f"channel {name!r} varies by {uv:.3g} µV within a second, but by {usual:.3g} µV in the other recordings: "
        f"it is {ratio:.0f} times {more}, so its unit or gain differs. Correct the header (uV, mV or V) where it is "
        "wrong, choose other channels, or skip the file (dataset.on_bad_recording=skip)."
    )
