"""Show what the network of a finished run looks at; the maps join the run's folder and its page in MLflow."""

import os
import sys
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig

from eegbench.config import plain, read_plain, typed, with_stored
from eegbench.launch.override import HELP, is_multirun, one_word_flags, value_of
from eegbench.launch.process import as_job
from eegbench.launch.run import run_verb
from eegbench.launch.run_list import check_finished, runs_named

if TYPE_CHECKING:
    from eegbench.experiment.finished import Finished

PRINTS = {*HELP, "--cfg", "-c", "--hydra-help"}
"""Flags that only print something."""


def main(argv: Sequence[str]) -> int:
    """Run ``eegbench explain`` with Hydra overrides; return the exit status."""
    words = one_word_flags(argv)
    try:
        runs = _runs(words)
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
    return _explain_together(explained, runs)


def _explain_together(explained: "Sequence[Finished]", runs: Sequence[Path]) -> int:
    """Write the mean maps of explained runs; return the exit status."""
    from eegbench.experiment.group_explanation import explain_group
    from eegbench.report.console import print_place

    beside = Path(os.path.commonpath([run.resolve().parent for run in runs]))
    folder = beside / f"explanation_{datetime.now():%Y-%m-%d_%H-%M-%S-%f}"
    try:
        link = explain_group(explained, folder)
    except (ValueError, OSError) as error:
        print(f"eegbench: {error}", file=sys.stderr)
        return 1
    print_place(folder, link)
    return 0


@as_job
def explain(config: DictConfig) -> None:
    """Explain one finished run."""
    _explain_one(config, explained=[])


def _explain_one(config: DictConfig, explained: "list[Finished]") -> None:
    """Explain a finished run, and add it to those that are explained."""
    from eegbench.environment import choose_device, keep_freed_memory  # here, so that --help need not import torch
    from eegbench.experiment.data import open_data
    from eegbench.experiment.explanation import explain as explain_run
    from eegbench.experiment.finished import explained_before, open_finished
    from eegbench.experiment.record import run_facts
    from eegbench.experiment.recordings import check_named, places
    from eegbench.experiment.split_file import check_split
    from eegbench.progress import tell
    from eegbench.report.console import print_place
    from eegbench.sweep.sweep_context import SweepContext
    from eegbench.tracking.base import tracked

    folder = Path(config.run)
    stored = read_plain(folder / "config.yaml")
    given = {str(word).partition("=")[0] for word in HydraConfig.get().overrides.task}
    own = {k: v for k, v in explained_before(stored, folder).items() if f"explain.{k}" not in given}
    finished = open_finished(plain(with_stored(config, "explain", own)), stored)
    keep_freed_memory()
    check_named(finished.folder)
    data = open_data(finished.experiment, choose_device(finished.device), places(finished.experiment, finished.folder))
    check_split(data, finished.folder)
    metrics = explain_run(finished.asked, finished.experiment, data, finished.folder)
    explained.append(finished)
    if finished.has_moved:
        tell("the run was moved away from where MLflow keeps it, so what was found is in its folder only")
        return
    facts = run_facts(finished.experiment, data, finished.folder, SweepContext())
    with tracked(finished.experiment.tracker, facts) as run:  # after the work: a failure leaves the run as it was
        run.finish(metrics=metrics, model=None)
    print_place(finished.folder / "figures" / finished.asked.explained.folder, run.link)


def _runs(words: Sequence[str]) -> list[Path]:
    """Return the finished runs that are named, before Hydra writes anything; none where something is only printed."""
    if PRINTS & set(words):
        return []
    if is_multirun(words):
        raise ValueError("explain takes several runs as run=[A,B], a pattern or a sweep's folder; leave -m out.")
    named = value_of(words, "run")
    if not named:
        raise ValueError("say which run: eegbench explain run=outputs/runs/FOLDER.")
    runs = runs_named(named)
    for run in runs:
        check_finished(run)
    return runs
