"""Initial weights of an encoder: random, or loaded from a finished run."""

import copy
import json
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from torch import nn

from eegbench.config import ConfigError, Spec, conf_folder
from eegbench.experiment.base import Experiment
from eegbench.experiment.data import Data, origins
from eegbench.experiment.method_checks import check_explained
from eegbench.experiment.run_folder import seen_before
from eegbench.experiment.weights_file import check_weights_files, load_weights_files, weights_files
from eegbench.inference.model_folder import PROBED
from eegbench.inference.network import describe, encoder_weights, load_weights
from eegbench.model.base import Encoder, missing_channels_refused
from eegbench.model.build import build_encoder, check_groups
from eegbench.own_files import check_own_files
from eegbench.progress import tell
from eegbench.store.base import WindowStore
from eegbench.task import Task
from eegbench.trainer.checkpoint import load_tensors
from eegbench.trainer.checkpoint import load_weights as load_checkpoint
from eegbench.types import Form

CHECKPOINTS = "checkpoints"
"""Name of the folder of checkpoints in a run's folder."""

OF_TASK = "task."
"""Prefix of the names of the task's layers in ``trainable``."""


def check_start(experiment: Experiment) -> None:
    """Check before any work that the encoder can be built and its initial weights loaded.

    Errors are a model of one group of signals with several groups, an interpretability method that cannot explain the
    model, and an ``encoder=RUN`` without a model or with another model. Nothing of that run is built: its options are
    compared as text.

    Raises
    ------
    ConfigError
        If the groups of signals or the interpretability methods do not suit the model, or if the run has another model.
    FileNotFoundError
        If the folder does not contain a finished run.
    """
    groups = experiment.preprocessing.signal.model_groups
    for model in (experiment.model, experiment.probes.hand_made):
        check_groups(model, groups)
    _check_features(experiment.model, experiment.preprocessing.features)
    check_explained(experiment.explanation, experiment)
    if not experiment.model.target.takes_signals:
        _check_without_signals(experiment)
    if experiment.encoder is None:
        check_weights_files(experiment.model.node)
        if experiment.trainable != "all" and not any(weights_files(experiment.model.node)):
            raise ConfigError(
                f"trainable={experiment.trainable} selects the trained layers of a trained encoder; add "
                "encoder=FOLDER (or model.weights=FILE), or leave trainable out."
            )
    if experiment.encoder is not None and experiment.encoder.is_dir():
        check_own_files(experiment.encoder)
    _check_checkpoint(experiment)
    if experiment.encoder is not None:
        _check_same_model(experiment.encoder, describe(experiment.encoder / PROBED).encoder, experiment.model)


def _check_checkpoint(experiment: Experiment) -> None:
    """Refuse a checkpoint without a run, one that does not exist, and one with no layer to train."""
    if experiment.checkpoint is None:
        return
    if experiment.encoder is None:
        raise ConfigError(
            f"checkpoint={experiment.checkpoint} needs a finished run; add encoder=FOLDER, or leave checkpoint out."
        )
    if experiment.trainable == "none":
        raise ConfigError(
            f"checkpoint={experiment.checkpoint} trainable=none: no layer would be trained; name layers of encoder or "
            "task, for example trainable=[task.head]."
        )
    folder = experiment.encoder / CHECKPOINTS
    if not (folder / f"{experiment.checkpoint}.safetensors").is_file():
        there = ", ".join(sorted(path.stem for path in folder.glob("*.safetensors"))) or "none"
        raise ConfigError(f"checkpoint={experiment.checkpoint}: not found in {folder}; its checkpoints are {there}.")


def _check_features(model: Spec[Encoder], features: Collection[str]) -> None:
    """Refuse features that the model does not use, and a model of features without features."""
    if features and not model.target.takes_features:
        raise ConfigError(
            f"model={model.option} does not take features, and preprocessing.features has {', '.join(features)}; "
            "choose model=with_features or model=features_only, or leave the features out."
        )
    if model.target.takes_features and not features:
        raise ConfigError(
            f"model={model.option} takes features, and preprocessing.features={{}} is empty; add one, for example "
            "+preprocessing/feature@preprocessing.features.index=index_window, or choose another model."
        )


def _check_without_signals(experiment: Experiment) -> None:
    """Refuse augmentations of signals if the model does not use signals."""
    if augmentations := experiment.task.node.get("augmentations"):
        raise ConfigError(
            f"model={experiment.model.option} does not use signals, so task.augmentations "
            f"({', '.join(augmentations)}) have no effect; leave them out: 'task.augmentations={{}}'."
        )


def start_encoder(experiment: Experiment, store: WindowStore) -> tuple[Encoder, Encoder]:
    """Build the encoder, and load the weights of the run given by ``encoder=RUN``, or of the model's own file.

    Returns
    -------
    encoder, random_encoder
        Encoder to train, and a copy with random weights. These depend only on the seed.

    Raises
    ------
    ConfigError
        If the run's encoder has other channels, sampling rate, window length or normalisation, or if the encoder needs
        channels that some recordings lack.
    """
    form = store.form
    encoder = build_encoder(experiment.model, form)
    random_encoder = copy.deepcopy(encoder)
    if store.lacks_channels and not encoder.takes_missing_channels:
        raise ConfigError(missing_channels_refused(f"model={experiment.model.option}"))
    if experiment.encoder is None:
        load_weights_files(encoder)
        _freeze(experiment, encoder)
        return encoder, random_encoder
    folder = experiment.encoder / PROBED
    _check_same_form(experiment.encoder, describe(folder).form, form)
    weights = encoder_weights(folder)
    load_weights(encoder, weights, folder)
    n_values = sum(tensor.numel() for tensor in weights.values())
    tell(f"encoder={experiment.encoder}: all {len(weights)} tensors of the encoder are loaded ({n_values:,} numbers)")
    _freeze(experiment, encoder)
    return encoder, random_encoder


