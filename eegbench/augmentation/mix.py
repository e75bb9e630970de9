"""Same activity with a little of another window: signals of a batch are mixed.

Zhang et al. 2018, mixup: beyond empirical risk minimization, doi:10.48550/arXiv.1710.09412; for self-supervised views:
Wickstrøm et al. 2022, Mixing up contrastive learning, doi:10.48550/arXiv.2203.09270.
"""

from dataclasses import replace
from typing import Annotated, ClassVar

import torch

from eegbench.augmentation.base import Augmentation
from eegbench.config import Range
from eegbench.store.windows import Views


class Mix(Augmentation):
    """Replace each window by (1 - λ) of it and λ of another window of the batch, drawn at random.

    λ is drawn uniformly from 0 to ``max_share`` for each window, and is the same in all groups of signals. Targets stay
    as they are: the positive of a view is still the other view of the window that it consists of for the most part, so
    shares must stay below a half and should be small. The papers mix the targets, too, which the losses here do not, so
    tasks that use labels refuse this augmentation: a part of a window would have another label. The other view of a
    window can be the one that is mixed in. A batch of one window stays as it is.

    Parameters
    ----------
    max_share
        Greatest share of the other window.
    """

    keeps_labels: ClassVar = False

    def __init__(self, *, max_share: Annotated[float, Range(low=0, high=0.5, below=True)]) -> None:
        self.max_share = max_share

    def __call__(self, views: Views, generator: torch.Generator) -> Views:
        """Return the batch with mixed signals; a channel that is missing in a window stays 0."""
        windows = views.windows
        if (n := len(windows)) < 2:
            return views
        device = views.index.device
        further = torch.randint(1, n, (n,), generator=generator, device=device)  # never the window itself
        other = (torch.arange(n, device=device) + further) % n
        share = self.max_share * torch.rand(n, 1, 1, generator=generator, device=device)
        x = {name: torch.lerp(one, one[other], share.expand_as(one)) for name, one in windows.x.items()}
        if windows.present is not None:
            x = {name: one * windows.present[name].unsqueeze(2) for name, one in x.items()}
        return replace(views, windows=replace(windows, x=x))
