"""Base classes of attributions: maps of what a network uses in windows.

Conventions
-----------
A map has a number for each output of the network (or filter of a layer), each channel and each place. Places are
frequencies in Hz, times in seconds from the start of the window, or bands by name. Windows are in the form of the
network's input, in µV or standardised, which decides the unit of amplitudes.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from eegbench.interpretability.spectrum import frequencies, passed
from eegbench.interpretability.subject_maps import SubjectMaps
from eegbench.progress import bar
from eegbench.store.batching import even_parts
from eegbench.types import EVERY_HZ, ChannelMap, Group

BATCH_BYTES = {"cpu": 8 * 2**20, "cuda": 128 * 2**20}
"""Maximum size of the signals in one batch."""


Signals = Float[Tensor, "batch n_channels n_times"]
Scores = Callable[[Tensor], Tensor]
"""Function from windows, or several batches in a row (k · batch, n_channels, n_times), to scores (k · batch,
n_outputs)."""


@dataclass(frozen=True)
class Batch:
    """A batch of windows, with the function for their scores.

    Attributes
    ----------
    part
        Position of the windows among all windows.
    x
        The windows.
    scores
        Function from windows in place of these, or from several batches in a row, to scores.
    """

    part: slice
    x: Signals
    scores: Scores


def unbound(network: nn.Module) -> Callable[[slice], Scores]:
    """Return the network itself for every batch; its scores depend on the windows only."""
    return lambda part: network  # noqa: ARG005  the same for all batches


@dataclass(frozen=True)
class Scene:
    """A network, with the windows on which it is explained.

    Attributes
    ----------
    network
        Network that returns scores before the softmax, differentiable. It is in evaluation mode, and the scores of a
        window do not depend on other windows of the batch.
    gather
        Function that returns windows by their positions, 0 … n − 1, as float32 on the network's device: the signals of
        the explained group.
    labels
        Label of each window, an index into ``classes``; −1 without a label.
    classes
        Names of the network's outputs.
    group
        Channels, their positions, rate and length of a window.
    bind
        Function from a network to a function that returns the scores of a batch, by its position, given its windows.
        Other inputs stay fixed: other groups of signals, and the other windows of a sequence.
    passed_hz
        Pass band of the signals in Hz, to which maps of frequencies and their corrections for many places are limited.
    unit
        Unit of the signals: µV, or SD if windows or recordings are standardised.
    present
        Whether each window has each channel of the group; None if all have all.
    facts
        Facts about each window: ``recording, subject, start_s``; None if unknown.
    """

    network: nn.Module
    gather: Callable[[slice], Signals]
    labels: Int[np.ndarray, "n"]
    classes: tuple[str, ...]
    group: Group
    bind: Callable[[nn.Module], Callable[[slice], Scores]] = unbound
    facts: pd.DataFrame | None = None
    passed_hz: tuple[float, float] = EVERY_HZ
    unit: str = "µV"
    present: Bool[np.ndarray, "n n_channels"] | None = None

    def __len__(self) -> int:
        return len(self.labels)

    def parts(self, most: int | None = None) -> list[slice]:
        """Return the batches in order; their sizes differ by at most one, and none has more than ``most`` windows."""
        n_bytes = 4 * self.group.n_channels * self.group.n_times
        at_once = max(1, min(BATCH_BYTES[self.device.type] // n_bytes, most or len(self)))
        return even_parts(len(self), -(-len(self) // at_once))

    def batches(self, most: int | None = None) -> Iterator[Batch]:
        """Yield the batches in order (see `parts`)."""
        return (Batch(part, self.gather(part), self.scores(part)) for part in self.parts(most))

    @cached_property
    def scores(self) -> Callable[[slice], Scores]:
        """Function that returns the score function of a batch, given its position."""
        return self.bind(self.network)

    def shown(self, doing: str, most: int | None = None) -> Iterator[Batch]:
        """Yield the batches in order (see `parts`), with a progress bar."""
        with bar(doing, len(self.parts(most))) as advance:
            for batch in self.batches(most):
                yield batch
                advance("")

    @cached_property
    def subjects(self) -> tuple[tuple[str, ...], Int[np.ndarray, "n"]]:
        """Names of the subjects, and the index of each window's subject; no names if subjects are unknown."""
        if self.facts is None or "subject" not in self.facts:
            return (), np.full(len(self), -1)
        codes, names = pd.factorize(self.facts["subject"].astype(str), sort=True)
        return tuple(names), codes.astype(np.int64)

    @cached_property
    def there(self) -> Float[Tensor, "n n_channels"]:
        """1 for each channel that a window has, and 0 for the others, in float64 on the network's device."""
        if self.present is None:
            return torch.ones(len(self), self.group.n_channels, dtype=torch.float64, device=self.device)
        return torch.from_numpy(self.present).to(self.device, torch.float64)

    @cached_property
    def passed(self) -> Bool[np.ndarray, "n_freqs"]:
        """Boolean for each frequency of a window, true within the pass band."""
        return passed(self.group, self.passed_hz)

    @property
    def frequencies(self) -> Float[np.ndarray, "n_passed"]:
        """The frequencies of a window in the pass band, in Hz."""
        return frequencies(self.group)[self.passed]

    def of(self, network: nn.Module) -> "Scene":
        """Return a scene with the same windows and another network."""
        return replace(self, network=network)

    @property
    def device(self) -> torch.device:
        """Device of the network."""
        tensors = (*self.network.parameters(), *self.network.buffers())
        return next((tensor.device for tensor in tensors), torch.device("cpu"))


