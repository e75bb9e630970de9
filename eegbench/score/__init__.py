"""Scores of predictions: metrics, intervals over subjects, and tables."""

from eegbench.score.count import absent_classes, confusion, confusion_by, confusion_matrix, held_classes
from eegbench.score.interval import MIN_SUBJECTS
from eegbench.score.metric import METRICS, evaluate
from eegbench.score.predictions import predictions_frame
from eegbench.score.render import markdown, render
from eegbench.score.report import report_frame
from eegbench.score.table import AGGREGATIONS, per_recording, per_subject, score

__all__ = [
    "AGGREGATIONS",
    "METRICS",
    "MIN_SUBJECTS",
    "absent_classes",
    "confusion",
    "confusion_by",
    "confusion_matrix",
    "evaluate",
    "held_classes",
    "markdown",
    "per_recording",
    "per_subject",
    "predictions_frame",
    "render",
    "report_frame",
    "score",
]
