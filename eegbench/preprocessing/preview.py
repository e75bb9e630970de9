"""Preview of the shard of a recording: samples are read, but neither filtered nor written."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import mne

from eegbench.dataset import BadRecordingError
from eegbench.dataset.channel_kinds import kind_of
from eegbench.notes import noted
from eegbench.preprocessing.base import GroupPlan
from eegbench.preprocessing.quality import MICROVOLTS, check_plausible
from eegbench.preprocessing.recorded import Recorded
from eegbench.preprocessing.shard_job import Source, group_header, read
from eegbench.store import Shard
from eegbench.store.shard import GroupHeader


@dataclass(frozen=True)
class Preview:
    """Properties of a recording that was read for a survey.

    Attributes
    ----------
    shard
        Its future header and quality; None if it cannot be read.
    channels
        Names of the channels, over all groups.
    sfreq
        Sampling rates in Hz of each group, as recorded.
    length_s
        Length of the recording in seconds.
    problem
        Reason why it cannot be preprocessed; empty if it can.
    notes
        Messages logged while it was read.
    """

    shard: Shard | None = None
    channels: tuple[str, ...] = ()
    sfreq: tuple[float, ...] = ()
    length_s: float = 0.0
    problem: str = ""
    notes: tuple[str, ...] = ()


def preview(source: Source) -> Preview:
    """Read one recording, and return the properties of its future shard."""
    with noted() as notes:
        try:
            seen = _seen(source)
        except BadRecordingError as error:
            seen = _signal_alone(error.signal, str(error))
        except OSError as error:
            seen = Preview(problem=str(error))
    return replace(seen, notes=tuple(notes))


def _seen(source: Source) -> Preview:
    found, plans = read(source), source.signal.group_plans
    first = next(iter(found.groups.values())).first
    groups = {name: _as_preprocessed(one, plans[name]) for name, one in found.groups.items()}
    return Preview(
        shard=Shard(source.recording.signal, replace(found.header, groups=groups), found.quality),
        channels=tuple(name for one in found.groups.values() for name in one.channels),
        sfreq=tuple(float(raw.info["sfreq"]) for one in found.groups.values() for raw in one.raws),
        length_s=first.n_times / float(first.info["sfreq"]),
        problem=_unit_problem(found.header.movement_uv),
    )


def _signal_alone(raw: "mne.io.BaseRaw | None", problem: str) -> Preview:
    """Return the properties of a signal with unusable labels; empty if it could not be opened."""
    if raw is None:
        return Preview(problem=problem)
    sfreq = float(raw.info["sfreq"])
    return Preview(channels=tuple(raw.ch_names), sfreq=(sfreq,), length_s=raw.n_times / sfreq, problem=problem)


def _unit_problem(movement_uv: Mapping[str, float]) -> str:
    try:
        check_plausible(movement_uv)
    except BadRecordingError as error:
        return str(error)
    return ""


def _as_preprocessed(recorded: Recorded, plan: GroupPlan) -> GroupHeader:
    """Return the header of a group with its rate and channels after preprocessing."""
    parts = [group_header(raw, raw.get_data() * MICROVOLTS, recorded.sfreq) for raw in recorded.raws]
    rows = {name: (part, i) for part in parts for i, name in enumerate(part.channels)}
    channels = (plan.out_channels if plan.missing_channels != "mark" else None) or recorded.channels
    there = [rows.get(name) for name in channels]
    sfreq = plan.sfreq or parts[0].sfreq
    return GroupHeader(
        channels=channels,
        sfreq=sfreq,
        n_samples=round(parts[0].n_samples * sfreq / parts[0].sfreq),
        positions=tuple(_NOWHERE if at is None else at[0].positions[at[1]] for at in there),
        kinds=tuple(
            kind_of(name) or "eeg" if at is None else at[0].kinds[at[1]]
            for name, at in zip(channels, there, strict=True)
        ),
        mean_uv=tuple(0.0 if at is None else at[0].mean_uv[at[1]] for at in there),
        std_uv=tuple(0.0 if at is None else at[0].std_uv[at[1]] for at in there),
        recorded_sfreq=recorded.sfreq,
        left_out=recorded.left_out,
    )


_NOWHERE = (float("nan"),) * 3
