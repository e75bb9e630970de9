"""Checks that interpretability methods can explain a model, from the options alone."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from eegbench.config import ConfigError, Spec, is_node
from eegbench.experiment.explanation import not_explained
from eegbench.interpretability import Method
from eegbench.interpretability.attention_rollout import AttentionRollout
from eegbench.model.base import Encoder


def check_methods(methods: Mapping[str, Spec[Method]], model: Spec[Encoder], groups: Collection[str]) -> None:
    """Check that the methods can explain the model; nothing is built.

    Parameters
    ----------
    methods
        Interpretability methods by name.
    model
        Specification of the encoder.
    groups
        Names of the groups of signals that the encoder takes.

    Raises
    ------
    ConfigError
        If the model does not use signals, or if a method needs attention over the tokens of one group of signals and
        the model has none.
    """
    if methods and not model.target.takes_signals:
        raise ConfigError(not_explained(model))
    names = ", ".join(name for name, method in methods.items() if issubclass(method.target, AttentionRollout))
    if not names:
        return
    remedy = f"remove {names} from interpretability=[…], or set model=eeg_transformer."
    if not any(_have_attention(model)):
        raise ConfigError(f"interpretability=[{names}]: model={model.option} has no attention over tokens; {remedy}")
    if len(groups) > 1:
        raise ConfigError(
            f"interpretability=[{names}]: maps of attention need a model of one group of signals, and there are "
            f"{len(groups)} ({', '.join(groups)}); remove {names} from interpretability=[…], or choose a preprocessing "
            "with one group."
        )


def _have_attention(model: Spec[Encoder]) -> Iterator[bool]:
    """Yield a boolean for the model and for each encoder in its options: whether it has attention."""
    yield model.target.has_attention
    for name, value in _nested(model.node):
        target: type = Spec(value, object, f"{model.path}.{name}", model.trusted).target
        yield issubclass(target, Encoder) and target.has_attention


def _nested(node: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the dotted name and node of all classes below a node, at any depth."""
    for name, value in node.items():
        if isinstance(value, Mapping):
            if is_node(value):
                yield str(name), value
            yield from ((f"{name}.{inner}", one) for inner, one in _nested(value))
