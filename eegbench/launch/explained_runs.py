"""Runs explained one by one, and the means of their maps."""

import sys
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig

from eegbench.config import plain, quoted, read_plain, with_stored
from eegbench.launch.exit_status import failed
from eegbench.launch.process import as_job
from eegbench.launch.run import run_verb
from eegbench.own_files import check_own_files

if TYPE_CHECKING:
    from eegbench.experiment.finished_run import Finished


def explain_runs(runs: Mapping[Path, bool], others: Sequence[str]) -> int:
    """Explain runs one by one, then their means; return the exit status.

    A run that cannot be explained stops the command if its own folder was named. One of a pattern or a sweep is left
    out, and named on standard error.

    Parameters
    ----------
    runs
        Folders of finished runs, each with whether its own folder was named.
    others
        The other arguments.
    """
    tried: dict[Path, Finished | None] = {}
    for number, (run, is_named) in enumerate(runs.items(), 1):
        if len(runs) > 1:
            print(f"eegbench: {number} of {len(runs)}: {run}", file=sys.stderr)
        verb = as_job(partial(explain_one, tried=tried))
        status = run_verb(verb, config_name="explain", argv=[*others, f"run={quoted(str(run))}"])
        options_fail = run not in tried  # for every run
        if status and (is_named or options_fail or len(runs) == 1 or status != 1):
            return status
    explained = [one for one in tried.values() if one is not None]
    if len(explained) < len(runs):
        names = ", ".join(str(run) for run, one in tried.items() if one is None)
        print(
            f"eegbench: {'warning' if explained else 'error'}: {len(runs) - len(explained)} of {len(runs)} runs could "
            f"not be explained, and are left out; the reasons are given above: {names}",
            file=sys.stderr,
        )
    return _explain_means(explained) if len(explained) > 1 else int(not explained)


def explain_one(config: DictConfig, tried: "dict[Path, Finished | None]") -> None:
    """Explain a finished run, and keep it by its folder; None if that fails."""
    folder = Path(config.run)
    tried[folder] = None
    check_own_files(folder)
    from eegbench.experiment.finished_explanation import explain_finished
    from eegbench.experiment.finished_run import (  # here, so that --help need not import torch
        explained_before,
        open_finished,
    )

    stored = read_plain(folder / "config.yaml")
    given = {str(word).partition("=")[0] for word in HydraConfig.get().overrides.task}
    own = {k: v for k, v in explained_before(stored, folder).items() if f"explain.{k}" not in given}
    finished = open_finished(plain(with_stored(config, "explain", own)), stored)
    explain_finished(finished)
    tried[folder] = finished


def _explain_means(explained: "Sequence[Finished]") -> int:
    """Write the mean maps of explained runs; return the exit status."""
    from eegbench.experiment.group_explanation import explain_group

    try:
        explain_group(explained)
    except (ValueError, OSError) as error:
        return failed(error)
    return 0
