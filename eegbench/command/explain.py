"""Explain the network of a finished run; the maps are added to the run's folder and to its page in MLflow."""

import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig

from eegbench.config import plain, read_plain, typed, with_stored
from eegbench.launch.override import one_word_flags
from eegbench.launch.process import as_job
from eegbench.launch.run import run_verb
from eegbench.launch.run_list import asked_runs

if TYPE_CHECKING:
    from eegbench.experiment.finished import Finished


def main(argv: Sequence[str]) -> int:
    """Run ``eegbench explain`` with Hydra overrides; return the exit status."""
    words = one_word_flags(argv)
    try:
        runs = asked_runs(words)
    except (ValueError, OSError) as error:
        print(f"eegbench: {error}", file=sys.stderr)
        return 1
    if len(runs) < 2:
        return run_verb(explain, config_name="explain", argv=words)
    explained: list[Finished] = []
    others = [word for word in words if not word.startswith("run=")]
    for number, run in enumerate(runs, 1):
        print(f"eegbench: {number} of {len(runs)}: {run}", file=sys.stderr)
        verb = partial(_explain_one, explained=explained)
        status = run_verb(as_job(verb), config_name="explain", argv=[*others, typed("run", run)])
        if status:
            return status
    from eegbench.experiment.group_explanation import explain_group

    try:
        explain_group(explained)
    except (ValueError, OSError) as error:
        print(f"eegbench: {error}", file=sys.stderr)
        return 1
    return 0


@as_job
def explain(config: DictConfig) -> None:
    """Explain one finished run."""
    _explain_one(config, explained=[])


def _explain_one(config: DictConfig, explained: "list[Finished]") -> None:
    """Explain a finished run, and add it to those that are explained."""
    from eegbench.experiment.finished import (  # here, so that --help need not import torch
        explained_before,
        open_finished,
    )
    from eegbench.experiment.finished_explanation import explain_finished

    folder = Path(config.run)
    stored = read_plain(folder / "config.yaml")
    given = {str(word).partition("=")[0] for word in HydraConfig.get().overrides.task}
    own = {k: v for k, v in explained_before(stored, folder).items() if f"explain.{k}" not in given}
    finished = open_finished(plain(with_stored(config, "explain", own)), stored)
    explain_finished(finished)
    explained.append(finished)
