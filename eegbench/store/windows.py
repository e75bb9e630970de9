"""Windows in memory, with one tensor per group of signals, and batches of examples made from them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from eegbench.types import Form, Group

Index = Tensor | slice
Signals = Tensor | np.ndarray | Mapping[str, Tensor | np.ndarray]
"""Windows (batch, n_channels, n_times) of one group of signals, or of several groups by name."""


@dataclass(frozen=True)
class Windows:
    """A set of windows.

    Attributes
    ----------
    x
        Signals of each group, in µV or standardised.
    present
        Mask of the channels that each window has, by group; samples of missing channels are 0. None if none is missing.
    features
        Features given in addition to the signals, by name.
    """

    x: Mapping[str, Float[Tensor, "n _ _"]]
    present: Mapping[str, Bool[Tensor, "n _"]] | None = None
    features: Mapping[str, Float[Tensor, "n _"]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(next(iter(self.x.values())))

    def __getitem__(self, index: Index) -> "Windows":
        """Return the windows selected by a slice or a tensor of positions."""
        present = None if self.present is None else {name: one[index] for name, one in self.present.items()}
        features = {name: one[index] for name, one in self.features.items()}
        return Windows({name: one[index] for name, one in self.x.items()}, present, features)

    def of(self, name: str) -> "Windows":
        """Return the windows of one group, without features."""
        return Windows({name: self.x[name]}, None if self.present is None else {name: self.present[name]})

    @property
    def only(self) -> Float[Tensor, "n n_channels n_times"]:
        """Signals of the only group.

        Raises
        ------
        ValueError
            If there are several groups; the message names them.
        """
        if len(self.x) != 1:
            raise ValueError(f"the signals have several groups ({', '.join(self.x)}), and one is expected.")
        return next(iter(self.x.values()))


@dataclass(frozen=True)
class Views:
    """A batch: its distinct windows, an index from examples and views into them, and targets.

    Attributes
    ----------
    windows
        The distinct windows, normalised.
    index
        Position in ``windows`` of each view of each example (batch, n_views); −1 if the view is absent.
    y
        Targets (batch, ...).
    """

    windows: Windows
    index: Int[Tensor, "batch n_views"]
    y: Tensor

    def expanded(self) -> "Views":
        """Return the batch with a separate copy of its window for every view, so that each can be augmented."""
        own = torch.arange(self.index.numel(), device=self.index.device).view_as(self.index)
        windows = self.windows[self.index.clamp_min(0).flatten()]
        return Views(windows, torch.where(self.index >= 0, own, -1), self.y)


def blank_windows(form: Form, device: torch.device) -> Windows:
    """Return one window of zeros, with features of 0, in the given form."""
    x = {name: torch.zeros(1, one.n_channels, one.n_times, device=device) for name, one in form.groups.items()}
    return Windows(x, features={name: torch.zeros(1, size, device=device) for name, size in form.features.items()})


def as_windows(signals: Signals, form: Form, device: torch.device) -> Windows:
    """Return signals as float32 windows on a device; gradients with respect to tensors are kept.

    Parameters
    ----------
    signals
        Signals in µV (batch, n_channels, n_times); a mapping from group to signals if there are several groups.
    form
        Form of the windows that is expected.
    device
        Device of the windows.

    Raises
    ------
    ValueError
        If the groups or shapes differ from the form, or the windows need features, which arrays do not have.
    """
    if form.features:
        raise ValueError(f"Expected Windows with the features {', '.join(form.features)}, got signals alone.")
    groups = form.groups
    given = signals if isinstance(signals, Mapping) or len(groups) > 1 else {next(iter(groups)): signals}
    if not isinstance(given, Mapping) or given.keys() != groups.keys():
        found = ", ".join(given) if isinstance(given, Mapping) else "one array"
        raise ValueError(f"Expected windows of each group of signals by name ({', '.join(groups)}), got {found}.")
    for name, group in groups.items():
        _check_shape(given[name], group)
    if len({len(x) for x in given.values()}) > 1:
        raise ValueError("Expected the same number of windows in each group, got different numbers.")
    arrays = {name: x if isinstance(x := given[name], Tensor) else np.ascontiguousarray(x) for name in groups}
    return Windows({name: torch.as_tensor(x, dtype=torch.float32, device=device) for name, x in arrays.items()})


def _check_shape(signals: object, group: Group) -> None:
    expected = (group.n_channels, group.n_times)
    shape = tuple(signals.shape) if isinstance(signals, Tensor | np.ndarray) else type(signals).__name__
    if not isinstance(shape, tuple) or len(shape) != 3 or shape[1:] != expected:
        raise ValueError(
            f"Expected windows of shape (n, {expected[0]}, {expected[1]}) (channels {', '.join(group.channels)} at "
            f"{group.sfreq:g} Hz), got {shape}."
        )
