"""Plan of a sweep, read from its config: study, storage, space, objectives, and the options common to all trials."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from omegaconf import DictConfig, OmegaConf

from eegbench.config import NO_EFFECT, ConfigError, Spec, fill, flat, plain
from eegbench.config.annotation import coerce, unchanged_node
from eegbench.progress import n_cores
from eegbench.sweep.condition import conditional
from eegbench.sweep.distribution import describe, split_overrides
from eegbench.sweep.objective import Direction, check_objectives, direction, watched
from eegbench.sweep.space import Space
from eegbench.sweep.storage import storage_address
from eegbench.sweep.sweeper_options import SWEEPER, SweeperOptions

TARGET = "hydra_plugins.eegbench.Optuna"
"""Name of the sweeper in Hydra's configs."""


@dataclass(frozen=True)
class Plan:
    """A sweep before it starts.

    Attributes
    ----------
    study, address
        Name and address of the study.
    folder
        Folder with one folder per trial.
    fixed, space
        Overrides common to all trials, and the search space.
    objectives
        Names of metrics.
    options
        Options common to all trials, flat and JSON-serialisable; a study has one set of them.
    n_trials, n_jobs
        Total number of trials, and number launched together.
    sampler, pruner
        Their nodes; None for a grid or no pruning.
    max_failure_rate
        Fraction of ``n_trials`` that may fail before the sweep stops.
    retry_failed
        Whether points of trials that failed earlier may be tried again.
    timeout
        Seconds after which a call starts no more trials; None for no limit.
    points, warm_start
        Points to try first, and the study whose best points are tried first.
    callbacks, trusted
        Nodes of callbacks, and the modules of the user whose classes may be built.
    """

    study: str
    address: str
    folder: Path
    fixed: tuple[str, ...]
    space: Space
    objectives: tuple[str, ...]
    options: Mapping[str, Any]
    n_trials: int
    n_jobs: int
    sampler: Mapping[str, Any] | None
    pruner: Mapping[str, Any] | None
    max_failure_rate: float
    retry_failed: bool
    timeout: float | None = None
    points: tuple[dict[str, Any], ...] = ()
    warm_start: str | None = None
    callbacks: tuple[Mapping[str, Any], ...] = ()
    trusted: tuple[str, ...] = ()

    @property
    def directions(self) -> list[Direction]:
        """Direction of each objective."""
        return [direction(name) for name in self.objectives]

    @property
    def settings(self) -> dict[str, Any]:
        """Settings of the sweep for the tracker."""
        names = {"sampler": self.sampler, "pruner": self.pruner}
        kinds = {key: str(node["_target_"]).rpartition(".")[2] if node else "none" for key, node in names.items()}
        if self.sampler is None:
            kinds["sampler"] = "grid"
        space = {f"space.{key}": text for key, text in self.space.describe().items()}
        return {
            "sweep.study": self.study,
            "sweep.n_trials": self.n_trials,
            "sweep.objective": ", ".join(self.objectives),
            "sweep.direction": ", ".join(self.directions),
            "sweep.sampler": kinds["sampler"],
            "sweep.pruner": kinds["pruner"],
            **space,
        }


def read_plan(config: DictConfig) -> Plan:
    """Read the plan of a sweep from the composed config, including Hydra's node.

    Raises
    ------
    ConfigError
        If an option is invalid; the message names it.
    """
    given = {str(name): value for name, value in plain(config.hydra.sweeper).items() if not str(name).startswith("_")}
    sweeper = fill(SweeperOptions, given, path=SWEEPER)
    words = [str(word) for word in config.hydra.overrides.task]
    fixed, searched = split_overrides(words, sweeper.params)
    if not searched:
        raise ConfigError(
            "nothing varies in this sweep; name an option, such as 'trainer.lr=tag(log,interval(1e-4,1e-2))', "
            "or choose a search space with +sweep=OPTION."
        )
    space = conditional(searched, str(config.hydra.job.config_name), fixed)
    objectives = _names(_typed(config, "sweep.objective", str | tuple[str, ...]))
    check_objectives(objectives)
    _check_direction(sweeper.direction, objectives)
    options = _relevant(config)
    study = sweeper.study_name or f"{config.name}_{_digest(options, space)}"
    sweeps = Path(config.paths.sweeps).resolve()
    plan = Plan(
        study=study,
        address=storage_address(sweeper.storage, sweeps, study),
        folder=_folder(config, sweeps / study),
        fixed=tuple(fixed),
        space=space,
        objectives=objectives,
        options=options,
        n_trials=sweeper.n_trials,
        n_jobs=sweeper.n_jobs or _parallel(config.hydra.launcher),
        sampler=sweeper.sampler or None,
        pruner=sweeper.pruner or None,
        max_failure_rate=sweeper.max_failure_rate,
        retry_failed=sweeper.retry_failed,
        timeout=sweeper.timeout,
        points=tuple(flat(point) for point in sweeper.points),
        warm_start=sweeper.warm_start,
        callbacks=sweeper.callbacks,
        trusted=_typed(config, "trust", tuple[str, ...]),
    )
    _check_points(plan)
    _check_pruning(plan, _typed(config, "probe.every", int), str(config.probe.main or next(iter(config.probe.of), "")))
    _check_grid(plan)
    return plan


