"""Checks that interpretability methods can explain a model, from the options alone."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from eegbench.config import ConfigError, Spec, is_node
from eegbench.experiment.base import Experiment, Explanation
from eegbench.experiment.explanation import not_explained
from eegbench.inference.model_folder import NETWORK
from eegbench.interpretability import Method
from eegbench.interpretability.attention_rollout import AttentionRollout
from eegbench.model.base import Encoder
from eegbench.task.base import Task
from eegbench.task.supervised_sequence import SupervisedSequence


def check_explained(asked: Explanation, experiment: Experiment) -> None:
    """Refuse methods that cannot explain the network of an experiment; nothing is built.

    Parameters
    ----------
    asked
        The methods, and what they explain.
    experiment
        The experiment.

    Raises
    ------
    ConfigError
        As `check_methods`, or if attention is asked of a network of sequences.
    """
    check_methods(asked.methods, experiment.model, experiment.preprocessing.signal.model_groups)
    check_single_windows(asked, experiment.task)


def check_single_windows(asked: Explanation, task: Spec[Task]) -> None:
    """Refuse attention rollout of the network of a task of sequences; that of a probe is of single windows.

    Raises
    ------
    ConfigError
        If the network of such a task is explained by its attention.
    """
    names = _of_attention(asked.methods)
    if names and issubclass(task.target, SupervisedSequence) and asked.explained.predictor in (NETWORK, "auto"):
        raise ConfigError(
            f"interpretability=[{names}]: attention is followed in networks of single windows, and that of "
            f"task={task.option} takes sequences of windows; set explain.predictor=probe, remove {names} from "
            "interpretability=[…], or set task=supervised."
        )


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
    names = _of_attention(methods)
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


def _of_attention(methods: Mapping[str, Spec[Method]]) -> str:
    """Return the names of the methods that need attention, with commas; empty if there are none."""
    return ", ".join(name for name, method in methods.items() if issubclass(method.target, AttentionRollout))


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
