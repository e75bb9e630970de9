"""Options of ``conf/train.yaml`` and ``conf/explain.yaml``: they are checked, and an experiment is built from them.

Names, types, classes, and values that do not depend on the data are checked before any data are read.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from eegbench.config import REMOVED, ConfigError, Node, Spec, Text, build, check_name, fill
from eegbench.dataset import Dataset
from eegbench.experiment.base import Expected, Experiment, Explained, Explanation, Paths, Sweep
from eegbench.experiment.probe_options import ProbeOptions, check_predictor, check_processes, read_probes
from eegbench.experiment.root_checks import check_chosen, check_padding, check_roots, check_seeds
from eegbench.experiment.trial_scores import METRICS as TRIAL_METRICS
from eegbench.experiment.trial_scores import may_have_trial_scores
from eegbench.interpretability import Method
from eegbench.model.base import Encoder
from eegbench.preprocessing import Preprocessing
from eegbench.report.projection import Projection, read_projections
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
    device: Text
    deterministic: bool
    encoder: Text | None
    trainable: Literal["all", "none"] | tuple[str, ...]
    checkpoint: Text | None
    resume: Text | None
    projection: Projection | tuple[Projection, ...]
    figures: tuple[Literal["png", "pdf", "svg"], ...]
    expected: Expected | None
    published: Mapping[str, str] | None
    trust: tuple[Text, ...]


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
    """Build the experiment from the options of ``eegbench train``.

    Parameters
    ----------
    options
        Plain values, composed from this command line, whose ``trust`` is used.

    Raises
    ------
    ConfigError
        If an option is wrong; the message contains the key, its value and the expected values.
    ValueError
        If a value is invalid.
    """
    root = fill(TrainOptions, options, owner="train")
    check_seeds(options, {"seed": (root.seed,), "sweep.seeds": root.sweep.seeds})
    check_name(root.name, "name")
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
        projections=read_projections(root.projection),
    )
    _check_roles(experiment)
    check_padding(experiment.preprocessing, experiment.sampler)
    _check_batch(experiment)
    _check_monitor(experiment)
    check_predictor(experiment.explanation.explained.predictor, probes)
    check_processes(probes, experiment.trainer)
    return experiment


def read_explanation(root: TrainOptions | ExplainOptions, trusted: Sequence[str]) -> Explanation:
    """Return the options of explanation; each method is built once, so that invalid values raise an error here.

    Raises
    ------
    ConfigError
        If an option is wrong; the message contains the key, its value and the expected values.
    ValueError
        If a value is invalid.
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
    """Build the experiment of a run from its ``config.yaml``; only modules named in this command line are trusted.

    Parameters
    ----------
    options
        Contents of the file.
    trusted
        Modules that the user trusts in this command.
    run
        Folder of the run, for error messages.

    Raises
    ------
    ConfigError
        If the file is not of this version of eegbench, or if it names modules that are not trusted.
    """
    untrusted = [str(module) for module in options.get("trust") or () if module not in trusted]
    if untrusted:
        raise ConfigError(
            f"{run / 'config.yaml'}: this run used classes of {', '.join(untrusted)}. A run's folder is not trusted: "
            f"if you trust them, add 'trust=[{','.join(untrusted)}]'."
        )
    known = {name: value for name, value in options.items() if name not in REMOVED}
    if isinstance(tracking := known.get("tracking"), Mapping) and "uri" in tracking:
        known["tracking"] = {"metrics": "headline", **tracking}  # runs of earlier versions lack it
    try:
        return read_experiment({**known, "resume": None, "trust": list(trusted)})
    except ConfigError as error:
        raise ConfigError(
            f"{run / 'config.yaml'}: {error} Use the version of eegbench that made the run (see environment.json)."
        ) from error


def _spec(node: Node, base: type, path: str, trusted: Sequence[str]) -> Spec[Any]:
    spec: Spec[Any] = Spec(node, base, path, tuple(trusted))
    spec.check()
    return spec


def _check_roles(experiment: Experiment) -> None:
    """Refuse a sampler whose examples lack a role that the task needs."""
    task, layout = experiment.task.target, experiment.sampler.layout
    if any(name not in layout or len(layout[name].shape) != n_axes for name, n_axes in task.roles.items()):
        sampler = type(experiment.sampler).__module__.rpartition(".")[2]
        raise ConfigError(
            f"task={experiment.task.option} needs views in the roles {_roles(task.roles)}, and sampler={sampler} "
            f"draws {_roles({name: len(role.shape) for name, role in layout.items()})}; "
            + (f"choose sampler={task.sampler}." if sampler != task.sampler else "change its roles or its layout.")
        )


def _check_batch(experiment: Experiment) -> None:
    """Refuse batches that are too small for a task that compares the examples of a batch."""
    task, size = experiment.task.target, experiment.trainer.batch_size
    if size < task.least_batch:
        raise ConfigError(
            f"trainer.batch_size={size}: task={experiment.task.option} compares the examples of a batch with each "
            f"other, so it must be at least {task.least_batch}."
        )


def _roles(n_axes: Mapping[str, int]) -> str:
    """Return the names of roles, each with its number of axes if it has any."""
    return ", ".join(f"{name} ({n} {'axis' if n == 1 else 'axes'})" if n else name for name, n in n_axes.items())


def _check_monitor(experiment: Experiment) -> None:
    task, monitor = experiment.task.target, experiment.trainer.monitor
    by_trial = list(TRIAL_METRICS) if may_have_trial_scores(experiment.preprocessing, task) else []
    probed = ["probe_valid_balanced_accuracy"] if experiment.probes.every > 0 else []
    known = ["valid_loss", *(f"valid_{name}" for name in task.metrics), *by_trial, *probed]
    if monitor not in known:
        raise ConfigError(
            f"trainer.monitor={monitor} is not a column of the history; set one of {', '.join(known)}{_hint(monitor)}."
        )


def _hint(monitor: str) -> str:
    """Return the end of an error message that names the options that add the column."""
    if monitor in TRIAL_METRICS:
        return "; it needs crops of trials (preprocessing=crop) and a task with the dataset's classes (task=cropped)"
    return "; set probe.every=5 to have it" if monitor.startswith("probe") else ""


def _check_explained(explained: Explained) -> None:
    if not re.fullmatch(r"\w[\w.-]*", explained.folder):
        raise ConfigError(
            f"explain.folder={explained.folder}: expected a name of a folder, with letters, digits, _, - and ."
        )
    if explained.n_windows < 2:
        raise ConfigError(f"explain.n_windows={explained.n_windows}: at least 2 are expected.")
    for name, low, high in explained.bands_hz:
        if not 0 <= low < high:
            raise ConfigError(
                f"explain.bands_hz: {name} from {low:g} to {high:g} Hz is not a band; write [name,low,high]."
            )
