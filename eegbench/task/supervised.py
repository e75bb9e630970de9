"""Which class did the expert give this window? Supervised training is a task like any other."""

from torch import nn

from eegbench.model.base import Encoder
from eegbench.task.base import Outcome, Task
from eegbench.types import Views


class Supervised(Task):
    """A linear layer on the embedding, and cross-entropy.

    Parameters
    ----------
    embed_dim
        Size of an embedding; comes from the model.
    class_names
        The classes of the dataset; come from the store.
    dropout
        Share of the embedding left out in training.
    """

    def __init__(self, *, embed_dim: int, class_names: tuple[str, ...], dropout: float) -> None:
        super().__init__()
        self.classes = class_names
        self.head = nn.Sequential(nn.Dropout(dropout), nn.Linear(embed_dim, len(class_names)))

    def forward(self, encoder: Encoder, views: Views) -> Outcome:
        """Return cross-entropy and the most probable class."""
        logits = self.head(encoder(views.x)[views.index[:, 0]]).float()
        return Outcome(loss=nn.functional.cross_entropy(logits, views.y), predicted=logits.argmax(dim=1))
