"""What was staged as tables: a hypnogram, a hypnodensity, the list of stages, and a line that sums a night up."""

import math
from collections.abc import Mapping

import numpy as np
import pandas as pd
from jaxtyping import Int

from eegbench.dataset import BadRecordingError
from eegbench.prediction.lights import Lights
from eegbench.prediction.staged import FLAGS, Staged
from eegbench.score.consensus import STAGES
from eegbench.score.sleep_statistics import STATISTICS, sleep_statistics
from eegbench.types import UNSCORED

SLACK_S = 0.001
"""Rounding of times to samples."""

UNITS = {"min": "min", "%": "percent"}
"""Ends of the names of columns, by the unit of a sleep statistic."""


def hypnogram_frame(staged: Staged) -> pd.DataFrame:
    """Return a row an epoch: ``start_s, duration_s, stage, confidence, n_votes, flag``, and ``label`` if there are any.

    ``start_s`` counts from the first sample of the recorded file. ``flag`` is one of `FLAGS`, or empty.
    """
    epochs, names = staged.epochs, np.array(staged.classes, dtype=object)
    frame = epochs[["start_s", "duration_s"]].assign(
        stage=names[staged.predicted],
        confidence=staged.confidence.round(6),
        n_votes=staged.n_votes,
        flag=np.select([epochs[name] for name in FLAGS], FLAGS, ""),
    )
    label = epochs["label"].to_numpy(int)
    return frame.assign(label=np.where(label < 0, "", names[label])) if (label >= 0).any() else frame


def hypnodensity_frame(staged: Staged) -> pd.DataFrame:
    """Return ``start_s``, and the probability of each class in a column of its name, a row an epoch."""
    densities = pd.DataFrame(staged.probabilities, columns=list(staged.classes))
    densities.insert(0, "start_s", staged.epochs["start_s"].to_numpy())
    return densities


def predictions_of(staged: Staged, name: str) -> pd.DataFrame:
    """Return the columns of a run's ``predictions.parquet``; ``label`` is missing where nobody gave one."""
    names, label = np.array(staged.classes, dtype=object), staged.epochs["label"].to_numpy(int)
    frame = hypnodensity_frame(staged)
    who = {"recording": staged.recording.id, "subject": staged.recording.subject, "probe": name}
    said = {"label": np.where(label < 0, None, names[label]), "predicted": names[staged.predicted]}
    return frame.assign(**who, **said)


def stage_list(staged: Staged) -> Int[np.ndarray, "n_slots"]:
    """Return a stage an epoch from the start of the file on: 0 W, 1 N1, 2 N2, 3 N3, 4 R, and -1 where none was staged.

    The classes are the five stages. Epochs that do not begin at a multiple of their length are numbered by their order.
    The list ends with the last whole epoch of the recording.
    """
    start, epoch_s = staged.epochs["start_s"].to_numpy(float), epoch_length(staged)
    slot = np.rint((start - start[0] % epoch_s) / epoch_s).astype(np.int64)
    n_whole = int((staged.begin_s + staged.length_s - start[0] % epoch_s + SLACK_S) // epoch_s)
    stages = np.full(max(slot[-1] + 1, n_whole), UNSCORED, dtype=np.int64)
    stages[slot] = np.array([STAGES.index(name) for name in staged.classes])[staged.predicted]
    return stages


def epoch_length(staged: Staged) -> float:
    """Return the length of an epoch in seconds."""
    return float(staged.epochs["duration_s"].iloc[0])


def night_statistics(staged: Staged, lights: Lights) -> dict[str, float]:
    """Return the statistics of a night by the AASM manual, from lights off to lights on.

    Raises
    ------
    BadRecordingError
        Where the lights do not fit the recording.
    """
    epoch_s = epoch_length(staged)
    offset_s = float(staged.epochs["start_s"].iloc[0]) % epoch_s
    first = max(0, math.ceil((staged.begin_s - offset_s - SLACK_S) / epoch_s))
    start_s = offset_s + first * epoch_s
    try:
        off_s, on_s = lights.seconds(staged.start, staged.first_s)
        return sleep_statistics(
            stage_list(staged)[first:],
            epoch_s=epoch_s,
            lights_off=0 if off_s is None else round((off_s - start_s) / epoch_s),
            lights_on=None if on_s is None else round((on_s - start_s) / epoch_s),
        )
    except ValueError as error:
        starts = "does not say when it starts" if staged.start is None else f"starts at {staged.start:%H:%M:%S}"
        raise BadRecordingError(
            f"{staged.recording.signal}: lights off at {lights.off}, on at {lights.on}: the recording {starts} and "
            f"lasts {staged.length_s / 60:g} min; give times within it, or minutes from its first sample."
        ) from error


def summary_row(staged: Staged, statistics: Mapping[str, float]) -> dict[str, object]:
    """Return the line of a recording in ``predictions.csv``; the mean confidence is over epochs without a flag."""
    said = np.array(staged.classes, dtype=object)[staged.predicted]
    usable = ~staged.flagged.to_numpy(bool)
    recording = staged.recording
    return {
        "recording": recording.id,
        "subject": recording.subject,
        "signal": str(recording.signal),
        "n_epochs": len(staged.epochs),
        "n_flagged": int(staged.flagged.sum()),
        **{f"n_{name}": int(staged.epochs[name].sum()) for name in FLAGS},
        "recorded_min": staged.length_s / 60,
        "unstaged_s": round(staged.unstaged_s, 3),
        "mean_confidence": float(staged.confidence[usable].mean()) if usable.any() else np.nan,
        **{f"epochs_{name}": int((said == name).sum()) for name in staged.classes},
        **{f"{name}_{UNITS[STATISTICS[name]]}": value for name, value in statistics.items()},
        "warnings": "; ".join(staged.warnings),
        "problem": "",
    }
