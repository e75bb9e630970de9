"""Survey of a dataset before a run: each recording, with problems and notes; nothing is preprocessed.

The samples are read, because wrong units show only there. Windows are cut, and recordings compared, with the same code
as in a run.
"""

import logging
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from eegbench.dataset import BadRecordingError, Dataset
from eegbench.dataset.distinct_subjects import copies, note_alike
from eegbench.dataset.listing import listed
from eegbench.dataset.timed_texts import EPOCH_EDGE
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
    """Table of the recordings of a dataset, with problems and notes.

    Attributes
    ----------
    table
        One row per recording: ``recording, subject, session, run, channels, names, sfreq_hz, minutes, labels, problem,
        file``. ``problem`` is the reason why it cannot be used, or empty.
    refusal
        Reason why the recordings cannot be used together; empty if they can.
    notes
        Messages that a run would log.
    """

    table: pd.DataFrame
    refusal: str
    notes: tuple[str, ...]


def survey(dataset: Dataset, preprocessing: Preprocessing, n_workers: int | None) -> Survey:
    """Read every recording of a dataset; a recording that cannot be used does not end the survey.

    Parameters
    ----------
    dataset, preprocessing
        Dataset and preprocessing of a run.
    n_workers
        Number of processes that read recordings; None uses as many as are worthwhile.

    Raises
    ------
    FileNotFoundError, ValueError
        If the dataset cannot list its recordings.
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
    """Add problems of single recordings to ``problems``, and return a problem of all recordings together."""
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
    """Compare the recordings with windows, and log messages about windows and channels as in a run."""
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
    """Return reasons why no window of a recording can be used, and log a warning if none has a class."""
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
    """Return the reason why no window of a recording can be used."""
    counts = [(int(table[name].sum()), name.replace("_", " ")) for name in ("flat", "saturated", "marked_bad")]
    told = ", ".join(f"{n} {name}" for n, name in counts if n)
    return (
        f"all {len(table)} windows are rejected ({told}): check the channels and their units, or set "
        "preprocessing.flat_uv or preprocessing.saturated_share to null"
    )


def _unknown_labels(dataset: Dataset, shard: Shard) -> str:
    texts = unknown(shard.header, dataset)
    told = "labels that are neither in dataset.labels nor in dataset.ignored"
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
