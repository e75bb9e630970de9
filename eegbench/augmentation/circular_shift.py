"""Same activity a little earlier or later: windows are rotated in time.

Mohsenvand et al. 2020, Contrastive representation learning for electroencephalogram classification,
Proc. Mach. Learn. Res. 136, 238-253 (a shift in time); the rotation as in the published eeg-transformer.
"""

import torch
from jaxtyping import Float
from torch import Tensor

from eegbench.augmentation.base import SignalAugmentation, uniform
from eegbench.config import NotNegative
from eegbench.types import Form


class CircularShift(SignalAugmentation):
    """Rotate all channels of a window by the same time, drawn uniformly.

    Parameters
    ----------
    form
        Form of the windows, taken from the store.
    max_s
        Largest shift in seconds, in either direction.
    """

    def __init__(self, *, form: Form, max_s: NotNegative) -> None:
        self.sfreq = {name: group.sfreq for name, group in form.groups.items()}
        self.max_s = max_s

    def change(
        self,
        x: Float[Tensor, "n n_channels n_times"],
        group: str,
        generator: torch.Generator,
    ) -> Float[Tensor, "n n_channels n_times"]:
        """Return rotated signals."""
        most = self.max_s * self.sfreq[group]
        shift = uniform(x, 1, -most, most, generator).round().long()
        place = (torch.arange(x.shape[2], device=x.device) - shift) % x.shape[2]
        return x.gather(2, place.expand_as(x))
