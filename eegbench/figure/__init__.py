"""Figures fit to print: each is a function from tables to a matplotlib Figure, saved by ``save``."""

from eegbench.figure.attribution_page import attribution_page
from eegbench.figure.channel_heatmap import channel_heatmap
from eegbench.figure.classification_report import classification_report
from eegbench.figure.confusion_matrix import confusion_matrix
from eegbench.figure.critical_difference import critical_difference
from eegbench.figure.embedding_scatter import embedding_scatter
from eegbench.figure.forest import forest
from eegbench.figure.hypnogram import hypnogram
from eegbench.figure.importance import importance
from eegbench.figure.learning_curves import learning_curves
from eegbench.figure.optimisation_history import optimisation_history
from eegbench.figure.parallel_coordinates import parallel_coordinates
from eegbench.figure.pareto_front import pareto_front
from eegbench.figure.pass_curves import pass_curves
from eegbench.figure.score_bars import score_bars
from eegbench.figure.slice_plot import slice_plot
from eegbench.figure.style import as_svg, save
from eegbench.figure.topomap import Maps, topomap
from eegbench.types import ChannelMap

__all__ = [
    "ChannelMap",
    "Maps",
    "as_svg",
    "attribution_page",
    "channel_heatmap",
    "classification_report",
    "confusion_matrix",
    "critical_difference",
    "embedding_scatter",
    "forest",
    "hypnogram",
    "importance",
    "learning_curves",
    "optimisation_history",
    "parallel_coordinates",
    "pareto_front",
    "pass_curves",
    "save",
    "score_bars",
    "slice_plot",
    "topomap",
]
