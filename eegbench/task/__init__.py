"""Tasks: the training objective, as a head on the encoder and a loss."""

from eegbench.task.base import EmbeddingTask, ParameterGroup, Task
from eegbench.task.outcome import Answers, Outcome

__all__ = ["Answers", "EmbeddingTask", "Outcome", "ParameterGroup", "Task"]
