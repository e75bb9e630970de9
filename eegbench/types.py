"""Values passed between stages, with their shapes and units; this module computes nothing.

Vocabulary
----------
*recording*, *window*, *view*; *label* (given by an expert) and *target* (what a task predicts); *pass* (one round
over the examples that a sampler draws, never "epoch" alone, which in sleep research is 30 s of signal); *scored*
(labelled by an expert) and *valid* (the split).
"""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
from jaxtyping import Float, Int
from numpy.typing import NDArray

UNSCORED = -1
"""Label of a window that no expert scored."""

SPLITS = ("train", "valid", "test")

Fact = float | int | str
"""Type of a known property of a subject or recording: years of age, "F" or "M", …"""

Axis = Literal["frequency_hz", "time_s", "band"]
"""Meaning of the last axis of a `ChannelMap`."""


EVERY_HZ = (0.0, math.inf)
"""Pass band of signals that are not filtered, in Hz."""


@dataclass(frozen=True)
class Recording:
    """One continuous record of one subject; its id is unique in its dataset.

    Attributes
    ----------
    id
        Unique name. Samplers and splits group by it, never by the subject alone.
    subject, session, run
        Subject, session (a night, a visit), and part of the session.
    signal
        File with the signal.
    labels
        File with the labels, or None if there are none or they are in the signal's file.
    facts
        Known properties: ``age`` in years, ``sex`` ("F" or "M"), and others that the dataset adds.
    set
        Name of its set if several are joined, else empty.
    """

    id: str
    subject: str
    session: str
    signal: Path
    run: str = "1"
    labels: Path | None = None
    facts: Mapping[str, Fact] = field(default_factory=dict)
    set: str = ""

    @property
    def files(self) -> tuple[Path, ...]:
        """Files of the signal and the labels."""
        return (self.signal,) if self.labels is None else (self.signal, self.labels)


@dataclass(frozen=True)
class Group:
    """Form of one group of signals: channels with a common sampling rate.

    Attributes
    ----------
    channels
        Channel names, in the order of the rows of every window.
    sfreq
        Sampling rate in Hz.
    n_times
        Number of samples in a window.
    positions
        Electrode positions (n_channels, 3) in metres in the head frame; NaN for a channel without one.
    """

    channels: tuple[str, ...]
    sfreq: float
    n_times: int
    positions: Float[np.ndarray, "n_channels 3"]

    @property
    def n_channels(self) -> int:
        """Number of channels."""
        return len(self.channels)

    @property
    def window_s(self) -> float:
        """Length of a window in seconds."""
        return self.n_times / self.sfreq


@dataclass(frozen=True)
class Padding:
    """Constant windows that stand before the first and after the last window of a recording in its sequences.

    Attributes
    ----------
    n_windows
        Number of windows on each side.
    value
        All their samples in µV, before windows are standardised.
    """

    n_windows: int
    value: float


@dataclass(frozen=True)
class Form:
    """Form of the windows of a store: all that a model needs to know of its input.

    Attributes
    ----------
    groups
        Groups of signals by name, such as ``eeg`` and ``emg``; most datasets have one.
    normalise
        Segment over which each channel is standardised: ``window``, ``recording`` or ``none``.
    features
        Length of each feature that is given in addition to the signals, by name.
    padding
        Windows that pad recordings in sequences; None without padding.
    """

    groups: Mapping[str, Group]
    normalise: str
    features: Mapping[str, int] = field(default_factory=dict, repr=False)  # digests of data depend on the repr
    padding: Padding | None = field(default=None, repr=False)

    @property
    def only(self) -> Group:
        """The only group.

        Raises
        ------
        ValueError
            If there are several groups; the message names them.
        """
        if len(self.groups) != 1:
            raise ValueError(f"the signals have several groups ({', '.join(self.groups)}), and one is expected.")
        return next(iter(self.groups.values()))

    def of(self, name: str) -> "Form":
        """Return the form of one group, without features."""
        return Form({name: self.groups[name]}, self.normalise)

    @property
    def window_s(self) -> float:
        """Length of a window in seconds, the same in all groups."""
        return next(iter(self.groups.values())).window_s


