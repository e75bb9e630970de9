"""Tables of an evaluated run: predictions, scores, their parts, calibration, label curves, measures of embeddings."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from eegbench.atomic import write_csv, write_parquet
from eegbench.experiment.base import Experiment
from eegbench.experiment.data import Data
from eegbench.experiment.evaluation import Evaluation
from eegbench.experiment.representations import representations
from eegbench.inference.embedding import Embeddings
from eegbench.score import calibration, held_classes, label_curve, per_recording, per_subject, representation, strata


def write_score_tables(
    evaluation: Evaluation,
    embedded: Mapping[str, Embeddings],
    data: Data,
    experiment: Experiment,
    folder: Path,
    *,
    mark: str,
) -> None:
    """Write the tables to the folder of the run.

    Parameters
    ----------
    evaluation
        Predictions and scores.
    embedded
        Embeddings of the encoder and of its controls, by their names in ``representation.csv``.
    data, experiment
        Windows and options.
    folder
        Folder of the run.
    mark
        Text that follows the name of the split of every score.
    """
    predictions = evaluation.predictions
    classes = held_classes(predictions, data.store.classes)
    write_parquet(folder / "predictions.parquet", predictions)
    write_csv(folder / "scores.csv", pd.DataFrame([score.row() for score in evaluation.scores]))
    write_csv(folder / "scores_per_recording.csv", per_recording(predictions, classes))
    write_csv(folder / "scores_per_subject.csv", per_subject(predictions, classes))
    write_csv(folder / calibration.FILE, calibration.calibration(predictions, data.store.classes))
    if len(measures := representations(embedded, data, experiment.seed)):
        write_csv(folder / representation.FILE, measures)
    if len(parts := _strata(evaluation, data, experiment, mark)):
        write_csv(folder / strata.FILE, parts)
    if evaluation.curves is not None:
        write_csv(folder / label_curve.FILE, evaluation.curves)


def _strata(evaluation: Evaluation, data: Data, experiment: Experiment, mark: str) -> pd.DataFrame:
    """Return the scores of parts of test."""
    sfreq = next(iter(data.store.form.groups.values())).sfreq
    window_s = experiment.preprocessing.answered.n_times(sfreq) / sfreq
    return strata.scores_by_stratum(
        evaluation.predictions, data.store.facts, data.store.classes, window_s=window_s, mark=mark
    )
