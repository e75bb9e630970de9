"""Tasks with a teacher: a copy of networks whose weights follow theirs as an exponential moving average.

Tarvainen and Valpola 2017, Mean teachers are better role models, doi:10.48550/arXiv.1703.01780.
"""

import copy
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from eegbench.augmentation import Augmentation
from eegbench.config import Spec
from eegbench.model.base import Encoder
from eegbench.task.two_views import TwoViewTask
from eegbench.types import Form


class EmaTeacher(nn.Module):
    """Frozen copies of networks that are applied one after the other, such as an encoder and a projector.

    The copies stay in evaluation mode: they have no dropout, and their batch normalisation uses the running statistics
    of the trained networks.

    Parameters
    ----------
    networks
        The networks to copy.
    """

    def __init__(self, *networks: nn.Module) -> None:
        super().__init__()
        self.copies = nn.ModuleList(copy.deepcopy(network) for network in networks).requires_grad_(False).eval()

    @torch.no_grad()
    def forward(self, x: Any) -> Tensor:
        """Return the output of the last network."""
        for network in self.copies:
            x = network(x)
        output: Tensor = x
        return output

    @torch.no_grad()
    def follow(self, *networks: nn.Module, momentum: float) -> None:
        """Set each weight to momentum × itself + (1 − momentum) × that of the networks, and copy their buffers."""
        for mine, other in zip(self.copies, networks, strict=True):
            for slow, fast in zip(mine.parameters(), other.parameters(), strict=True):
                slow.lerp_(fast, 1 - momentum)
            for kept, current in zip(mine.buffers(), other.buffers(), strict=True):
                kept.copy_(current)


class TeacherTask(TwoViewTask):
    """Base class of tasks with a teacher, which is a copy of encoder and projector.

    Parameters
    ----------
    form
        Form of the windows; comes from the store.
    augmentations
        Augmentations of each view, applied in this order.
    momentum
        Share of a weight of the teacher that a step leaves.
    """

    projector: nn.Module

    def __init__(self, *, form: Form, augmentations: Mapping[str, Spec[Augmentation]], momentum: float) -> None:
        super().__init__(form=form, augmentations=augmentations)
        self.momentum = momentum

    def start(self, encoder: Encoder) -> None:
        """Copy encoder and projector as the teacher."""
        self.teacher = EmaTeacher(encoder, self.projector)

    def after_step(self, encoder: Encoder, generator: torch.Generator) -> None:  # noqa: ARG002  nothing is drawn
        """Let the teacher follow."""
        self.teacher.follow(encoder, self.projector, momentum=self.momentum)
