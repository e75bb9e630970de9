"""Staging of many recordings, one after the other; problems with some recordings do not stop the others."""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd

from eegbench.atomic import write_csv
from eegbench.dataset import BadRecordingError
from eegbench.prediction.lights import Lights, check_named
from eegbench.prediction.listing import stem
from eegbench.prediction.night import Night, night_of
from eegbench.prediction.out_folder import SUMMARY, OutFolder
from eegbench.prediction.predict_remedies import problem_in_words_of_predict
from eegbench.prediction.predictor import Predictor
from eegbench.prediction.renamed_dataset import Renamed
from eegbench.prediction.scoring import overall, per_recording, scored, title_scores
from eegbench.prediction.staging import Rules, stage
from eegbench.prediction.summary import summary_row
from eegbench.prediction.tables import predictions_of
from eegbench.prediction.writing import outputs_of, write_staged
from eegbench.progress import bar
from eegbench.score.consensus import STAGES
from eegbench.types import Recording

SCORES, BY_RECORDING = "scores.csv", "scores_per_recording.csv"


@dataclass(frozen=True)
class Order:
    """Options for the predictions of each recording.

    Attributes
    ----------
    rules
        Rules that combine votes.
    lights
        Times of lights off and on, by the id of the recording; ``default_lights`` for the others.
    draws
        Whether to draw figures.
    """

    rules: Rules
    lights: Mapping[str, Lights] = field(default_factory=dict)
    default_lights: Lights = field(default_factory=Lights)
    draws: bool = True

    def check(self, predictor: Predictor, recordings: Sequence[Recording]) -> None:
        """Raise an error for lights that would not be used.

        Raises
        ------
        ValueError
            If lights are given but the network does not stage sleep, or lights are given for an unknown recording.
        """
        if (self.lights or self.default_lights != Lights()) and not predictor.stages_sleep:
            raise ValueError(
                "--lights-off, --lights-on and --lights are for sleep statistics, but the network does not stage "
                f"sleep: its classes are {', '.join(predictor.classes)}, not {', '.join(STAGES)}. Omit these options."
            )
        check_named(self.lights, recordings)


@dataclass(frozen=True)
class Batch:
    """Results of many recordings.

    Attributes
    ----------
    summary
        One row per recording, as in ``predictions.csv``; ``problem`` is the reason why a recording was not staged.
    scores
        Scores as in ``scores.csv``; None if no recording has labels.
    fault
        First error that is probably a fault of the program; the other recordings were staged nevertheless.
    """

    summary: pd.DataFrame
    scores: pd.DataFrame | None
    fault: Exception | None

    @property
    def failed(self) -> pd.DataFrame:
        """Recordings that could not be staged."""
        return self.summary[self.summary["problem"] != ""]

    @property
    def labelled(self) -> pd.DataFrame:
        """Recordings with labels, which were scored."""
        return self.summary[self.summary["n_labelled"] > 0] if "n_labelled" in self.summary else self.failed.iloc[:0]

    @property
    def n_without_statistics(self) -> int:
        """Number of staged recordings without sleep statistics, because their lights do not fit."""
        return int((self.summary.get("statistics", pd.Series(dtype=object)) == "missing").sum())

    def exit_status(self, *, skip_bad: bool) -> int:
        """Return 1 if no recording was staged, or if some are incomplete and ``skip_bad`` is not set; otherwise 0."""
        is_incomplete = len(self.failed) > 0 or self.n_without_statistics > 0
        return int(len(self.failed) == len(self.summary) or (is_incomplete and not skip_bad))


def planned_files(recordings: Sequence[Recording], folder: Path, name: str) -> list[Path]:
    """Return the files that may be written: those of each recording, and the tables over all recordings.

    Parameters
    ----------
    recordings
        Recordings to stage.
    folder
        Folder of the files.
    name
        Name of the predictor.
    """
    tables = [folder / one for one in (SUMMARY, SCORES, BY_RECORDING)]
    return [*tables, *(path for one in recordings for path in outputs_of(one, folder, name))]


def predict_all(
    predictor: Predictor, asked: Sequence[tuple[Renamed, Recording]], order: Order, out: OutFolder
) -> Batch:
    """Stage recordings and write the results; if any was staged, the table over all recordings is written last.

    Parameters
    ----------
    predictor
        The network.
    asked
        Recordings to stage, each with its dataset.
    order
        Options.
    out
        Folder for the files; files of an earlier prediction are removed once the first recording is staged.
    """
    try:
        return _predict_all(predictor, asked, order, out)
    finally:
        out.finish()


def _predict_all(
    predictor: Predictor, asked: Sequence[tuple[Renamed, Recording]], order: Order, out: OutFolder
) -> Batch:
    rows: list[dict[str, object]] = []
    predictions: list[pd.DataFrame] = []
    faults: list[Exception] = []
    with TemporaryDirectory() as aside, bar("staging", len(asked)) as advance:
        for number, (dataset, recording) in enumerate(asked):
            place = Path(aside) / str(number)
            try:
                row, said = _predict(predictor, dataset, recording, order, (place, out))
                predictions.append(said)
                rows.append(row)
            except Exception as error:
                if isinstance(error, OSError) and not _is_of(recording, error):
                    raise
                rows.append(_problem(recording, error))
                faults += [] if isinstance(error, BadRecordingError | OSError) else [error]
            shutil.rmtree(place, ignore_errors=True)
            advance(stem(recording))
    summary = pd.DataFrame(rows)
    labelled = scored(predictions) if predictions else pd.DataFrame()
    scores = overall(labelled, predictor.classes) if len(labelled) else None
    if scores is not None:
        write_csv(out.path / BY_RECORDING, per_recording(labelled, predictor.classes))
        write_csv(out.path / SCORES, scores)
    if predictions:
        write_csv(out.path / SUMMARY, summary)
    return Batch(summary, scores, next(iter(faults), None))


def _predict(
    predictor: Predictor, dataset: Renamed, recording: Recording, order: Order, places: tuple[Path, OutFolder]
) -> tuple[dict[str, object], pd.DataFrame]:
    """Stage a recording in the first place and write it into the folder; return its summary row and predictions."""
    staged = stage(predictor, dataset, recording, order.rules, places[0])
    said = predictions_of(staged, predictor.name)
    lights = order.lights.get(recording.id, order.default_lights)
    night = night_of(staged, lights) if predictor.stages_sleep else Night()
    places[1].begin()
    write_staged(
        staged,
        places[1].path,
        name=predictor.name,
        stages_sleep=predictor.stages_sleep,
        scores=title_scores(said, staged.classes),
        draws=order.draws,
        lights_s=(night.off_s, night.on_s),
    )
    return summary_row(staged, night), said


def _is_of(recording: Recording, error: OSError) -> bool:
    """Return whether an error concerns a file of the recording rather than one that is written."""
    return str(error.filename) in map(str, recording.files)


def _problem(recording: Recording, error: Exception) -> dict[str, object]:
    """Return the summary row of a recording that could not be staged."""
    text = str(error) if isinstance(error, BadRecordingError) else f"{type(error).__name__}: {error}"
    text = problem_in_words_of_predict(text)
    where = "" if recording.signal.name in text else f"{recording.signal}: "
    who = {"recording": recording.id, "subject": recording.subject, "signal": str(recording.signal)}
    return {**who, "n_epochs": 0, "warnings": "", "problem": f"{where}{text}"}
