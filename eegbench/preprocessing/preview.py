"""The shard that a recording would have, but for its samples: they are read, and neither filtered nor written."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import mne

from eegbench.dataset import BadRecordingError
from eegbench.notes import noted
from eegbench.preprocessing.base import GroupPlan
from eegbench.preprocessing.quality import MICROVOLTS, check_plausible
from eegbench.preprocessing.shard_job import Source, group_header, read
from eegbench.store import Shard
from eegbench.store.shard import GroupHeader


@dataclass(frozen=True)
class Preview:
    """What was seen of a recording.

    Attributes
    ----------
    shard
        Its header and quality, as they would be; None where it cannot be read.
    channels
        Names of the channels that are read, over all groups.
    sfreq
        Sampling rate in Hz of each group, as recorded.
    length_s
        Seconds that are read.
    problem
        Why it cannot be preprocessed; empty where it can.
    notes
        What was noted while it was read.
    """

    shard: Shard | None = None
    channels: tuple[str, ...] = ()
    sfreq: tuple[float, ...] = ()
    length_s: float = 0.0
    problem: str = ""
    notes: tuple[str, ...] = ()


def preview(source: Source) -> Preview:
    """Read one recording, and say what its shard would be."""
    with noted() as notes:
        try:
            seen = _seen(source)
        except (BadRecordingError, OSError) as error:
            seen = Preview(problem=str(error))
    return replace(seen, notes=tuple(notes))


def _seen(source: Source) -> Preview:
    found, plans = read(source), source.signal.group_plans
    first = next(iter(found.groups.values()))
    groups = {name: _as_preprocessed(raw, plans[name]) for name, raw in found.groups.items()}
    return Preview(
        shard=Shard(source.recording.signal, replace(found.header, groups=groups), found.quality),
        channels=tuple(name for raw in found.groups.values() for name in raw.ch_names),
        sfreq=tuple(float(raw.info["sfreq"]) for raw in found.groups.values()),
        length_s=first.n_times / float(first.info["sfreq"]),
        problem=_unit_problem(found.header.movement_uv),
    )


def _unit_problem(movement_uv: Mapping[str, float]) -> str:
    try:
        check_plausible(movement_uv)
    except BadRecordingError as error:
        return str(error)
    return ""


def _as_preprocessed(raw: "mne.io.BaseRaw", plan: GroupPlan) -> GroupHeader:
    """Return the header of a group with the rate and the channels that preprocessing gives it."""
    header = group_header(raw, raw.get_data() * MICROVOLTS)
    sfreq = plan.sfreq or header.sfreq
    header = replace(header, sfreq=sfreq, n_samples=round(header.n_samples * sfreq / header.sfreq))
    if plan.missing_channels != "zeros":
        return header
    rows = {name: i for i, name in enumerate(header.channels)}
    channels = plan.channels or ()
    there = [rows.get(name) for name in channels]
    return replace(
        header,
        channels=channels,
        positions=tuple(_NOWHERE if i is None else header.positions[i] for i in there),
        mean_uv=tuple(0.0 if i is None else header.mean_uv[i] for i in there),
        std_uv=tuple(0.0 if i is None else header.std_uv[i] for i in there),
    )


_NOWHERE = (float("nan"),) * 3
