"""The keys at the root of ``conf/train.yaml`` and ``conf/explain.yaml``, and how they become an experiment.

Everything is checked here, before any data are read: names, types, classes, and values that need no data.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from eegbench.config import REMOVED, ConfigError, Node, Spec, build, fill
from eegbench.dataset import Dataset
from eegbench.experiment.base import Expected, Experiment, Explained, Explanation, Paths, Sweep
from eegbench.experiment.probe_options import ProbeOptions, check_predictor, check_processes, read_probes
from eegbench.experiment.root_checks import check_chosen, check_name, check_padding, check_roots, check_seeds
from eegbench.experiment.trial_scores import METRICS as TRIAL_METRICS
from eegbench.experiment.trial_scores import may_have_trial_scores
from eegbench.interpretability import Method
from eegbench.model.base import Encoder
from eegbench.preprocessing import Preprocessing
from eegbench.sampler import Sampler
from eegbench.split.base import Split
from eegbench.store.base import ShardStorage
from eegbench.sweep.objective import named_objectives
from eegbench.task import Task
from eegbench.tracking.base import Tracker
from eegbench.trainer import Trainer


@dataclass(frozen=True)
class TrainOptions:
    """The keys at the root of ``conf/train.yaml``."""

    dataset: Node
    preprocessing: Node
    store: Node
    split: Node
    sampler: Node
    model: Node
    task: Node
    trainer: Node
    tracking: Node
    probe: ProbeOptions
    interpretability: Mapping[str, Node]
    explain: Explained
    sweep: Sweep
    paths: Paths
    seed: int
    name: str
    device: str
    deterministic: bool
    encoder: str | None
    trainable: Literal["all", "none"] | tuple[str, ...]
    checkpoint: str | None
    resume: str | None
    projection: Literal["pca", "tsne"]
    figures: tuple[Literal["png", "pdf", "svg"], ...]
    expected: Expected | None
    published: Mapping[str, str] | None
    trust: tuple[str, ...]


@dataclass(frozen=True)
class ExplainOptions:
    """The keys at the root of ``conf/explain.yaml``."""

    run: str
    interpretability: Mapping[str, Node]
    explain: Explained
    seed: int
    device: str
    figures: tuple[Literal["png", "pdf", "svg"], ...]
    trust: tuple[str, ...]


def read_experiment(options: Mapping[str, Any]) -> Experiment:
    """Return the experiment that the options of ``eegbench train`` describe.

    Parameters
    ----------
    options
        Plain values, composed from this command line: their ``trust`` counts.

    Raises
    ------
    ConfigError
        Naming the key, its value and what is expected.
    ValueError
        Where a value cannot be.
    """
    root = fill(TrainOptions, options, owner="train")
    check_seeds(options, {"seed": (root.seed,), "sweep.seeds": root.sweep.seeds})
    check_name(root.name)
    check_roots(root.paths.roots)
    trusted = root.trust
    hand_made = _spec(root.probe.hand_made, Encoder, "probe.hand_made", trusted)
    probes = read_probes(root.probe, hand_made, trusted)
    objective = named_objectives(root.sweep.objectives, probes.main, tuple(probes.of))
    experiment = Experiment(
        options=options,
        dataset=build(root.dataset, Dataset, path="dataset", trusted=trusted),
        preprocessing=build(root.preprocessing, Preprocessing, path="preprocessing", trusted=trusted),
        storage=build(root.store, ShardStorage, path="store", trusted=trusted),
        split=build(root.split, Split, path="split", trusted=trusted),
        sampler=build(root.sampler, Sampler, path="sampler", trusted=trusted),
        model=_spec(root.model, Encoder, "model", trusted),
        task=_spec(root.task, Task, "task", trusted),
        trainer=build(root.trainer, Trainer, path="trainer", trusted=trusted),
        tracker=build(root.tracking, Tracker, path="tracking", trusted=trusted),
        probes=probes,
        explanation=read_explanation(root, trusted),
        sweep=replace(root.sweep, objective=objective),
        paths=root.paths,
        expected=root.expected,
        published=root.published,
        seed=root.seed,
        name=root.name,
        device=root.device,
        deterministic=root.deterministic,
        encoder=None if root.encoder is None else Path(root.encoder),
        trainable=root.trainable,
        checkpoint=root.checkpoint,
        projection=root.projection,
    )
    _check_roles(experiment)
    check_padding(experiment.preprocessing, experiment.sampler)
    _check_batch(experiment)
    _check_monitor(experiment)
    check_predictor(experiment.explanation.explained.predictor, probes)
    check_processes(probes, experiment.trainer)
    return experiment


def read_explanation(root: TrainOptions | ExplainOptions, trusted: Sequence[str]) -> Explanation:
    """Return how networks are explained; each method is built once, so that impossible values are refused now.

    Raises
    ------
    ConfigError
        Naming the key, its value and what is expected.
    ValueError
        Where a value cannot be.
    """
    _check_explained(root.explain)
    check_chosen(root.interpretability, "interpretability", "interpretability")
    methods = {
        name: _spec(node, Method, f"interpretability.{name}", trusted) for name, node in root.interpretability.items()
    }
    for method in methods.values():
        method.build()
    return Explanation(methods, root.explain, root.seed, root.figures)


def stored_experiment(options: Mapping[str, Any], trusted: Sequence[str], run: Path) -> Experiment:
    """Return the experiment of a run from its ``config.yaml``; modules are trusted by this command line alone.

    Parameters
    ----------
    options
        What the file says.
    trusted
        Modules that the user trusts now.
    run
        The run's folder, for messages.

    Raises
    ------
    ConfigError
        Where the file is not that of a run of this version, or names modules that are not trusted now.
    """
    untrusted = [str(module) for module in options.get("trust") or () if module not in trusted]
    if untrusted:
        raise ConfigError(
            f"{run / 'config.yaml'}: this run used classes of {', '.join(untrusted)}. A run's folder is not trusted: "
            f"if you trust them, add 'trust=[{','.join(untrusted)}]'."
        )
    known = {name: value for name, value in options.items() if name not in REMOVED}
    try:
        return read_experiment({**known, "resume": None, "trust": list(trusted)})
    except ConfigError as error:
        raise ConfigError(
            f"{run / 'config.yaml'}: {error} A run is read by the version of eegbench that made it, which "
            "environment.json names."
        ) from error


def _spec(node: Node, base: type, path: str, trusted: Sequence[str]) -> Spec[Any]:
    spec: Spec[Any] = Spec(node, base, path, tuple(trusted))
    spec.check()
    return spec


def _check_roles(experiment: Experiment) -> None:
    """Refuse a sampler whose examples lack a role that the task asks about."""
    task, layout = experiment.task.target, experiment.sampler.layout
    if any(name not in layout or len(layout[name].shape) != n_axes for name, n_axes in task.roles.items()):
        sampler = type(experiment.sampler).__module__.rpartition(".")[2]
        raise ConfigError(
            f"task={experiment.task.option} asks about views in the roles {_roles(task.roles)}, and "
            f"sampler={sampler} draws {_roles({name: len(role.shape) for name, role in layout.items()})}; "
            + (f"choose sampler={task.sampler}." if sampler != task.sampler else "its roles or its layout must change.")
        )


def _check_batch(experiment: Experiment) -> None:
    """Refuse batches too small for a task that compares their examples."""
    task, size = experiment.task.target, experiment.trainer.batch_size
    if size < task.least_batch:
        raise ConfigError(
            f"trainer.batch_size={size}: task={experiment.task.option} compares the examples of a batch with each "
            f"other, so at least {task.least_batch} are expected."
        )


def _roles(n_axes: Mapping[str, int]) -> str:
    """Return the names of roles, each with the number of its axes where it has some."""
    return ", ".join(f"{name} ({n} {'axis' if n == 1 else 'axes'})" if n else name for name, n in n_axes.items())


def _check_monitor(experiment: Experiment) -> None:
    task, monitor = experiment.task.target, experiment.trainer.monitor
    by_trial = list(TRIAL_METRICS) if may_have_trial_scores(experiment.preprocessing, task) else []
    probed = ["probe_valid_balanced_accuracy"] if experiment.probes.every > 0 else []
    known = ["valid_loss", *(f"valid_{name}" for name in task.metrics), *by_trial, *probed]
    if monitor not in known:
        raise ConfigError(
            f"trainer.monitor={monitor} is no column of the history; there are {', '.join(known)}{_hint(monitor)}."
        )


def _hint(monitor: str) -> str:
    """Return what to set to have a column."""
    if monitor in TRIAL_METRICS:
        return "; it needs crops of trials (preprocessing=crop) and a task with the dataset's classes (task=cropped)"
    return "; set probe.every=5 to have it" if monitor.startswith("probe") else ""


def _check_explained(explained: Explained) -> None:
    if not re.fullmatch(r"\w[\w.-]*", explained.folder):
        raise ConfigError(
            f"explain.folder={explained.folder}: a folder's name of letters, digits, _, - and . is expected."
        )
    if explained.n_windows < 2:
        raise ConfigError(f"explain.n_windows={explained.n_windows}: at least 2 are expected.")
    for name, low, high in explained.bands_hz:
        if not 0 <= low < high:
            raise ConfigError(
                f"explain.bands_hz: {name} from {low:g} to {high:g} Hz is no band; write [name,low,high]."
            )
