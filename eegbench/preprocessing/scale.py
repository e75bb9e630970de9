"""Is a channel as large in one recording as in the others? A hundred times more, or less, is another unit."""

from collections.abc import Sequence
from math import log

import numpy as np
from jaxtyping import Float

from eegbench.store import Shard

MAX_RATIO = 100.0
"""Between a channel's movement in a recording and its median over the recordings. It is below 6 in EEGBCI and in the
mental-arithmetic set, 64 at a loose dry electrode of the P300 set; units differ by a thousand."""


def odd_scales(shards: Sequence[Shard]) -> list[str | None]:
    """Say of each recording what is wrong with the scale of a channel, or None.

    Channels are compared as recorded, each by itself. One that never moves is flat, and not compared. Of two recordings
    each is compared with the other, as nobody knows which of them is wrong.
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
    """Return what each recording is compared with: the median (of logarithms), or the other one of two."""
    if len(movement) == 2:
        return movement[::-1]
    return np.full(len(movement), np.exp(np.median(np.log(movement))) if len(movement) else np.nan)


def _message(name: str, uv: float, usual: float) -> str:
    more, ratio = ("larger", uv / usual) if uv > usual else ("smaller", usual / uv)
    return (
        f"channel {name!r} moves by {uv:.3g} µV within a second and by {usual:.3g} µV in the other recordings: it is "
        f"{ratio:.0f} times {more}, so its unit or gain is another. Correct the header (uV, mV or V) of whichever is "
        "wrong, choose other channels, or skip the file (dataset.on_bad_recording=skip)."
    )
