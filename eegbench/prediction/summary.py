"""Row of a recording in ``predictions.csv``."""

import numpy as np

from eegbench.prediction.night import Night, clock_time
from eegbench.prediction.staged import FLAGS, Staged
from eegbench.score.sleep_statistics import STATISTICS

UNITS = {"min": "min", "%": "percent"}
"""Endings of column names, by the unit of a sleep statistic."""


def summary_row(staged: Staged, night: Night) -> dict[str, object]:
    """Return the row of a recording in ``predictions.csv``; the mean confidence is over epochs without a flag."""
    said = np.array(staged.classes, dtype=object)[staged.predicted]
    usable = ~staged.flagged.to_numpy(bool)
    recording = staged.recording
    return {
        "recording": recording.id,
        "subject": recording.subject,
        "signal": str(recording.signal),
        "n_epochs": len(staged.epochs),
        "n_labelled": int((staged.epochs["label"] >= 0).sum()),
        "n_flagged": int(staged.flagged.sum()),
        **{f"n_{name}": int(staged.epochs[name].sum()) for name in FLAGS},
        "n_usable_windows": staged.n_usable,
        "compared_with_train": staged.compared,
        "recorded_min": staged.length_s / 60,
        "unstaged_s": round(staged.unstaged_s, 3),
        "mean_confidence": float(staged.confidence[usable].mean()) if usable.any() else np.nan,
        **{f"epochs_{name}": int((said == name).sum()) for name in staged.classes},
        **{f"{name}_{UNITS[STATISTICS[name]]}": value for name, value in night.statistics.items()},
        **(_of_night(staged, night) if night.trust else {}),
        "warnings": "; ".join((*staged.warnings, *night.warnings)),
        "problem": "",
    }


def _of_night(staged: Staged, night: Night) -> dict[str, object]:
    """Return the lights that were used, as times of day and in minutes from the first sample, and the reliability."""
    columns: dict[str, object] = {"statistics": night.trust}
    for name, at_s in (("lights_off", night.off_s), ("lights_on", night.on_s)):
        columns |= {name: clock_time(staged, at_s), f"{name}_min": np.nan if at_s is None else at_s / 60}
    return columns