def _typed(config: DictConfig, key: str, hint: Any) -> Any:
    """Return the value of a key, checked against an annotation: the plan is read before all other options."""
    return coerce(_plain(OmegaConf.select(config, key)), hint, key, unchanged_node)


def _names(node: str | Sequence[str]) -> tuple[str, ...]:
    return (node,) if isinstance(node, str) else tuple(node)


def _check_direction(given: Any, objectives: Sequence[str]) -> None:
    wanted = [direction(name) for name in objectives]
    if given is not None and list(_names(given)) != wanted:
        raise ConfigError(
            f"hydra.sweeper.direction={list(_names(given))}: {', '.join(objectives)} is to {', '.join(wanted)}; "
            "leave the direction out."
        )


def _check_pruning(plan: Plan, every: int, main: str) -> None:
    if plan.pruner is None:
        return
    if len(plan.objectives) > 1:
        raise ConfigError(
            f"hydra/sweeper/pruner: with several objectives ({', '.join(plan.objectives)}) trials have no "
            "order, so none can be pruned; set hydra/sweeper/pruner=none, or one objective."
        )
    if plan.directions != ["maximize"]:
        raise ConfigError(
            f"hydra/sweeper/pruner: {plan.objectives[0]} is not measured during training; set "
            "hydra/sweeper/pruner=none, or use a score on valid as objective."
        )
    if not watched(plan.objectives[0], main):
        raise ConfigError(
            f"hydra/sweeper/pruner: {plan.objectives[0]} is not measured during training, only the score of "
            f"probe.main={main} is; set probe.main to that probe, or set hydra/sweeper/pruner=none."
        )
    if every < 1:
        raise ConfigError(
            "hydra/sweeper/pruner: pruning compares the probe's score on valid during training, and probe.every=0 "
            "probes only at the end; set probe.every=1."
        )


def _check_points(plan: Plan) -> None:
    for i, point in enumerate(plan.points):
        if problem := plan.space.problem(point):
            raise ConfigError(f"{SWEEPER}.points[{i}]: {problem}")
    for i, node in enumerate(plan.callbacks):
        Spec(node, Callable, f"{SWEEPER}.callbacks[{i}]", plan.trusted).check()  # type: ignore[arg-type]


def _check_grid(plan: Plan) -> None:
    if plan.sampler is None and plan.space.continuous():
        endless = plan.space.continuous()[0]
        raise ConfigError(
            f"hydra/sweeper/sampler=grid: {endless} is infinite ({describe(plan.space[endless])}); give it "
            "a choice(…) or a range(…), or take another sampler."
        )


def _relevant(config: DictConfig) -> dict[str, Any]:
    """Return the options that affect a trial's value, flat."""
    kept = {str(name): _plain(config[name]) for name in config if name not in (*NO_EFFECT, "hydra")}
    return flat(
        {
            **kept,
            "sweep": {
                "seeds": list(_typed(config, "sweep.seeds", tuple[int, ...])),
                "objective": _plain(config.sweep.objective),
            },
        }
    )


def _plain(node: Any) -> Any:
    return OmegaConf.to_container(node, resolve=True) if OmegaConf.is_config(node) else node


def _digest(options: Mapping[str, Any], space: Space) -> str:
    text = json.dumps([options, dict(sorted(space.describe().items()))], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def _folder(config: DictConfig, default: Path) -> Path:
    words = [str(word) for word in config.hydra.overrides.hydra]
    if any(word.startswith("hydra.sweep.dir=") for word in words):
        return Path(config.hydra.sweep.dir).resolve()
    return default


def _parallel(launcher: Any) -> int:
    """Return the number of trials that the launcher runs in parallel."""
    n_jobs = launcher.get("n_jobs") or launcher.get("array_parallelism") or 1
    return n_cores() if n_jobs == -1 else int(n_jobs)
