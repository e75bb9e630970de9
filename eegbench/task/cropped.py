"""Cropped training: classification from the mean of log-probabilities over the outputs of a decoder.

Schirrmeister et al. 2017, Deep learning with convolutional neural networks for EEG decoding and visualization,
Hum. Brain Mapp. 38(11), doi:10.1002/hbm.23730.
"""

from collections.abc import Mapping

from jaxtyping import Float, Int
from torch import Tensor, nn

from eegbench.augmentation import Augmentation
from eegbench.config import Dropout, Spec
from eegbench.model.base import Encoder
from eegbench.store.windows import Windows
from eegbench.task.class_weights import ClassWeights
from eegbench.task.outcome import Outcome
from eegbench.task.supervised import Supervised
from eegbench.types import Form


class Cropped(Supervised):
    """A linear layer on every token, with the loss of the mean of their log-probabilities.

    To average scores before the softmax instead, as newer decoders do, train ``task=supervised`` with the same encoder;
    its embedding is the mean of its tokens.

    Parameters
    ----------
    embed_dim
        Size of an embedding; comes from the model.
    class_names
        Class names of the dataset; come from the store.
    class_counts
        Windows of each class in train; come from the store.
    form
        Form of the windows; comes from the store.
    dropout
        Dropout probability for each token in training.
    class_weights
        ``balanced`` multiplies the loss of a window by the mean number of windows per class divided by the number in
        its own class, both in train; the loss of a batch is divided by the sum of these weights. The same holds in
        valid. ``none`` uses no weights.
    augmentations
        Augmentations of windows in training, applied in order.
    """

    def __init__(
        self,
        *,
        embed_dim: int,
        class_names: tuple[str, ...],
        class_counts: tuple[int, ...],
        form: Form,
        dropout: Dropout,
        class_weights: ClassWeights,
        augmentations: Mapping[str, Spec[Augmentation]],
    ) -> None:
        super().__init__(
            embed_dim=embed_dim,
            class_names=class_names,
            class_counts=class_counts,
            form=form,
            dropout=dropout,
            class_weights=class_weights,
            augmentations=augmentations,
        )
        layer = self.linear
        nn.init.xavier_uniform_(layer.weight)  # as in the decoders' other layers
        nn.init.zeros_(layer.bias)

    def read(self, encoder: Encoder, windows: Windows) -> Float[Tensor, "n n_classes"]:
        """Return the log-probabilities of each window, averaged over its tokens.

        Raises
        ------
        ValueError
            If the encoder's embedding is not the mean of its tokens.
        """
        if not encoder.is_mean_of_tokens:
            raise ValueError(
                f"task=cropped classifies every token, but the embedding of {type(encoder).__name__} is not the mean "
                "of its tokens; choose model=deep4 or model=shallow_fbcsp with model.dense=true, or task=supervised."
            )
        scores = self.head(encoder.tokens(windows)).float()
        log_probabilities: Tensor = scores.log_softmax(dim=2).mean(1)
        return log_probabilities

    def judge(
        self, z: Float[Tensor, "n_distinct n_classes"], index: Int[Tensor, "batch 1"], y: Int[Tensor, "batch"]
    ) -> Outcome:
        """Return the negative log-likelihood and the most probable class."""
        return self.answered(z[index[:, 0]], y, nn.functional.nll_loss)
