"""A workbench for EEG: pretrain an encoder without labels, probe it with labels, compare runs in MLflow."""

__version__ = "0.1.0"
