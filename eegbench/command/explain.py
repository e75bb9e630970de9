"""Show what the network of a finished run looks at; the maps join the run's folder and its page in MLflow."""

import sys
from collections.abc import Sequence
from pathlib import Path

from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig

from eegbench.config import plain, read_plain, typed, with_stored
from eegbench.launch.override import HELP, is_multirun, one_word_flags, value_of
from eegbench.launch.process import as_job
from eegbench.launch.run import run_verb

PRINTS = {*HELP, "--cfg", "-c", "--hydra-help"}
"""Flags that only print something."""


def main(argv: Sequence[str]) -> int:
    """Run ``eegbench explain`` with Hydra overrides; return the exit status."""
    words = one_word_flags(argv)
    try:
        _check_words(words)
    except (ValueError, OSError) as error:
        print(f"eegbench: {error}", file=sys.stderr)
        return 1
    return run_verb(explain, config_name="explain", argv=words)


@as_job
def explain(config: DictConfig) -> None:
    """Explain one finished run."""
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
    if finished.has_moved:
        tell("the run was moved away from where MLflow keeps it, so what was found is in its folder only")
        return
    facts = run_facts(finished.experiment, data, finished.folder, SweepContext())
    with tracked(finished.experiment.tracker, facts) as run:  # after the work: a failure leaves the run as it was
        run.finish(metrics=metrics, model=None)
    print_place(finished.folder / "figures" / finished.asked.explained.folder, run.link)


def _check_words(words: Sequence[str]) -> None:
    """Refuse what names no finished run, before Hydra writes anything."""
    if PRINTS & set(words):
        return
    if is_multirun(words):
        raise ValueError("explain takes one run at a time; leave -m out.")
    run = value_of(words, "run")
    if not run:
        raise ValueError("say which run: eegbench explain run=outputs/runs/FOLDER.")
    folder = Path(run)
    if not (folder / "config.yaml").is_file():
        raise FileNotFoundError(f"run={folder}: there is no run in this folder ({folder / 'config.yaml'} is missing).")
    if not (folder / "summary.json").is_file():
        raise ValueError(
            f"run={folder}: this run is not finished; finish it with: eegbench train {typed('resume', folder)}"
        )
