"""Tasks: what is asked in training, as a head on the encoder and a loss."""

from eegbench.task.base import Task
from eegbench.task.outcome import Answers, Outcome

__all__ = ["Answers", "Outcome", "Task"]
