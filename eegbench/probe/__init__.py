"""Probes: what can be read from an encoder with labels, and the controls that show what that is worth."""

from eegbench.probe.base import Classifier, Head, Labelled, Probe, ProbeNotConvergedError

__all__ = ["Classifier", "Head", "Labelled", "Probe", "ProbeNotConvergedError"]
