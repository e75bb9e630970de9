"""Description of a network in JSON, next to its weights, with all that is needed to use it on new recordings."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal, get_args

import numpy as np

from eegbench.types import Form, Group, Padding

FORMAT = 6
"""Version of the file format, increased whenever the meaning of a field changes."""

READ = (2, 3, 4, 5, FORMAT)
"""Formats that can be read. Before format 6, recordings are not padded; before format 5, filters exclude no channel.
Networks of formats 2 and 3 predict every window of a sequence. Format 2 has no label map, and its only percentiles of
train are those of the standard deviation."""

FILTERED = "eegbench.preprocessing.filtered.Filtered"
STANDARD = "eegbench.preprocessing.standard.Standard"

Outputs = Literal["many", "one"]
"""Windows of a sequence that a network predicts: every one (``many``) or the middle one (``one``)."""

Rows = tuple[tuple[float, ...], ...]
"""A row for each percentile, a column for each channel."""


@dataclass(frozen=True)
class Description:
    """A network without its weights.

    Attributes
    ----------
    encoder
        Config node of the encoder.
    classes
        Class names; empty if there are no labels.
    form
        Groups of signals that are the input of the network, and the unit of standardisation (window or recording).
    sequence
        Config node of the sequence encoder; None if windows are classified one by one.
    context
        Number of windows in a sequence; 1 without a sequence encoder.
    outputs
        Windows of a sequence that the network predicts.
    voting
        Rule that combines the votes of several sequences for a window: the mean of log-probabilities.
    preprocessing
        Config node of the preprocessing, including window length and stride.
    steps_version
        Version of the preprocessing code (`eegbench.store.shard.SHARD_VERSION`).
    temperature
        Divisor of scores before the softmax, for calibrated probabilities; 1 if it was not fitted.
    train_quantiles
        For each group and measure (see `eegbench.inference.measure`), the distribution over windows of train: one row
        each for the 1st, 50th and 99th percentile, with a column for each channel.
    labels, ignored
        Class name of each label text in training, and the texts without a class.
    """

    encoder: Mapping[str, Any]
    classes: tuple[str, ...]
    form: Form
    sequence: Mapping[str, Any] | None = None
    context: int = 1
    outputs: Outputs = "many"
    voting: Literal["geometric"] = "geometric"
    preprocessing: Mapping[str, Any] = field(default_factory=dict)
    steps_version: int = 0
    temperature: float = 1.0
    train_quantiles: Mapping[str, Mapping[str, Rows]] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()

    def without_classes(self) -> "Description":
        """Return the description of the same network with a head without classes."""
        return replace(self, classes=())

    def plain(self) -> dict[str, Any]:
        """Return the description as plain values for JSON."""
        groups = {name: _plain_group(group) for name, group in self.form.groups.items()}
        return {
            "format": FORMAT,
            "encoder": dict(self.encoder),
            "sequence": None if self.sequence is None else dict(self.sequence),
            "classes": list(self.classes),
            "form": {
                **{"groups": groups, "normalise": self.form.normalise, "unit": "µV"},
                "features": dict(self.form.features),
                "padding": None if self.form.padding is None else asdict(self.form.padding),
            },
            "context": self.context,
            "outputs": self.outputs,
            "voting": self.voting,
            "preprocessing": {"options": dict(self.preprocessing), "version": self.steps_version},
            "temperature": self.temperature,
            "train_quantiles": {name: _plain_quantiles(of) for name, of in self.train_quantiles.items()},
            "labels": dict(self.labels),
            "ignored": list(self.ignored),
        }


def read_description(facts: Mapping[str, Any]) -> Description:
    """Return a description from plain values in the format of `Description.plain`.

    Raises
    ------
    KeyError, TypeError, ValueError
        If they are not those of a network in a format that can be read.
    """
    if facts.get("format") not in READ:
        raise ValueError(f"format {facts.get('format')}; this version reads formats {', '.join(map(str, READ))}")
    sequence = facts["sequence"]
    groups = {str(name): _load_group(group) for name, group in facts["form"]["groups"].items()}
    context, outputs = int(facts["context"]), facts.get("outputs", "many")
    if context < 1 or facts["voting"] != "geometric" or outputs not in get_args(Outputs):
        raise ValueError(f"context={context}, voting={facts['voting']}, outputs={outputs}")
    return Description(
        encoder=dict(facts["encoder"]),
        sequence=None if sequence is None else dict(sequence),
        classes=tuple(map(str, facts["classes"])),
        form=Form(
            groups,
            str(facts["form"]["normalise"]),
            _sizes(facts["form"].get("features", {})),
            _load_padding(facts["form"].get("padding")),
        ),
        context=context,
        outputs=outputs,
        preprocessing=_preprocessing(facts),
        steps_version=int(facts["preprocessing"]["version"]),
        temperature=float(facts["temperature"]),
        train_quantiles={name: _load_quantiles(of) for name, of in _quantiles(facts).items()},
        labels={str(text): str(name) for text, name in facts.get("labels", {}).items()},
        ignored=tuple(map(str, facts.get("ignored", ()))),
    )


def _preprocessing(facts: Mapping[str, Any]) -> dict[str, Any]:
    options = dict(facts["preprocessing"]["options"])
    options = _leaving_none_out(options) if facts["format"] < 5 else options
    return {"padding": None, **options} if facts["format"] < 6 and options.get("_target_") == STANDARD else options


def _leaving_none_out(node: Any) -> Any:
    """Return options of formats before 5, with an empty ``exclude`` in every filter."""
    if not isinstance(node, dict):
        return node
    filled = {name: _leaving_none_out(value) for name, value in node.items()}
    return {"exclude": [], **filled} if node.get("_target_") == FILTERED else filled


def _load_padding(facts: Mapping[str, Any] | None) -> Padding | None:
    if facts is None:
        return None
    padding = Padding(int(facts["n_windows"]), float(facts["value"]))
    if padding.n_windows < 1 or not np.isfinite(padding.value):
        raise ValueError(f"padding of {padding.n_windows} windows of {padding.value:g} µV")
    return padding


def _quantiles(facts: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return quantiles of train, by group and measure."""
    if facts["format"] == 2:
        return {name: {"std_uv": rows} for name, rows in facts["train_std_uv"].items()}
    return dict(facts["train_quantiles"])


def _plain_group(group: Group) -> dict[str, Any]:
    return {
        "channels": list(group.channels),
        "sfreq": group.sfreq,
        "n_times": group.n_times,
        "positions": [[*map(_finite, row)] for row in group.positions],
    }


def _load_group(facts: Mapping[str, Any]) -> Group:
    return Group(
        channels=tuple(map(str, facts["channels"])),
        sfreq=float(facts["sfreq"]),
        n_times=int(facts["n_times"]),
        positions=np.array(facts["positions"], dtype=np.float64),
    )


def _sizes(features: Mapping[str, Any]) -> dict[str, int]:
    return {str(name): int(dim) for name, dim in features.items()}


def _finite(value: float) -> float | None:
    """Return a number, or None for NaN, which JSON does not support."""
    return None if np.isnan(value) else float(value)


def _plain_quantiles(of: Mapping[str, Rows]) -> dict[str, list[list[float | None]]]:
    return {measure: [[*map(_finite, row)] for row in rows] for measure, rows in of.items()}


def _load_quantiles(of: Mapping[str, Iterable[Iterable[float | None]]]) -> dict[str, Rows]:
    return {
        str(measure): tuple(tuple(np.nan if value is None else float(value) for value in row) for row in rows)
        for measure, rows in of.items()
    }
