"""What an attribution promises: of a network and windows, a map of what the network uses.

Conventions
-----------
A map has a number for each output of the network (or filter of a layer), each channel and each place; places are
frequencies in Hz, times in seconds from the window's start, or bands by name. Windows are as the network takes them,
in µV or standardised, which decides the unit of amplitudes.
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
from eegbench.types import ChannelMap, Group

BATCH_BYTES = {"cpu": 8 * 2**20, "cuda": 128 * 2**20}
"""Signal in one batch."""


Signals = Float[Tensor, "batch n_channels n_times"]
Scores = Callable[[Tensor], Tensor]
"""A batch of windows, or several batches in a row (k · batch, n_channels, n_times) → scores (k · batch, n_outputs)."""


@dataclass(frozen=True)
class Batch:
    """Some windows, and the scores that a network gives them.

    Attributes
    ----------
    part
        Where the windows stand among all.
    x
        The windows.
    scores
        Windows in place of these, or several for each of them, batch after batch → scores.
    """

    part: slice
    x: Signals
    scores: Scores


def unbound(network: nn.Module) -> Callable[[slice], Scores]:
    """Return the network itself for every batch: its scores depend on the windows alone."""
    return lambda part: network  # noqa: ARG005  the same for all


@dataclass(frozen=True)
class Scene:
    """A network, and the windows that it is explained on.

    Attributes
    ----------
    network
        Makes scores before the softmax, differentiable. It is in evaluation mode, and the scores of a window depend on
        no other window of the batch.
    gather
        Returns windows by their positions, 0 … n − 1, as float32 on the network's device: the signals of the group
        that is explained.
    labels
        The class that an expert gave each window, an index into ``classes``; −1 where nobody did.
    classes
        Names of the network's outputs.
    group
        Channels, their positions, rate and length of a window.
    bind
        Given a network, returns what gives the scores of a batch, by its place, as a function of its windows. What else
        scores depend on is held as it is: other groups of signals, and the neighbours in a sequence.
    passed_hz
        Pass band of the signals in Hz. Maps of frequencies, and their corrections for many places, keep to it.
    unit
        Unit of the signals: µV, or SD where windows or recordings are standardised.
    facts
        What else is known of each window: ``recording, subject, start_s``. None where nobody said.
    """

    network: nn.Module
    gather: Callable[[slice], Signals]
    labels: Int[np.ndarray, "n"]
    classes: tuple[str, ...]
    group: Group
    bind: Callable[[nn.Module], Callable[[slice], Scores]] = unbound
    facts: pd.DataFrame | None = None
    passed_hz: tuple[float, float] = (0.0, np.inf)
    unit: str = "µV"

    def __len__(self) -> int:
        return len(self.labels)

    def parts(self, most: int | None = None) -> list[slice]:
        """Return the batches, in order; their sizes differ by one at most, and none is larger than ``most`` windows."""
        n_bytes = 4 * self.group.n_channels * self.group.n_times
        at_once = max(1, min(BATCH_BYTES[self.device.type] // n_bytes, most or len(self)))
        return even_parts(len(self), -(-len(self) // at_once))

    def batches(self, most: int | None = None) -> Iterator[Batch]:
        """Yield the batches in order, see `parts`."""
        return (Batch(part, self.gather(part), self.scores(part)) for part in self.parts(most))

    @cached_property
    def scores(self) -> Callable[[slice], Scores]:
        """What gives the scores of a batch, by its place, as a function of its windows."""
        return self.bind(self.network)

    def shown(self, doing: str, most: int | None = None) -> Iterator[Batch]:
        """Yield the batches in order, see `parts`, and show how far it has come."""
        with bar(doing, len(self.parts(most))) as advance:
            for batch in self.batches(most):
                yield batch
                advance("")

    @cached_property
    def subjects(self) -> tuple[tuple[str, ...], Int[np.ndarray, "n"]]:
        """Names of the subjects, and whose each window is, an index into them; no names where nobody said."""
        if self.facts is None or "subject" not in self.facts:
            return (), np.full(len(self), -1)
        codes, names = pd.factorize(self.facts["subject"].astype(str), sort=True)
        return tuple(names), codes.astype(np.int64)

    @cached_property
    def passed(self) -> Bool[np.ndarray, "n_freqs"]:
        """Whether each frequency of a window lies in the pass band."""
        return passed(self.group, self.passed_hz)

    @property
    def frequencies(self) -> Float[np.ndarray, "n_passed"]:
        """The frequencies of a window in the pass band, in Hz."""
        return frequencies(self.group)[self.passed]

    def of(self, network: nn.Module) -> "Scene":
        """Return the same windows before another network."""
        return replace(self, network=network)

    @property
    def device(self) -> torch.device:
        """Where the network computes."""
        tensors = (*self.network.parameters(), *self.network.buffers())
        return next((tensor.device for tensor in tensors), torch.device("cpu"))


@dataclass(frozen=True)
class Attribution(ChannelMap):
    """A map of what a network uses: the values of a `ChannelMap`, and what a reader must know of them.

    Attributes
    ----------
    is_by_class
        Whether outputs are the classes, so that a map says what speaks for a class.
    bands_hz
        Where places are bands: the first frequency of each, and the first above it.
    setting
        What of the method's options a reader must know, for a title.
    used
        What a caption says of the windows that are used, in a sentence; empty where all are.
    by_subject
        The map of each subject; None where the method has none, or nobody said whose windows these are.
    """

    is_by_class: bool = True
    bands_hz: Float[np.ndarray, "n_places 2"] | None = None
    setting: str = ""
    used: str = ""
    by_subject: SubjectMaps | None = None

    @property
    def drawn(self) -> "Attribution":
        """What figures show: this map, or one of it that is better to see."""
        return self

    def table(self) -> pd.DataFrame:
        """Return a row an output, channel and place (named as the axis), with its value and what is known of that."""
        names = ["output", "channel", self.axis]
        index = pd.MultiIndex.from_product([self.outputs, self.channels, self.places], names=names)
        columns = {"value": self.values, "standard_error": self.standard_error, "p": self.p}
        known = {name: values.ravel() for name, values in columns.items() if values is not None}
        return pd.DataFrame(known, index=index).reset_index()


class Method(ABC):
    """Explains a network; its options are the constructor's."""

    @abstractmethod
    def explain(self, scene: Scene, rng: np.random.Generator) -> Attribution:
        """Return the map of what the network uses in these windows.

        Parameters
        ----------
        scene
            The network and the windows.
        rng
            The only source of chance.

        Raises
        ------
        ValueError
            Where an option does not suit the network, such as a layer that it does not have.
        """

    def unselective(self) -> "Method":
        """Return the method without options that select windows by what the network says of them."""
        return self
