"""A sequence encoder turns the embeddings of neighbouring windows into one vector for each, which knows the others."""

from eegbench.model.sequence.base import SequenceEncoder

__all__ = ["SequenceEncoder"]
