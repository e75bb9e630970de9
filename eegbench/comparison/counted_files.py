"""Files of many runs, read and counted by several processes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from eegbench.comparison.counted import Counts, SplitCounter, Windows
from eegbench.config import read_json
from eegbench.progress import n_cores, parallel

CHUNK = 250
"""Number of runs that a process reads at a time; so few are read in this process."""


@dataclass(frozen=True)
class RunFiles:
    """Files of a run that a comparison reads.

    Attributes
    ----------
    predictions, summary
        Local paths of ``predictions.parquet`` and ``summary.json``.
    shift_s
        Seconds that are added to the start of each window.
    """

    predictions: Path
    summary: Path
    shift_s: float


@dataclass(frozen=True)
class CountedRun:
    """Content of the files of a run.

    Attributes
    ----------
    windows, counts, classes
        Results of `SplitCounter.count`.
    facts
        Content of ``summary.json``; of the metrics, those on valid.
    """

    windows: Windows
    counts: Counts
    classes: tuple[str, ...]
    facts: Mapping[str, Any]


def read_counted(split: str, runs: Sequence[RunFiles]) -> list[CountedRun]:
    """Read and count the predictions of runs; runs that test the same windows get the same object for them.

    Parameters
    ----------
    split
        Name of the split.
    runs
        Files of the runs.

    Raises
    ------
    ValueError
        If a file is damaged, or a label or prediction is not a class.
    """
    if len(runs) <= CHUNK:
        return _read(runs, split=split)
    starts = range(0, len(runs), CHUNK)
    chunks = [tuple(runs[start : start + CHUNK]) for start in starts]
    found: dict[tuple[RunFiles, ...], list[CountedRun]] = {}
    for chunk, result in parallel(
        partial(_read, split=split), chunks, description="reading predictions", n_workers=n_cores()
    ):
        if isinstance(result, Exception):
            raise result
        found[chunk] = result
    return _with_shared_windows(one for chunk in chunks for one in found[chunk])


def _read(runs: Sequence[RunFiles], *, split: str) -> list[CountedRun]:
    counter = SplitCounter(split)
    return [CountedRun(*counter.count(run.predictions, run.shift_s), _facts(run.summary)) for run in runs]


def _facts(summary: Path) -> dict[str, Any]:
    """Read what a comparison needs of ``summary.json``; the scores, most of the file, are computed anew."""
    facts = read_json(summary)
    facts.pop("scores", None)
    if isinstance(metrics := facts.get("metrics"), dict):
        facts["metrics"] = {name: value for name, value in metrics.items() if "valid" in name}
    return facts


def _with_shared_windows(runs: Iterable[CountedRun]) -> list[CountedRun]:
    """Replace equal windows of different processes by one object."""
    first: dict[object, Windows] = {}
    shared: dict[Windows, Windows] = {}
    made = []
    for run in runs:
        if run.windows not in shared:
            labels = pd.util.hash_pandas_object(run.windows.labels).to_numpy().tobytes()
            shared[run.windows] = first.setdefault(
                (run.windows.recordings, run.windows.of_recording, labels), run.windows
            )
        made.append(CountedRun(shared[run.windows], run.counts, run.classes, run.facts))
    return made
