"""Stages many recordings, one after the other; one that cannot be staged is named, and the others are written."""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd

from eegbench.atomic import write_csv
from eegbench.dataset import BadRecordingError
from eegbench.prediction.lights import Lights
from eegbench.prediction.listing import stem
from eegbench.prediction.night import Night, night_of
from eegbench.prediction.predictor import Predictor
from eegbench.prediction.renamed import Renamed
from eegbench.prediction.scoring import overall, per_recording, scored, title_scores
from eegbench.prediction.staging import Rules, stage
from eegbench.prediction.summary import summary_row
from eegbench.prediction.tables import predictions_of
from eegbench.prediction.writing import outputs_of, write_staged
from eegbench.progress import bar
from eegbench.types import Recording

SUMMARY, SCORES, BY_RECORDING = "predictions.csv", "scores.csv", "scores_per_recording.csv"


IN_WORDS_OF_PREDICT = {
    "set dataset.on_bad_recording=skip": "leave it out with --skip-bad",
    "(dataset.on_bad_recording=skip)": "(--skip-bad)",
    "dataset.on_bad_recording=skip": "--skip-bad",
}
"""Remedies in error messages of readers, which name options of training."""


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


def check_free(recordings: Sequence[Recording], folder: Path, name: str) -> None:
    """Refuse a folder that has predictions of these recordings already.

    Raises
    ------
    ValueError
        Naming the first file.
    """
    files = [path for one in recordings for path in outputs_of(one, folder, name)]
    there = next((path for path in (folder / SUMMARY, *files) if path.exists()), None)
    if there is not None:
        raise ValueError(f"{there}: is there already; name another folder, or add --overwrite.")


def predict_all(
    predictor: Predictor, dataset: Renamed, recordings: Sequence[Recording], order: Order, folder: Path
) -> Batch:
    """Stage recordings and write what was staged; a table of all comes last, where any was staged.

    Parameters
    ----------
    predictor
        The network.
    dataset
        Reads the recordings.
    recordings
        Those to stage.
    order
        What is wanted.
    folder
        Takes the files.
    """
    rows: list[dict[str, object]] = []
    predictions: list[pd.DataFrame] = []
    faults: list[Exception] = []
    with TemporaryDirectory() as aside, bar("staging", len(recordings)) as advance:
        for number, recording in enumerate(recordings):
            place = Path(aside) / str(number)
            try:
                row, said = _predict(predictor, dataset, recording, order, (place, folder))
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
        write_csv(folder / BY_RECORDING, per_recording(labelled, predictor.classes))
        write_csv(folder / SCORES, scores)
    if predictions:
        write_csv(folder / SUMMARY, summary)
    return Batch(summary, scores, next(iter(faults), None))


def _predict(
    predictor: Predictor, dataset: Renamed, recording: Recording, order: Order, places: tuple[Path, Path]
) -> tuple[dict[str, object], pd.DataFrame]:
    """Stage a recording in the first place and write it into the second; return its summary and its predictions."""
    staged = stage(predictor, dataset, recording, order.rules, places[0])
    said = predictions_of(staged, predictor.name)
    lights = order.lights.get(recording.id, order.default_lights)
    night = night_of(staged, lights) if predictor.stages_sleep and not staged.is_trials else Night()
    write_staged(
        staged,
        places[1],
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
    for word, here in IN_WORDS_OF_PREDICT.items():
        text = text.replace(word, here)
    where = "" if recording.signal.name in text else f"{recording.signal}: "
    who = {"recording": recording.id, "subject": recording.subject, "signal": str(recording.signal)}
    return {**who, "n_epochs": 0, "warnings": "", "problem": f"{where}{text}"}
