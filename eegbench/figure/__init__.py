"""Figures for publication: functions from tables to a matplotlib Figure, saved by ``save``."""

from eegbench.figure.attribution_page import attribution_page
from eegbench.figure.channel_heatmap import channel_heatmap
from eegbench.figure.classification_report import classification_report
from eegbench.figure.confusion_matrix import confusion_matrix
from eegbench.figure.critical_difference import critical_difference
from eegbench.figure.embedding_scatter import embedding_scatter
from eegbench.figure.forest import forest
from eegbench.figure.human_ceiling import human_ceiling
from eegbench.figure.hypnogram import hypnogram
from eegbench.figure.label_curve import label_curve
from eegbench.figure.learning_curves import learning_curves
from eegbench.figure.pretext_scatter import pretext_scatter
from eegbench.figure.score_bars import score_bars
from eegbench.figure.study import study_figures
from eegbench.figure.style import save
from eegbench.figure.topomap import Maps, topomap
from eegbench.types import ChannelMap

__all__ = [
    "ChannelMap",
    "Maps",
    "attribution_page",
    "channel_heatmap",
    "classification_report",
    "confusion_matrix",
    "critical_difference",
    "embedding_scatter",
    "forest",
    "human_ceiling",
    "hypnogram",
    "label_curve",
    "learning_curves",
    "pretext_scatter",
    "save",
    "score_bars",
    "study_figures",
    "topomap",
]
