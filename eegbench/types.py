"""The values that stages hand to each other, with their shapes and units, and nothing that computes.

Vocabulary
----------
*recording*, *window*, *view*; *label* (what an expert gave) and *target* (what a task asks); *pass* (one
round of training, never "epoch" alone, which in sleep research is 30 s of signal); *scored* (an expert gave a
label) and *valid* (the split).
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
from jaxtyping import Float, Int
from numpy.typing import NDArray

UNSCORED = -1
"""The label of a window that no expert scored."""

SPLITS = ("train", "valid", "test")

Fact = float | int | str
"""What is known of a subject or recording: years of age, "F" or "M", …"""

Axis = Literal["frequency_hz", "time_s", "band"]
"""What the places of a `ChannelMap` are."""


@dataclass(frozen=True)
class Recording:
    """One continuous record of one subject; its id is unique in its dataset.

    Attributes
    ----------
    id
        Unique name. Samplers and splits group by it, never by the subject alone.
    subject, session, run
        Who, on which occasion (a night, a visit), and which part of it.
    signal
        The file that holds the signal.
    labels
        The file that holds the labels, or None where nobody scored it or the signal's file has them.
    facts
        What is known: ``age`` in years, ``sex`` ("F" or "M"), and whatever the dataset adds.
    set
        Name of its set where several are joined, else empty.
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
        """The files of signal and labels."""
        return (self.signal,) if self.labels is None else (self.signal, self.labels)


@dataclass(frozen=True)
class Group:
    """The form of one group of signals: channels that share a sampling rate.

    Attributes
    ----------
    channels
        Names, in the order of the rows of every window.
    sfreq
        Sampling rate in Hz.
    n_times
        Samples in a window.
    positions
        Electrode positions (n_channels, 3) in metres in the head frame; NaN where a channel has none.
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
    """The form of the windows of a store: what a model needs to know of its input.

    Attributes
    ----------
    groups
        The groups of signals by name, such as ``eeg`` and ``emg``; most sets have one.
    normalise
        ``window``, ``recording`` or ``none``: over what each channel was standardised.
    features
        How many numbers each feature has that comes beside the signals, by its name.
    padding
        What stands around recordings in sequences; None where nothing does.
    """

    groups: Mapping[str, Group]
    normalise: str
    features: Mapping[str, int] = field(default_factory=dict, repr=False)  # digests of data rest on the text
    padding: Padding | None = field(default=None, repr=False)

    @property
    def only(self) -> Group:
        """The group, where there is one.

        Raises
        ------
        ValueError
            Where there are several; the message names them.
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
    """The part that some views of an example play: which views, and how they are arranged.

    Attributes
    ----------
    views
        Positions among the views of an example.
    shape
        Shape of what these positions hold, in row-major order: () for one window, (2,) for two alike,
        (n_steps, n_negatives) for a table of windows.
    """

    views: slice
    shape: tuple[int, ...]


@dataclass(frozen=True)
class Draw:
    """One pass of examples: rows of the window table, and what is asked of each.

    Attributes
    ----------
    windows
        Window rows (n_examples, n_views); −1 where an example lacks a view.
    targets
        What the task asks (n_examples, ...).
    n_dropped
        Examples that were asked for and could not be drawn, by the sampler's policy.
    block
        Number of consecutive examples that stay together when batches are cut and shared between processes.
    """

    windows: Int[np.ndarray, "n_examples n_views"]
    targets: NDArray[Any]
    n_dropped: int = 0
    block: int = 1

    def __len__(self) -> int:
        return len(self.windows)


@dataclass(frozen=True)
class Predictions:
    """What one probe said of each window it was asked about.

    Attributes
    ----------
    probe
        Name of the probe or control.
    windows
        Rows of the window table (n,).
    label
        What the expert said (n,), an index into ``classes``.
    probabilities
        Probability of each class (n, n_classes), rows sum to 1.
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
        """The most probable class of each window, an index into ``classes``."""
        return np.asarray(self.probabilities.argmax(axis=1))


@dataclass(frozen=True)
class Score:
    """One number with all that is needed to compare it.

    Attributes
    ----------
    probe
        Who predicted.
    metric
        Name of the metric, as scikit-learn calls it (``balanced_accuracy``, ``f1/N1``, …).
    split
        ``train``, ``valid`` or ``test``, followed by ``(within subject)`` where subjects are shared between
        splits and ``(transductive)`` where the encoder was trained on signals of the scored subjects.
    aggregation
        ``pooled`` over all windows, ``mean_per_recording``, or ``mean_weighted_by_windows``.
    value
        The score.
    ci_low, ci_high
        A 95 % bootstrap interval over subjects; NaN below six subjects.
    n
        Number of windows (pooled) or of recordings (means).
    """

    probe: str
    metric: str
    split: str
    aggregation: str
    value: float
    ci_low: float
    ci_high: float
    n: int

    def row(self) -> dict[str, Any]:
        """Return the columns of ``scores.csv``."""
        return asdict(self)


@dataclass(frozen=True)
class ChannelMap:
    """A number for each output, channel and place, as figures draw it.

    Attributes
    ----------
    values
        The numbers; NaN where one is not defined.
    measure
        What the numbers are, with their unit, as an axis would say it: ``correlation``, ``score per µV``, ….
    axis
        What places are.
    places
        Frequencies (Hz) or times (s) in rising order, or names of bands.
    outputs
        Names of a network's outputs, or of a layer's filters.
    channels
        Names; a single ``all`` where channels are not told apart.
    standard_error
        Of each number; None where it is not known.
    p
        p values, corrected for all channels and places of an output; None where there are none.
    """

    values: Float[np.ndarray, "n_outputs n_channels n_places"]
    measure: str
    axis: Axis
    places: Float[np.ndarray, "n_places"] | tuple[str, ...]
    outputs: tuple[str, ...]
    channels: tuple[str, ...]
    standard_error: Float[np.ndarray, "n_outputs n_channels n_places"] | None = None
    p: Float[np.ndarray, "n_outputs n_channels n_places"] | None = None
