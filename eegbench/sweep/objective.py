"""Objectives of sweeps: scores on valid to maximise and costs to minimise, but never a test score."""

import difflib
import re
from collections.abc import Mapping, Sequence
from typing import Literal

from eegbench.config import ConfigError

Direction = Literal["maximize", "minimize"]

MAIN = "main"
"""Placeholder for the name of ``probe.main`` in the name of an objective."""

METRICS = ("balanced_accuracy", "accuracy", "cohen_kappa", "macro_f1", "weighted_f1")
SCORES = tuple(f"valid/{MAIN}/{metric}" for metric in METRICS)
COSTS = ("run/n_parameters", "run/n_steps", "run/n_examples", "run/seconds")
OBJECTIVE = "objective"
"""Name under which a tracker logs the objective, regardless of the metric."""


def check_objectives(names: Sequence[str]) -> None:
    """Raise an error for objectives that a sweep must not use.

    Raises
    ------
    ConfigError
        For a test score (the test split would select the model), for a metric of the task itself (not comparable
        between tasks or values of τ), and for unknown names.
    """
    if not names:
        raise ConfigError(f"sweep.objective=[]: name an objective, such as {SCORES[0]}.")
    for name in names:
        if name.startswith("test"):
            raise ConfigError(
                f"sweep.objective={name}: a sweep must not choose by the test split; test is predicted once, "
                f"after all choices are made. Use {SCORES[0]}."
            )
        if name.startswith("valid/training/"):
            raise ConfigError(
                f"sweep.objective={name}: this is measured on examples as in training, not on all windows. "
                f"Use {SCORES[0]}."
            )
        if "loss" in name or "pretext" in name:
            raise ConfigError(
                f"sweep.objective={name}: metrics of pretext tasks cannot be compared between tasks, samplers or time "
                f"constants, and do not measure the quality of the representation. Use {SCORES[0]}."
            )
        if name not in COSTS and _score(name)[1] not in METRICS:
            known = [*(f"valid/{_score(name)[0]}/{metric}" for metric in METRICS), *COSTS]
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]}? " if near else ""
            raise ConfigError(
                f"sweep.objective={name}: {hint}there are {', '.join((*SCORES, *COSTS))}; "
                f"{MAIN} stands for probe.main and can be replaced by the name of another probe."
            )
    _check_distinct(names)


def named_objectives(names: Sequence[str], main: str, probes: Sequence[str]) -> tuple[str, ...]:
    """Return the objectives with the main probe's name filled in.

    Raises
    ------
    ConfigError
        As `check_objectives`, and if an objective is the score of a probe that was not chosen.
    """
    check_objectives(names)
    found = tuple(name.replace(f"valid/{MAIN}/", f"valid/{main}/") for name in names)
    for name in found:
        probe, _ = _score(name)
        if name not in COSTS and probe not in probes:
            raise ConfigError(
                f"sweep.objective={name}: the probe {probe} is not among those chosen ({', '.join(probes)}); "
                f"add it: probe=[{','.join((*probes, probe))}]."
            )
    _check_distinct(found)
    return found


def direction(name: str) -> Direction:
    """Return ``maximize`` for a score and ``minimize`` for a cost."""
    return "minimize" if name in COSTS else "maximize"


def watched(name: str, main: str) -> str:
    """Return the history's column of the objective during training; empty if it is not measured then.

    Only the main probe is fitted during training.
    """
    probe, metric = _score(name)
    return f"probe_valid_{metric}" if metric and probe in (MAIN, main) else ""


def values(metrics: Mapping[str, float], names: Sequence[str]) -> list[float]:
    """Select the objectives from a run's metrics.

    Raises
    ------
    ConfigError
        If the run lacks such a metric: without labels there is no probe.
    """
    there = values_there(metrics, names)
    if len(there) < len(names):
        raise ConfigError(
            f"sweep.objective={', '.join(names)}: the run has no such metric; check for labels and a valid split."
        )
    return there


def values_there(metrics: Mapping[str, float], names: Sequence[str]) -> list[float]:
    """Select the objectives that a run has; splits of metrics may be marked, as in ``valid (within subject)``."""
    plain = {re.sub(r" \([^)]*\)", "", name): value for name, value in metrics.items()}
    return [plain[name] for name in names if name in plain]


def _check_distinct(names: Sequence[str]) -> None:
    if len(set(names)) < len(names):
        raise ConfigError(f"sweep.objective={list(names)}: an objective is listed twice; list each once.")


def _score(name: str) -> tuple[str, str]:
    """Return probe and metric of a score's name; ``main`` and an empty metric for other names."""
    found = re.fullmatch(r"valid/(\w+)/(\w+)", name)
    return (found[1], found[2]) if found else (MAIN, "")
