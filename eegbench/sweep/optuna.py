"""Hydra sweeper based on Optuna: it samples points, launches their trials, and continues an earlier call's study."""

import io
import logging
import time
from collections.abc import Sequence
from contextlib import redirect_stderr
from typing import TYPE_CHECKING, Any

from hydra.core.plugins import Plugins
from hydra.core.utils import JobReturn, JobStatus
from hydra.plugins.launcher import Launcher
from hydra.plugins.sweeper import Sweeper
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig, OmegaConf

from eegbench.address import without_secrets
from eegbench.config import quoted
from eegbench.sweep.base import MESSAGE

if TYPE_CHECKING:  # importing Optuna takes half a second
    from eegbench.sweep.plan import Plan
    from eegbench.sweep.study import Drawn, SharedStudy

WAIT_S = 2.0
"""Seconds between two checks of trials that other controllers run."""

log = logging.getLogger("eegbench")


class Optuna(Sweeper):  # type: ignore[misc]
    """Sample trials from an Optuna study; the options extend those of Hydra's own Optuna sweeper.

    Parameters
    ----------
    **options
        Those of `eegbench.sweep.sweeper_options.SweeperOptions`. They are read from the config, as the callbacks around
        the sweep need them too.
    """

    def __init__(self, **options: Any) -> None:
        self.options = options
        self.config: DictConfig | None = None
        self.launcher: Launcher | None = None

    def setup(self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig) -> None:
        """Create the launcher."""
        self.config = config
        self.launcher = Plugins.instance().instantiate_launcher(
            hydra_context=hydra_context, task_function=task_function, config=config
        )

    def sweep(self, arguments: list[str]) -> None:  # noqa: ARG002  they are in the config
        """Sample and launch trials until the budget is used up, or every point of the space was tried."""
        from eegbench.sweep.plan import read_plan
        from eegbench.sweep.study import SharedStudy

        assert self.config is not None
        plan = read_plan(self.config)
        plan.folder.mkdir(parents=True, exist_ok=True)
        OmegaConf.save(self.config, plan.folder / "multirun.yaml")
        shared = SharedStudy(plan)
        shared.queue_first()
        self._run(shared)

    def _run(self, shared: "SharedStudy") -> None:
        """Launch trials until the budget, the time or the space is used up, too many failed, or a callback stops."""
        from eegbench.sweep.callback import Callbacks
        from eegbench.sweep.heartbeat import beating

        plan, began, callbacks = shared.plan, time.monotonic(), Callbacks(shared.plan, shared)
        with beating(shared.study) as me:
            while not shared.has_failed():
                if plan.timeout is not None and time.monotonic() - began >= plan.timeout:
                    log.info(f"hydra.sweeper.timeout={plan.timeout:g} s have passed; repeat the command to go on.")
                    return
                drawn = shared.draw(me, plan.n_jobs)
                if drawn:
                    self._launch(plan, shared, drawn)
                    if callbacks.call(one.number for one in drawn):
                        log.info("a callback stopped the sweep; repeat the command to go on.")
                        return
                elif not _wait_for_others(shared):
                    break
        _say_end(plan, shared)

    def _launch(self, plan: "Plan", shared: "SharedStudy", drawn: "Sequence[Drawn]") -> None:
        assert self.launcher is not None
        for one in drawn:
            if one.is_continued:
                log.info(f"trial {one.number} was interrupted and continues")
        jobs = [job_words(plan, one) for one in drawn]
        returns = self.launcher.launch(jobs, initial_job_idx=drawn[0].number)
        ends = [(one, error_of(job)) for one, job in zip(drawn, returns, strict=True)]
        failed = [(one, error) for one, error in ends if error is not None]
        for _, error in failed:
            if isinstance(error, KeyboardInterrupt):
                raise error
        for one, error in failed:
            message = getattr(error, MESSAGE, None)
            why = without_secrets(str(message or f"{type(error).__name__}: {error}").splitlines()[0])
            shared.tell_failed(one.number, why)
            log.warning(f"trial {one.number} failed: {why}", exc_info=None if message else error)


def job_words(plan: "Plan", drawn: "Drawn") -> list[str]:
    """Return the overrides of a trial's job; its folder is named by the trial's number, not the launcher's."""
    from eegbench.sweep.space import as_words

    place = (f"hydra.sweep.dir={quoted(str(plan.folder))}", f"hydra.sweep.subdir='{drawn.number}'")
    who = (f"++sweep.study={quoted(plan.study)}", f"++sweep.trial={drawn.number}")
    return [*plan.fixed, *as_words(drawn.point), *who, *place]


def error_of(job: JobReturn) -> BaseException | None:
    """Return the error that ended a job, with its original traceback; None for a job that succeeded.

    Hydra gives access to the error only by raising it, and prints a message on stderr first. That message is discarded,
    because the caller reports the error. The two frames that raising adds to the traceback are removed, because the
    innermost frame decides how the error is reported, and an error from another process has no frames of its own.
    """
    if job.status != JobStatus.FAILED:
        return None
    try:
        with redirect_stderr(io.StringIO()):
            job.return_value  # noqa: B018  a property that raises
    except BaseException as error:  # noqa: BLE001  returned, KeyboardInterrupt included
        here = error.__traceback__
        hydra = here.tb_next if here else None
        return error.with_traceback(hydra.tb_next if hydra else None)
    return None


def _wait_for_others(shared: "SharedStudy") -> bool:
    """Wait while other controllers run trials, as one of them may die; return whether to sample again."""
    running = shared.running()
    if not running:
        return False
    log.info(f"waiting for {len(running)} trials of other controllers")
    before = {trial.number for trial in running}
    while {trial.number for trial in shared.running()} == before and not shared.orphans():
        time.sleep(WAIT_S)
    return True


def _say_end(plan: "Plan", shared: "SharedStudy") -> None:
    n = shared.n_tried()
    if n < plan.n_trials and not shared.has_failed():
        log.info(f"all {n} points of the space were tried; hydra.sweeper.n_trials={plan.n_trials} is higher.")
