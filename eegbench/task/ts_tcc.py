"""TS-TCC: each view of a window predicts the later tokens of the other, and their summaries agree.

Eldele et al. 2021, Time-series representation learning via temporal and contextual contrasting,
doi:10.48550/arXiv.2106.14112.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

import torch
from jaxtyping import Float
from torch import Tensor, nn

from eegbench.augmentation import Augmentation
from eegbench.config import Dropout, Positive, Share, Size, Spec
from eegbench.distributed import gather, n_before
from eegbench.model.base import Encoder
from eegbench.store.windows import Views, Windows
from eegbench.task.base import Task
from eegbench.task.contrast import nt_xent
from eegbench.task.outcome import Outcome, sum_of_mean
from eegbench.task.projector import projector
from eegbench.task.token_context import TokenContext, token_shape
from eegbench.types import Form


class TsTcc(Task):
    """Temporal contrasting of tokens, and contextual contrasting of their summaries.

    A transformer summarises the tokens of one view up to a time step, which is drawn for each batch. For each later
    step, a linear map of the summary is compared with the tokens of the other view at that step, of all windows in the
    batches of all processes (InfoNCE); both views do so. The summaries of the two views of a window are then compared
    by NT-Xent after a projector. The encoder must give a sequence of tokens in order of time.

    Parameters
    ----------
    embed_dim
        Size of an embedding; comes from the model.
    form
        Form of the windows; comes from the store.
    weak, strong
        Augmentations of the first and of the second view, applied in order.
    future
        Proportion of the tokens that are predicted.
    temporal, contextual
        Weights of the two losses.
    temperature
        Divisor of the similarities of summaries.
    hidden_dim, n_layers, n_heads, dropout
        Units, layers, heads and dropout probability of the transformer. Its feed-forward layers have as many units.

    Raises
    ------
    ValueError
        If ``n_heads`` does not divide ``hidden_dim``; from ``start``, if the encoder gives too few tokens, or none
        in order of time.
    """

    roles: ClassVar = {"view": 1}
    sampler = "window_twice"
    metrics = ("positive_first",)
    least_batch = 2

    def __init__(  # noqa: PLR0913  options of one task, flat for typing
        self,
        *,
        embed_dim: int,  # noqa: ARG002  tokens have another size
        form: Form,
        weak: Mapping[str, Spec[Augmentation]],
        strong: Mapping[str, Spec[Augmentation]],
        future: Share,
        temporal: Positive,
        contextual: Positive,
        temperature: Positive,
        hidden_dim: Size,
        n_layers: Size,
        n_heads: Size,
        dropout: Dropout,
    ) -> None:
        if hidden_dim % n_heads:
            raise ValueError(f"task.hidden_dim={hidden_dim}: expected a multiple of task.n_heads={n_heads}.")
        super().__init__()
        self.form, self.future = form, future
        self.augmentations = [[spec.build(form=form) for spec in each.values()] for each in (weak, strong)]
        self.temporal, self.contextual, self.temperature = temporal, contextual, temperature
        self.hidden_dim, self.n_layers, self.n_heads, self.dropout = hidden_dim, n_layers, n_heads, dropout

    def start(self, encoder: Encoder) -> None:
        """Build the transformer and the maps for the encoder's tokens."""
        n_tokens, dim = token_shape(encoder, self.form)
        self.n_steps = max(1, round(self.future * n_tokens))
        if encoder.has_attention or self.n_steps >= n_tokens:
            name, order = type(encoder).__name__, ", not in order of time" if encoder.has_attention else ""
            raise ValueError(
                "task=ts_tcc predicts the last of the encoder's tokens from those before, with "
                f"task.future={self.future:g}, but {name} gives {n_tokens}{order}; choose model=chambon2018, deep4 or "
                "shallow_fbcsp, or task=cpc."
            )
        device = next(encoder.parameters()).device
        self.context = TokenContext(
            dim, self.hidden_dim, n_layers=self.n_layers, n_heads=self.n_heads, dropout=self.dropout
        ).to(device)
        self.predict = nn.Linear(self.hidden_dim, self.n_steps * dim).to(device)
        self.projector = projector(self.hidden_dim, dim, dim, n_hidden=1, bias=True).to(device)

    def loss(self, encoder: Encoder, views: Views, generator: torch.Generator) -> Outcome:
        """Return the weighted sum of both losses, and how often the right token is the most similar one."""
        tokens = torch.cat([encoder.tokens(one).float() for one in self._augmented(views, generator)])
        device = tokens.device
        drawn = torch.randint(tokens.shape[1] - self.n_steps, (1,), generator=generator, device=device)
        present = int(gather(drawn)[0])  # that of process 0, so that all compare the same steps
        summary = self.context(tokens[:, : present + 1])
        future = tokens[:, present + 1 : present + 1 + self.n_steps]
        order = torch.arange(len(tokens), device=device).view(2, -1).T.flatten()  # both views of a window are adjacent
        contextual, _ = nt_xent(self.projector(summary)[order].float(), self.temperature)
        temporal, n_first = self.temporal_loss(summary, future)
        n = len(tokens) // 2
        loss = self.temporal * temporal + self.contextual * contextual
        return Outcome(sum_of_mean(loss, n), n, {"positive_first": (n_first, 2 * n * self.n_steps)})

    def temporal_loss(
        self, summary: Float[Tensor, "n_views hidden_dim"], future: Float[Tensor, "n_views n_steps dim"]
    ) -> tuple[Float[Tensor, ""], Tensor]:
        """Return the sum of both views' InfoNCE, and the number of tokens that were found.

        The first half of the rows holds the first views, the second half the second views in the same order.
        """
        predicted = self.predict(summary).view_as(future).float()
        loss, found = summary.new_zeros(()), torch.zeros((), dtype=torch.long, device=summary.device)
        for own, other in zip(predicted.chunk(2), future.roll(len(future) // 2, 0).chunk(2), strict=True):
            scores = torch.einsum("ikd,jkd->kij", own, gather(other))
            right = (torch.arange(len(own), device=scores.device) + n_before(len(own))).expand(self.n_steps, -1)
            flat, positive = scores.flatten(0, 1), right.flatten()
            loss = loss + nn.functional.cross_entropy(flat, positive)
            found = found + (flat.argmax(1) == positive).sum() if len(flat) else found
        return loss, found

    def _augmented(self, views: Views, generator: torch.Generator) -> list[Windows]:
        """Return the first view of all windows, and the second one, each with its own augmentations."""
        expanded, made = views.expanded(), []
        for augmentations, index in zip(self.augmentations, expanded.index.T, strict=True):
            own = torch.arange(len(index), device=index.device).unsqueeze(1)
            one = replace(views, windows=expanded.windows[index], index=own)
            for augment in augmentations:
                one = augment(one, generator)
            made.append(one.windows)
        return made
