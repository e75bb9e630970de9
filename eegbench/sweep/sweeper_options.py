"""Options of the sweeper, the keys of ``conf/hydra/sweeper/optuna.yaml``, and their limits."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from eegbench.config import ConfigError, check_name

SWEEPER = "hydra.sweeper"
"""Path of its options."""


@dataclass(frozen=True)
class SweeperOptions:
    """Options of the sweeper.

    Attributes
    ----------
    n_trials
        Total number of trials over all calls and controllers that share the study, except those that an error ended.
    timeout
        Seconds after which a call starts no more trials; None for no limit.
    n_jobs
        Number of trials sampled and launched together; None for as many as the launcher runs in parallel.
    study_name
        Name of the study; None for the run's name with a hash of options and space, so that the same command continues
        the same study.
    storage
        Path of a journal file or URL of a database; None for a journal file next to the sweep's folder.
    direction
        Only checked.
    params
        Search space by option, which overrides on the command line replace.
    points
        Points to try first; options that a point lacks are sampled.
    warm_start
        Study whose best points are tried first, by name or journal file.
    callbacks
        Nodes of objects that are called with the study and each finished trial.
    sampler, pruner
        Their nodes; None for a grid or no pruning.
    max_failure_rate
        Fraction of ``n_trials`` that may fail before the sweep stops.
    retry_failed
        Whether points of trials that failed may be tried again.
    """

    n_trials: int
    timeout: float | None
    n_jobs: int | None
    study_name: str | None
    storage: str | None
    direction: str | tuple[str, ...] | None
    params: Mapping[str, Any] | None
    points: tuple[Mapping[str, Any], ...]
    warm_start: str | None
    callbacks: tuple[Mapping[str, Any], ...]
    sampler: Mapping[str, Any] | None
    pruner: Mapping[str, Any] | None
    max_failure_rate: float
    retry_failed: bool

    def __post_init__(self) -> None:
        for name, n in (("n_trials", self.n_trials), ("n_jobs", self.n_jobs)):
            if n is not None and n < 1:
                raise ConfigError(f"{SWEEPER}.{name}={n}: expected a whole number from 1.")
        if self.timeout is not None and self.timeout <= 0:
            raise ConfigError(f"{SWEEPER}.timeout={self.timeout:g}: expected a number of seconds above 0, or null.")
        if not 0 <= self.max_failure_rate <= 1:
            raise ConfigError(f"{SWEEPER}.max_failure_rate={self.max_failure_rate}: expected a proportion from 0 to 1.")
        if self.study_name is not None:
            check_name(self.study_name, f"{SWEEPER}.study_name")


KEYS = tuple(field.name for field in fields(SweeperOptions))
