"""What a dataset holds, recording by recording, and what a run would refuse, skip or note: nothing is preprocessed.

The samples are read, as only they tell whether a unit is right. Windows are cut, and recordings compared, by the code
that a run calls.
"""

import logging
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from eegbench.dataset import BadRecordingError, Dataset
from eegbench.dataset.distinct_subjects import copies, note_alike
from eegbench.dataset.listing import listed
from eegbench.dataset.marks import EPOCH_EDGE
from eegbench.notes import noted
from eegbench.preprocessing.base import Cut, Preprocessing
from eegbench.preprocessing.build import WORTH_BYTES
from eegbench.preprocessing.cutting import cut_all, judgement_of, tell_cuts
from eegbench.preprocessing.form import differences, group_form
from eegbench.preprocessing.labels import unknown
from eegbench.preprocessing.preview import Preview, preview
from eegbench.preprocessing.shard_job import Source
from eegbench.progress import n_cores, parallel
from eegbench.store import Shard
from eegbench.types import Recording

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Survey:
    """What was seen of a dataset.

    Attributes
    ----------
    table
        A row a recording: ``recording, subject, session, run, channels, names, sfreq_hz, minutes, labels, problem,
        file``. ``problem`` says why it cannot be used, and is empty where it can.
    refusal
        Why the recordings cannot be used together; empty where they can.
    notes
        What a run would note.
    """

    table: pd.DataFrame
    refusal: str
    notes: tuple[str, ...]


def survey(dataset: Dataset, preprocessing: Preprocessing, n_workers: int | None) -> Survey:
    """Read every recording that a dataset lists; one that cannot be used does not end the survey.

    Parameters
    ----------
    dataset, preprocessing
        As of a run.
    n_workers
        Processes that read recordings; None takes as many as are worth it.

    Raises
    ------
    FileNotFoundError, ValueError
        Where the dataset cannot list its recordings.
    """
    with noted() as notes:
        recordings = listed(dataset)
        seen = _previews(dataset, preprocessing, recordings, n_workers)
        for one in seen.values():
            notes += one.notes
        problems = {name: [one.problem] if one.problem else [] for name, one in seen.items()}
        refusal = _judge(dataset, preprocessing, recordings, seen, problems)
    rows = [_row(recording, seen[recording.id], "; ".join(problems[recording.id])) for recording in recordings]
    return Survey(pd.DataFrame(rows), refusal, tuple(dict.fromkeys(notes)))


def _previews(
    dataset: Dataset, preprocessing: Preprocessing, recordings: Sequence[Recording], n_workers: int | None
) -> dict[str, Preview]:
    sources = [Source(dataset, preprocessing.signal, recording) for recording in recordings]
    n_bytes = sum(recording.signal.stat().st_size for recording in recordings if recording.signal.exists())
    n_workers = n_workers or min(n_cores(), 1 + int(n_bytes // WORTH_BYTES))
    found: dict[str, Preview] = {}
    for source, seen in parallel(preview, sources, description="reading recordings", n_workers=n_workers):
        if isinstance(seen, Exception):
            raise seen
        found[source.recording.id] = seen
    return found


def _judge(
    dataset: Dataset,
    preprocessing: Preprocessing,
    recordings: Sequence[Recording],
    seen: Mapping[str, Preview],
    problems: Mapping[str, list[str]],
) -> str:
    """Add what is wrong with recordings to their problems, and return what is wrong with them together."""
    readable = [(one, shard) for one in recordings if (shard := seen[one.id].shard)]
    good = [(one, shard) for one, shard in readable if not problems[one.id]]
    cuts, bad = cut_all([one for one, _ in good], [shard for _, shard in good], dataset, preprocessing, keep_going=True)
    strange = {one.id: text for one, shard in readable if (text := _unknown_labels(dataset, shard))}
    for found in (bad | strange, copies(dataset, [one for one, _ in readable])):
        for name, problem in found.items():
            problems[name].append(problem)
    note_alike(dataset, [one for one, _ in readable])
    shards = {one.id: shard for one, shard in good if one.id in cuts}
    return _compare(dataset, preprocessing, shards, cuts, problems)


def _compare(
    dataset: Dataset,
    preprocessing: Preprocessing,
    shards: Mapping[str, Shard],
    cuts: Mapping[str, Cut],
    problems: Mapping[str, list[str]],
) -> str:
    """Compare the recordings that have windows, and note what a run notes of their windows and channels."""
    for name, shard in shards.items():
        problems[name] += _useless(name, shard, cuts[name], dataset, preprocessing)
    headers = {name: shard.header for name, shard in shards.items() if not problems[name]}
    if not headers:
        return ""
    for group in preprocessing.signal.group_plans:
        for name, message in differences(headers, group, preprocessing):
            problems[name].append(message)
    headers = {name: header for name, header in headers.items() if not problems[name]}
    tell_cuts([cuts[name] for name in headers], dataset, preprocessing)
    try:
        for group in preprocessing.signal.group_plans:
            group_form(headers, group, preprocessing, dataset.channels or ())
    except BadRecordingError as error:
        return str(error)
    return ""


def _useless(name: str, shard: Shard, cut: Cut, dataset: Dataset, preprocessing: Preprocessing) -> list[str]:
    """Say why no window of a recording can be used, and note that none has a class."""
    try:
        table = judgement_of(preprocessing).table([shard], [cut])
    except BadRecordingError as error:
        return [str(error)]
    if table["rejected"].all():
        return [_all_rejected(table)]
    if dataset.labels and not (table["scored"] & ~table["rejected"]).any():
        _log.warning("%s: no window that can be used has a class.", name)
    return []


def _all_rejected(table: pd.DataFrame) -> str:
    """Say why no window of a recording can be used."""
    counts = [(int(table[name].sum()), name.replace("_", " ")) for name in ("flat", "saturated", "marked_bad")]
    told = ", ".join(f"{n} {name}" for n, name in counts if n)
    return (
        f"all {len(table)} windows are rejected ({told}): check the channels and their units, or set "
        "preprocessing.flat_uv or preprocessing.saturated_share to null"
    )


def _unknown_labels(dataset: Dataset, shard: Shard) -> str:
    texts = unknown(shard.header, dataset)
    told = "labels that stand neither in dataset.labels nor in dataset.ignored"
    return f"{told}: {', '.join(texts)}" if texts else ""


def _row(recording: Recording, seen: Preview, problem: str) -> dict[str, object]:
    """Return a recording as a row of the table."""
    return {
        "recording": recording.id,
        "subject": recording.subject,
        "session": recording.session,
        "run": recording.run,
        "channels": len(seen.channels),
        "names": ", ".join(seen.channels),
        "sfreq_hz": ", ".join(f"{rate:g}" for rate in seen.sfreq),
        "minutes": round(seen.length_s / 60, 2),
        "labels": _labels(seen.shard) if seen.shard else "",
        "problem": problem,
        "file": str(recording.signal),
    }


def _labels(shard: Shard) -> str:
    """Return the number and the minutes of the annotations of each description."""
    n: Counter[str] = Counter()
    minutes: dict[str, float] = defaultdict(float)
    for _, duration_s, text in shard.header.annotations:
        if text != EPOCH_EDGE:
            n[text] += 1
            minutes[text] += duration_s / 60
    return "; ".join(f"{text} {n[text]} ({minutes[text]:.3g} min)" for text in sorted(n))
