"""Probes, which measure the class information in embeddings, and their controls."""

from eegbench.probe.base import ABSENT, Classifier, Head, Labelled, Probe, ProbeNotConvergedError
from eegbench.probe.head_classifier import HeadClassifier

__all__ = ["ABSENT", "Classifier", "Head", "HeadClassifier", "Labelled", "Probe", "ProbeNotConvergedError"]
