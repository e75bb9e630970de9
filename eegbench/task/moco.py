"""MoCo: find a teacher's view of the same window among views of earlier batches, kept in a queue.

He et al. 2020, Momentum contrast for unsupervised visual representation learning, doi:10.48550/arXiv.1911.05722; with
a projector of two layers as in Chen et al. 2020, Improved baselines with momentum contrastive learning,
doi:10.48550/arXiv.2003.04297.
"""

from collections.abc import Mapping
from math import log1p

import torch
from jaxtyping import Float
from torch import Tensor, nn

from eegbench.augmentation import Augmentation
from eegbench.config import Positive, Share, Size, Spec
from eegbench.distributed import gather
from eegbench.model.base import Encoder
from eegbench.store.windows import Views
from eegbench.task.contrast import n_first
from eegbench.task.outcome import Outcome, sum_of_mean
from eegbench.task.projector import perceptron
from eegbench.task.teacher import TeacherTask
from eegbench.types import Form


class Moco(TeacherTask):
    """InfoNCE of one view against a teacher's projection of the other and those of a queue.

    The teacher is a copy of encoder and projector whose weights follow theirs after each step as an exponential moving
    average. After a step, its projections of the batch of all processes replace the oldest ones of the queue. The queue
    begins with random unit vectors, and does not change in validation. There, random vectors that are still in it are
    left out, because they are easily told from views: the loss is that of the n views, plus
    ``log((1 + n_queue) / (1 + n))``, so that the loss of guessing is the same in all passes.

    Parameters
    ----------
    embed_dim
        Size of an embedding; comes from the model.
    form
        Form of the windows; comes from the store.
    augmentations
        Augmentations of each view, applied in this order.
    temperature
        Divisor of the similarities.
    momentum
        Share of a weight of the teacher that a step leaves.
    n_queue
        Number of views in the queue. It should be smaller than the number of windows in a pass; otherwise the queue
        contains other views of the window whose positive is looked for.
    hidden_dim, out_dim
        Number of units of the projector's hidden layer and of its output.
    """

    metrics = ("positive_first",)
    least_batch = 1
    queue: Tensor
    oldest: Tensor
    n_views: Tensor

    def __init__(
        self,
        *,
        embed_dim: int,
        form: Form,
        augmentations: Mapping[str, Spec[Augmentation]],
        temperature: Positive,
        momentum: Share,
        n_queue: Size,
        hidden_dim: Size,
        out_dim: Size,
    ) -> None:
        super().__init__(form=form, augmentations=augmentations, momentum=momentum)
        self.temperature = temperature
        self.projector = perceptron(embed_dim, hidden_dim, out_dim)
        self.register_buffer("queue", nn.functional.normalize(torch.randn(n_queue, out_dim), dim=1))
        self.register_buffer("oldest", torch.zeros((), dtype=torch.long))
        self.register_buffer("n_views", torch.zeros((), dtype=torch.long))

    def loss(self, encoder: Encoder, views: Views, generator: torch.Generator) -> Outcome:
        """Return InfoNCE of the batch, and how often the positive is more similar than all of the queue."""
        windows = self.augmented(views, generator)
        query = nn.functional.normalize(self.projector(encoder(windows[0::2])).float(), dim=1)
        self._keys = nn.functional.normalize(self.teacher(windows[1::2]).float(), dim=1)
        return self.compare(query, self._keys)

    def compare(self, query: Float[Tensor, "n out_dim"], key: Float[Tensor, "n out_dim"]) -> Outcome:
        """Return InfoNCE of views of unit length."""
        positive = (query * key).sum(1, keepdim=True)
        scores = torch.cat([positive, query @ self.queue.T], dim=1) / self.temperature
        n, first = len(scores), torch.zeros(len(scores), dtype=torch.long, device=scores.device)
        n_compared = torch.full_like(self.n_views, len(self.queue)) if self.training else self.n_views
        is_compared = torch.arange(-1, len(self.queue), device=scores.device) < n_compared  # the positive is the first
        scores = scores.masked_fill(~is_compared, -torch.inf)
        loss = nn.functional.cross_entropy(scores, first) + log1p(len(self.queue)) - torch.log1p(n_compared.float())
        is_asked = n_compared > 0
        return Outcome(sum_of_mean(loss, n), n, {"positive_first": (n_first(scores, first) * is_asked, n * is_asked)})

    def after_step(self, encoder: Encoder, generator: torch.Generator) -> None:
        """Let the teacher follow, and put its projections of the batch into the queue."""
        super().after_step(encoder, generator)
        self.enqueue(gather(self._keys))

    def enqueue(self, keys: Float[Tensor, "n out_dim"]) -> None:
        """Replace the oldest views of the queue."""
        keys = keys[-len(self.queue) :]
        places = (self.oldest + torch.arange(len(keys), device=keys.device)) % len(self.queue)
        self.queue[places] = keys
        self.oldest.add_(len(keys)).remainder_(len(self.queue))
        self.n_views.add_(len(keys)).clamp_(max=len(self.queue))
