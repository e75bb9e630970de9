"""Description of a run for a tracker."""

from collections.abc import Mapping
from pathlib import Path
from textwrap import shorten
from typing import Any

from eegbench.config import flat
from eegbench.environment import git_state, versions
from eegbench.experiment.base import Experiment
from eegbench.experiment.data import Data, dataset_facts
from eegbench.experiment.extension import extensions
from eegbench.experiment.headline import headline_patterns
from eegbench.sweep.sweep_context import SweepContext
from eegbench.tracking.base import EXTENDED, RunFacts

TAGGED = ("resume", "sweep.study", "sweep.trial")
"""Options that locate a run in a sweep; the tracker stores them as tags, not as parameters."""

MAX_NAME = 150
"""Maximum length of the name of a run; words of overrides are left out before the seed and the fold."""


def run_facts(experiment: Experiment, data: Data, folder: Path, context: SweepContext) -> RunFacts:
    """Return the description of a run for a tracker before it starts."""
    choices, fold = experiment.choices, experiment.split.fold
    chosen = {**choices, **context.choices}
    end = f"seed {experiment.seed}" + ("" if fold is None else f" fold {fold}")
    words = shorten(
        f"{chosen['task']} {chosen['model']} {context.overrides}", MAX_NAME - len(end) - 1, placeholder=" …"
    )
    return RunFacts(
        experiment=experiment.name,
        name=context.name or f"{words} {end}",
        folder=folder,
        parameters=parameters(experiment.options, chosen),
        tags={
            **choices,
            **context.tags,
            **versions(),
            **git_state(),
            "split.within_subject": str(data.within_subject),
            **({EXTENDED: ", ".join(map(str, extended))} if (extended := extensions(folder)) else {}),
        },
        datasets=dataset_facts(data, choices["dataset"], experiment.dataset.source or choices["dataset"]),
        parent=context.parent,
        source="eegbench train",
        headline=headline_patterns(experiment.probes.main, experiment.sweep.objectives),
    )


def parameters(options: Mapping[str, Any], chosen: Mapping[str, str]) -> dict[str, Any]:
    """Return the parameters of a run: the options chosen for config groups, and all values with dotted names."""
    return {**chosen, **{key: value for key, value in flat(options).items() if key not in TAGGED}}
