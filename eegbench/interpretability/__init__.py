"""Interpretability: maps of what a network uses, with uncertainty if the method provides it."""

from eegbench.interpretability.base import Attribution, Method, Scene

__all__ = ["Attribution", "Method", "Scene"]
