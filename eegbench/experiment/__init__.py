"""Experiments: reading of options, data, training, evaluation, and the files of a run's folder."""

from eegbench.experiment.base import Experiment

__all__ = ["Experiment"]