@dataclass(frozen=True)
class Attribution(ChannelMap):
    """A map of what a network uses: a `ChannelMap` with facts for the reader.

    Attributes
    ----------
    is_by_class
        Whether outputs are the classes, so that a map shows evidence for a class.
    bands_hz
        Edges of bands if places are bands: the first frequency of each, and the first above it.
    setting
        Options of the method that belong in a title.
    used
        Sentence about the used windows for a caption; empty if there is nothing to say.
    by_subject
        Map of each subject; None if the method has none, or subjects are unknown.
    """

    is_by_class: bool = True
    bands_hz: Float[np.ndarray, "n_places 2"] | None = None
    setting: str = ""
    used: str = ""
    by_subject: SubjectMaps | None = None

    @property
    def drawn(self) -> "Attribution":
        """Map for figures: this map, or a transformed one that is easier to read."""
        return self

    def table(self) -> pd.DataFrame:
        """Return a row for each output, channel and place (named as the axis), with its value and uncertainty."""
        names = ["output", "channel", self.axis]
        index = pd.MultiIndex.from_product([self.outputs, self.channels, self.places], names=names)
        columns = {"value": self.values, "standard_error": self.standard_error, "p": self.p}
        known = {name: values.ravel() for name, values in columns.items() if values is not None}
        return pd.DataFrame(known, index=index).reset_index()


class Method(ABC):
    """Base class of methods that explain a network; their options are constructor arguments."""

    def check(self, scene: Scene) -> None:  # noqa: B027  some methods explain every network
        """Refuse a network, or a form of windows, that the method cannot explain; no map is computed.

        Parameters
        ----------
        scene
            The network and one or more windows, whose values do not matter.

        Raises
        ------
        ValueError
            If `explain` would refuse any windows of this form.
        """

    @abstractmethod
    def explain(self, scene: Scene, rng: np.random.Generator) -> Attribution:
        """Return the map of what the network uses in these windows.

        Parameters
        ----------
        scene
            The network and the windows.
        rng
            The only source of randomness.

        Raises
        ------
        ValueError
            If an option does not fit the network, e.g. a layer that it does not have.
        """

    def unselective(self) -> "Method":
        """Return the method without options that select windows by the network's predictions."""
        return self
