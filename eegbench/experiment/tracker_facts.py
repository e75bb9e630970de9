"""Description of a run for a tracker."""

from pathlib import Path

from eegbench.config import flat
from eegbench.environment import git_state, versions
from eegbench.experiment.base import Experiment
from eegbench.experiment.data import Data, dataset_facts
from eegbench.sweep.sweep_context import SweepContext
from eegbench.tracking.base import RunFacts

TAGGED = ("resume", "sweep.study", "sweep.trial")
"""Options that locate a run in a sweep; the tracker stores them as tags, not as parameters."""


def run_facts(experiment: Experiment, data: Data, folder: Path, context: SweepContext) -> RunFacts:
    """Return the description of a run for a tracker before it starts."""
    choices, fold = experiment.choices, experiment.split.fold
    name = f"{choices['task']} {choices['model']} seed {experiment.seed}" + ("" if fold is None else f" fold {fold}")
    return RunFacts(
        experiment=experiment.name,
        name=context.name or name,
        folder=folder,
        parameters={key: value for key, value in flat(experiment.options).items() if key not in TAGGED},
        tags={
            **choices,
            **context.tags,
            **versions(),
            **git_state(),
            "split.within_subject": str(data.within_subject),
        },
        datasets=dataset_facts(data, choices["dataset"], experiment.dataset.source or choices["dataset"]),
        parent=context.parent,
    )
