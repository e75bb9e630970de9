"""What does a network look at? Each method gives a map, with its uncertainty where it has one."""

from eegbench.interpretability.base import Attribution, Method, Scene

__all__ = ["Attribution", "Method", "Scene"]
