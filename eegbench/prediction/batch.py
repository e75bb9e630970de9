"""Stages many recordings, one after the other; one that cannot be staged is named, and the others are written."""

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
from eegbench.prediction.predictor import Predictor
from eegbench.prediction.remedy import problem_in_words_of_predict
from eegbench.prediction.renamed import Renamed
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
    """What is wanted of each recording.

    Attributes
    ----------
    rules
        How votes become an answer.
    lights
        When lights went off and on, by the id of the recording; ``default_lights`` of the others.
    draws
        Whether pictures are wanted.
    """

    rules: Rules
    lights: Mapping[str, Lights] = field(default_factory=dict)
    default_lights: Lights = field(default_factory=Lights)
    draws: bool = True

    def check(self, predictor: Predictor, recordings: Sequence[Recording]) -> None:
        """Refuse lights that nothing would use.

        Raises
        ------
        ValueError
            Where lights are given and the network does not stage sleep, or of a recording that is not there.
        """
        if (self.lights or self.default_lights != Lights()) and not predictor.stages_sleep:
            raise ValueError(
                "--lights-off, --lights-on and --lights are for sleep statistics, and the network does not stage "
                f"sleep: its classes are {', '.join(predictor.classes)}, not {', '.join(STAGES)}. Leave these options "
                "out."
            )
        check_named(self.lights, recordings)


@dataclass(frozen=True)
class Batch:
    """What came of many recordings.

    Attributes
    ----------
    summary
        A row a recording, as in ``predictions.csv``; ``problem`` says why one was not staged.
    scores
        As in ``scores.csv``; None where no recording has labels.
    fault
        The first error that looks like a fault of the program; the other recordings were staged nevertheless.
    """

    summary: pd.DataFrame
    scores: pd.DataFrame | None
    fault: Exception | None

    @property
    def failed(self) -> pd.DataFrame:
        """The recordings that could not be staged."""
        return self.summary[self.summary["problem"] != ""]

    @property
    def labelled(self) -> pd.DataFrame:
        """The recordings that were scored by labels."""
        return self.summary[self.summary["n_labelled"] > 0] if "n_labelled" in self.summary else self.failed.iloc[:0]

    @property
    def n_without_statistics(self) -> int:
        """The number of recordings that were staged, but have no sleep statistics, as their lights do not fit."""
        return int((self.summary.get("statistics", pd.Series(dtype=object)) == "missing").sum())

    def exit_status(self, *, skip_bad: bool) -> int:
        """Return 1 where no recording could be staged, or where some lack something and ``skip_bad`` is not set."""
        is_incomplete = len(self.failed) > 0 or self.n_without_statistics > 0
        return int(len(self.failed) == len(self.summary) or (is_incomplete and not skip_bad))


def planned_files(recordings: Sequence[Recording], folder: Path, name: str) -> list[Path]:
    """Return the files that may be written: those of each recording, and the tables of all.

    Parameters
    ----------
    recordings
        Those to stage.
    folder
        Takes the files.
    name
        Of the predictor.
    """
    tables = [folder / one for one in (SUMMARY, SCORES, BY_RECORDING)]
    return [*tables, *(path for one in recordings for path in outputs_of(one, folder, name))]


def predict_all(
    predictor: Predictor, asked: Sequence[tuple[Renamed, Recording]], order: Order, out: OutFolder
) -> Batch:
    """Stage recordings and write what was staged; a table of all comes last, where any was staged.

    Parameters
    ----------
    predictor
        The network.
    asked
        The recordings to stage, each with its reader.
    order
        What is wanted.
    out
        Takes the files; what an earlier prediction wrote there is removed once the first recording is staged.
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
    """Stage a recording in the first place and write it into the folder; return its summary and its predictions."""
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
    """Whether an error is about a file of the recording, and not about one that is written."""
    return str(error.filename) in map(str, recording.files)


def _problem(recording: Recording, error: Exception) -> dict[str, object]:
    """Return the line of a recording that could not be staged."""
    text = str(error) if isinstance(error, BadRecordingError) else f"{type(error).__name__}: {error}"
    text = problem_in_words_of_predict(text)
    where = "" if recording.signal.name in text else f"{recording.signal}: "
    who = {"recording": recording.id, "subject": recording.subject, "signal": str(recording.signal)}
    return {**who, "n_epochs": 0, "warnings": "", "problem": f"{where}{text}"}
