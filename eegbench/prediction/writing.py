"""Write predictions in formats of other programs: CSV, EDF+, BIDS, JSON, and a figure.

Conventions
-----------
Onsets count from the first sample of the recorded file; in the EDF+ they count from the start in its header, which is
the start of the recording. A viewer that shows both files on one time axis therefore shows each stage at its signal.
"""

import json
from collections.abc import Mapping
from pathlib import Path

import edfio
import pandas as pd

from eegbench import figure
from eegbench.atomic import atomic_path, write_csv, write_json, write_text
from eegbench.prediction.listing import stem
from eegbench.prediction.staged import Staged
from eegbench.prediction.tables import epoch_length, hypnodensity_frame, hypnogram_frame, predictions_of, stage_list
from eegbench.types import Recording

YEARS = range(1985, 2085)
"""Years that the header of an EDF can store."""

STAGES_FOLDER = "stages"
"""Folder with a file RECORD.json per night, in the format of `eegbench consensus --predictions`."""

EPOCH_S = 30.0
"""Length of the epochs in these lists."""

COLUMNS: Mapping[str, Mapping[str, str]] = {
    "onset": {"Description": "Begin, from the first sample of the recording", "Units": "s"},
    "duration": {"Description": "Length", "Units": "s"},
    "trial_type": {"Description": "The class that the network gave"},
    "confidence": {"Description": "Probability of this class"},
    "flag": {"Description": "flat, saturated or marked_bad: the class is not to be relied on"},
}
"""Descriptions of the columns of ``events.tsv``."""


def outputs_of(recording: Recording, folder: Path, name: str) -> list[Path]:
    """Return the files that may be written for a recording in a folder of predictions."""
    first, events = stem(recording), f"{stem(recording).removesuffix('_eeg')}_events"
    endings = ("-hypnogram.csv", "-hypnogram.edf", "-hypnodensity.csv", "-hypnodensity.png")
    files = [folder / f"{first}{ending}" for ending in endings]
    return [
        *files,
        folder / f"{events}.tsv",
        folder / f"{events}.json",
        folder / STAGES_FOLDER / name / f"{first}.json",
    ]


def write_staged(
    staged: Staged,
    folder: Path,
    *,
    name: str,
    stages_sleep: bool,
    scores: Mapping[str, float],
    draws: bool,
    lights_s: tuple[float | None, float | None] = (None, None),
) -> None:
    """Write all files of a recording, each atomically.

    Parameters
    ----------
    staged
        Predictions of the recording.
    folder
        Folder for the files.
    name
        Name of the predictor.
    stages_sleep
        Whether the classes are the five stages of sleep.
    scores
        Scores for the title of the figure.
    draws
        Whether to draw a figure.
    lights_s
        Times of lights off and on, in seconds from the first sample, for the figure.
    """
    hypnogram, density, edf, picture, events, described, stages = (
        outputs_of(staged.recording, folder, name)[i] for i in (0, 2, 1, 3, 4, 5, 6)
    )
    write_csv(density, hypnodensity_frame(staged))
    _write_edf(edf, staged, stages_sleep=stages_sleep)
    _write_events(events, described, staged)
    if stages_sleep and epoch_length(staged) == EPOCH_S:
        write_text(stages, json.dumps(stage_list(staged).tolist()) + "\n")
    if draws:
        drawn = figure.hypnogram(
            predictions_of(staged, name).assign(flagged=staged.flagged.to_numpy(bool)),
            classes=staged.classes,
            window_s=epoch_length(staged),
            scores=scores,
            lights_s=lights_s,
        )
        figure.save(drawn, folder, picture.stem, formats=("png",))
    write_csv(hypnogram, hypnogram_frame(staged))


def _write_edf(path: Path, staged: Staged, *, stages_sleep: bool) -> None:
    """Write the classes as annotations of an EDF+ file with the recording's start; stages have their standard texts."""
    frame, prefix = hypnogram_frame(staged), "Sleep stage " if stages_sleep else ""
    rows = zip(frame["start_s"], frame["duration_s"], frame["stage"], strict=True)
    notes = [
        edfio.EdfAnnotation(round(onset + staged.first_s, 6), duration, f"{prefix}{name}")
        for onset, duration, name in rows
    ]
    is_dated = staged.start is not None and staged.start.year in YEARS
    recorded = edfio.Recording(startdate=staged.start.date() if is_dated and staged.start else None)
    start = staged.start.time() if is_dated and staged.start else None
    with atomic_path(path) as aside:
        edfio.Edf([], recording=recorded, starttime=start, annotations=notes).write(aside)


def _write_events(events: Path, described: Path, staged: Staged) -> None:
    """Write the classes as BIDS events, with descriptions of the columns."""
    frame = hypnogram_frame(staged)
    names = {"start_s": "onset", "duration_s": "duration", "stage": "trial_type"}
    rows: pd.DataFrame = frame.rename(columns=names)[list(COLUMNS)].replace({"flag": {"": "n/a"}})
    write_text(events, rows.to_csv(sep="\t", index=False, lineterminator="\n"))
    levels = {"Levels": {name: f"class {name}" for name in staged.classes}}
    write_json(described, {**COLUMNS, "trial_type": {**COLUMNS["trial_type"], **levels}})
