"""One experiment: its options become objects, data, a training, scores, and a folder that holds all of it."""

from eegbench.experiment.base import Experiment

__all__ = ["Experiment"]