def start_from_checkpoint(experiment: Experiment, encoder: Encoder, task: Task) -> None:
    """Load the weights of encoder and task from a checkpoint of another run, and freeze layers that are not trained.

    Raises
    ------
    ConfigError
        If that run had another task, or if the task lacks a layer named in ``trainable``.
    """
    if experiment.encoder is None or experiment.checkpoint is None:
        return
    path = experiment.encoder / CHECKPOINTS / f"{experiment.checkpoint}.safetensors"
    tensors, _ = load_tensors(path)
    try:
        load_checkpoint(encoder, task, tensors)
    except RuntimeError as error:
        reason = " ".join(str(error).split())[:200]
        raise ConfigError(
            f"{path}: this checkpoint was saved with another task than task={experiment.task.option} ({reason})."
        ) from error
    if experiment.trainable != "all":
        names = [name.removeprefix(OF_TASK) for name in experiment.trainable if name.startswith(OF_TASK)]
        _leave_trainable(task, names, prefix=OF_TASK)


def saw_subjects(experiment: Experiment, data: Data) -> list[str]:
    """Return the subjects of test that were used to train the encoder that this run loads."""
    before = {(people, subject) for people, subjects in _seen_before(experiment).items() for subject in subjects}
    return sorted(subject for subject, found in origins(data, "test").items() if found & before)


def seen_subjects(experiment: Experiment, data: Data) -> dict[str, list[str]]:
    """Return all subjects that are used to train this run's encoder, by population (`Dataset.people`).

    Subjects of earlier runs from which weights were loaded count, and subjects of valid, on which the checkpoint is
    chosen.
    """
    seen = {people: set(subjects) for people, subjects in _seen_before(experiment).items()}
    for split in ("train", "valid"):
        for people, subject in set().union(*origins(data, split).values()):
            seen.setdefault(people, set()).add(subject)
    return {people: sorted(subjects) for people, subjects in seen.items()}


def _seen_before(experiment: Experiment) -> dict[str, list[str]]:
    return {} if experiment.encoder is None else seen_before(experiment.encoder)


def _check_same_model(run: Path, stored: Mapping[str, Any], model: Spec[Encoder]) -> None:
    differing = {name for name in {*stored, *model.node} if stored.get(name) != model.node.get(name)}
    if differing:
        raise ConfigError(
            f"encoder={run} contains another model ({', '.join(sorted(differing))} differ); {_remedy(stored)}"
        )


def _remedy(stored: Mapping[str, Any]) -> str:
    """Return the options to set for the stored model, if it is a shipped option."""
    option = str(stored.get("_target_", "")).rpartition(".")[0].rpartition(".")[2]
    if not (conf_folder() / "model" / f"{option}.yaml").is_file():
        return "choose the model that it was trained with."
    values = " ".join(f"model.{n}={json.dumps(v)}" for n, v in stored.items() if not n.startswith("_"))
    return f"add: model={option} {values}"


def _check_same_form(run: Path, earlier: Form, now: Form) -> None:
    compared: list[tuple[str, object, object, str]]
    compared = [("groups", tuple(earlier.groups), tuple(now.groups), "preprocessing")]
    for name in earlier.groups.keys() & now.groups.keys():
        before, after = earlier.groups[name], now.groups[name]
        compared += [
            ("channels", before.channels, after.channels, "preprocessing.signal.channels"),
            ("sfreq", before.sfreq, after.sfreq, "preprocessing.signal.sfreq"),
            ("window_s", before.window_s, after.window_s, "preprocessing.window_s"),
        ]
    compared.append(("features", dict(earlier.features), dict(now.features), "preprocessing.features"))
    compared.append(("normalise", earlier.normalise, now.normalise, "preprocessing.normalise"))
    for what, had, has, option in compared:
        if had != has:
            raise ConfigError(f"encoder={run} was trained with {what}={_text(had)}, not {_text(has)}; set {option}.")


def _text(value: object) -> str:
    return "[" + ",".join(value) + "]" if isinstance(value, tuple) else str(value)


def _freeze(experiment: Experiment, encoder: Encoder) -> None:
    """Freeze layers of the encoder that are not trained."""
    if experiment.trainable == "all":
        return
    names = [] if experiment.trainable == "none" else list(experiment.trainable)
    if experiment.checkpoint is not None:
        names = [name for name in names if not name.startswith(OF_TASK)]
    _leave_trainable(encoder, names, prefix="")


def _leave_trainable(module: nn.Module, names: Sequence[str], *, prefix: str) -> None:
    """Freeze all parameters except those of the named layers."""
    layers = {name for name, _ in module.named_modules() if name}
    for name in names:
        if name not in layers:
            owner = "task" if prefix else "encoder"
            there = ", ".join(f"{prefix}{layer}" for layer in sorted(layers))
            raise ConfigError(f"trainable=[{prefix}{name}]: the {owner} has no such layer; its layers are {there}.")
    for name, parameter in module.named_parameters():
        parameter.requires_grad_(any(name == layer or name.startswith(f"{layer}.") for layer in names))