@dataclass(frozen=True)
class Role:
    """A role of views in an example: their positions, and their arrangement.

    Attributes
    ----------
    views
        Positions among the views of an example.
    shape
        Shape of these views, in row-major order: () for one window, (2,) for two equivalent ones,
        (n_steps, n_negatives) for a table of windows.
    """

    views: slice
    shape: tuple[int, ...]


@dataclass(frozen=True)
class Draw:
    """The examples of one pass: rows of the window table, and a target for each example.

    Attributes
    ----------
    windows
        Window rows (n_examples, n_views); −1 for a missing view.
    targets
        Targets of the task (n_examples, ...).
    n_dropped
        Number of requested examples that the sampler could not draw.
    block
        Number of consecutive examples that stay together in batches and in shares of processes.
    """

    windows: Int[np.ndarray, "n_examples n_views"]
    targets: NDArray[Any]
    n_dropped: int = 0
    block: int = 1

    def __len__(self) -> int:
        return len(self.windows)


@dataclass(frozen=True)
class Predictions:
    """Predictions of one probe for a set of windows.

    Attributes
    ----------
    probe
        Name of the probe or control.
    windows
        Rows of the window table (n,).
    label
        Labels of the expert (n,), as indices into ``classes``.
    probabilities
        Probability of each class (n, n_classes); rows sum to 1.
    classes
        Class names.
    """

    probe: str
    windows: Int[np.ndarray, "n"]
    label: Int[np.ndarray, "n"]
    probabilities: Float[np.ndarray, "n n_classes"]
    classes: tuple[str, ...]

    @property
    def predicted(self) -> Int[np.ndarray, "n"]:
        """Most probable class of each window, as an index into ``classes``."""
        return np.asarray(self.probabilities.argmax(axis=1))


@dataclass(frozen=True)
class Score:
    """A score with everything needed to compare it with others.

    Attributes
    ----------
    probe
        Name of the probe or control.
    metric
        Name of the metric in scikit-learn (``balanced_accuracy``, ``f1/N1``, …).
    split
        ``train``, ``valid`` or ``test``, followed by ``(within subject)`` if subjects are shared between splits and
        ``(transductive)`` if the encoder was trained on signals of the scored subjects.
    aggregation
        ``pooled`` over all windows, ``mean_per_recording``, or ``mean_weighted_by_windows``.
    value
        Value of the metric.
    ci_low, ci_high
        A 95 % Student-t interval over subjects (`eegbench.score.interval`); NaN where there is none.
    n
        Number of windows (pooled) or of recordings (means).
    n_classes
        Number of classes over which a pooled balanced accuracy or macro-F1 is the mean; 0 for other scores.
    """

    probe: str
    metric: str
    split: str
    aggregation: str
    value: float
    ci_low: float
    ci_high: float
    n: int
    n_classes: int = 0

    def row(self) -> dict[str, Any]:
        """Return the columns of ``scores.csv``."""
        return asdict(self)


@dataclass(frozen=True)
class ChannelMap:
    """A number for each output, channel and place, as drawn in figures.

    Attributes
    ----------
    values
        The numbers; NaN if undefined.
    measure
        Quantity with its unit, as an axis label: ``correlation``, ``score per µV``, ….
    axis
        Meaning of the places.
    places
        Frequencies (Hz) or times (s) in ascending order, or names of bands.
    outputs
        Names of a network's outputs or of a layer's filters.
    channels
        Channel names; a single ``all`` if channels are not distinguished.
    standard_error
        Standard error of each number; None if unknown.
    p
        p values, corrected for all channels and places of an output; None if not tested.
    is_signed
        Whether numbers can be negative; the colour scale of others begins at zero.
    """

    values: Float[np.ndarray, "n_outputs n_channels n_places"]
    measure: str
    axis: Axis
    places: Float[np.ndarray, "n_places"] | tuple[str, ...]
    outputs: tuple[str, ...]
    channels: tuple[str, ...]
    standard_error: Float[np.ndarray, "n_outputs n_channels n_places"] | None = None
    p: Float[np.ndarray, "n_outputs n_channels n_places"] | None = None
    is_signed: bool = True
