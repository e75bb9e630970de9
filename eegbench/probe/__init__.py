"""Probes: what can be read from an encoder with labels, and the controls that show what that is worth."""

from eegbench.probe.base import ABSENT, Classifier, Head, Labelled, Probe, ProbeNotConvergedError
from eegbench.probe.head_classifier import HeadClassifier

__all__ = ["ABSENT", "Classifier", "Head", "HeadClassifier", "Labelled", "Probe", "ProbeNotConvergedError"]
