"""Tasks: what is asked in training, as a head on the encoder and a loss."""

from eegbench.task.base import Outcome, Task

__all__ = ["Outcome", "Task"]
