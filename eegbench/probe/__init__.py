"""Probes: what can be read from frozen embeddings, beside controls that show what that is worth."""

from eegbench.probe.base import Head, Probe, ProbeNotConvergedError

__all__ = ["Head", "Probe", "ProbeNotConvergedError"]
