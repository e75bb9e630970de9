"""Sequence encoders: from the embeddings of neighbouring windows to one vector per window that depends on all."""

from eegbench.model.sequence.base import SequenceEncoder

__all__ = ["SequenceEncoder"]
