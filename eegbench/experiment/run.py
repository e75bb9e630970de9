"""A run of an experiment: data, training, evaluation, and the files of its folder."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch

from eegbench.atomic import write_json
from eegbench.dataset.content import contents_digest
from eegbench.distributed import following_main, is_main
from eegbench.environment import choose_device, keep_freed_memory, seed_libraries, set_deterministic
from eegbench.experiment.base import Experiment
from eegbench.experiment.data import Data, overview, shared_data
from eegbench.experiment.documents import write_documents
from eegbench.experiment.explanation import explain
from eegbench.experiment.extension import extension_facts, extensions
from eegbench.experiment.headline import describe_run
from eegbench.experiment.identity import find_same, identity
from eegbench.experiment.initial_weights import check_start, saw_subjects, seen_subjects
from eegbench.experiment.network_checks import check_model
from eegbench.experiment.probing import check_windows
from eegbench.experiment.recordings import places
from eegbench.experiment.result import Result, conclude, draw
from eegbench.experiment.run_folder import SPLIT, SUMMARY, finished_metrics, write_facts
from eegbench.experiment.sending import SENT, send_finished, sent_facts
from eegbench.experiment.split_file import check_expected, check_split, split_ids
from eegbench.experiment.steps import Steps
from eegbench.experiment.summary import final_metrics, mark_of, summarise
from eegbench.experiment.tracker_facts import run_facts
from eegbench.experiment.training import train, train_along
from eegbench.progress import tell
from eegbench.report import console
from eegbench.sweep.base import DIVERGED, Pruned
from eegbench.sweep.objective import OBJECTIVE
from eegbench.sweep.sweep_context import SweepContext
from eegbench.tracking.base import RunFacts, TrackedRun, tracked
from eegbench.tracking.record import is_incomplete
from eegbench.trainer.base import NonFiniteLossError


def run_experiment(experiment: Experiment, folder: Path, context: SweepContext) -> dict[str, float]:
    """Run an experiment in a folder, or continue the run that is there; return its metrics.

    Raises
    ------
    Pruned
        If the sweep stops the run early.
    """
    began = time.monotonic()
    device = _prepare_process(experiment)
    named = places(experiment, folder, context.parent)
    if not is_main():
        with following_main():
            train_along(experiment, shared_data(experiment, device, named), folder)
        return {}
    write_facts(experiment.options, folder)
    if (finished := _finished(experiment, folder)) is not None:
        return finished
    data = shared_data(experiment, device, named)
    check_split(data, folder)
    check_expected(data, experiment.expected)
    check_windows(data, experiment.probes.of)
    check_model(experiment, data.store.form)
    same = identity(experiment.options, data.digest, extended=extensions(folder))
    if experiment.sweep.skip_finished and (twin := find_same(same, experiment.paths, folder)):
        return _point_to(*twin, folder)
    seen = _write_split(experiment, data, folder)
    console.tell_data(overview(data))
    facts, steps, maps = run_facts(experiment, data, folder, context), Steps(are_told=not context.is_trial), {}
    with (
        console.resumable(folder, experiment.trusted, context.user_options, context.typed_again),
        tracked(experiment.tracker, facts, outcomes=(Pruned,), states={NonFiniteLossError: DIVERGED}) as run,
    ):
        with steps.step("training"), _closed_if_pruned(run, experiment, facts):
            trained = train(experiment, data, folder, run, context.watch)
        with steps.step("evaluation"):
            result = conclude(experiment, data, trained, folder, mark=mark_of(data, seen))
        seconds = time.monotonic() - began
        with steps.optional_step("figures"):
            draw(experiment, data, trained, result, folder)
        if result.evaluation and experiment.explanation.methods:
            with steps.optional_step("explanation"):
                maps = explain(experiment.explanation, experiment, data, folder)
        summary = summarise(experiment, data, trained, result.evaluation, seen)
        summary |= extension_facts(experiment, folder, summary["notes"])
        summary |= {"seconds": seconds, "steps": steps.records, "identity": same}
        summary |= {"recordings_sha256": contents_digest(data.contents)}
        metrics = final_metrics(summary, trained.fit, result, experiment.sweep.objectives) | maps
        summary |= {"metrics": metrics, "link": run.link, "command": context.command}
        summary |= {SENT: sent_facts(facts, result.model)}
        with steps.optional_step("documents"):
            write_documents(experiment, summary, folder, by="eegbench train")
        write_json(folder / SUMMARY, summary)
        with steps.optional_step("tracking"):
            run.finish(metrics=metrics, model=result.model, description=describe_run(folder, summary))
    if "tracking" in steps.failures:
        write_json(folder / SUMMARY, summary | {"steps": steps.records})
    if context.is_trial:
        console.tell_trial(metrics, experiment.probes.main, folder)
    else:
        _print(experiment, result, summary, metrics)
        console.print_place(folder, run.link)
    console.tell_failures(steps.failures, folder, experiment.trusted)
    if context.parent is None:  # in a sweep the other jobs continue, and the study uses the scores
        steps.raise_failed()
    return metrics


def _finished(experiment: Experiment, folder: Path) -> dict[str, float] | None:
    """Return the metrics of a run that is finished, and complete it in the tracker; None if it is not finished."""
    metrics = finished_metrics(folder)
    if metrics is not None and is_incomplete(folder):
        tell("the run is finished; sending it to the tracker")
        console.print_place(folder, send_finished(folder, experiment.tracker))
    return metrics


def _prepare_process(experiment: Experiment) -> torch.device:
    """Seed and configure libraries, and check what does not depend on the data; return the device."""
    device = choose_device(experiment.device)
    keep_freed_memory()
    set_deterministic(experiment.deterministic, device)
    seed_libraries(experiment.seed)
    experiment.trainer.check_device(device)
    check_start(experiment)
    return device


def _write_split(experiment: Experiment, data: Data, folder: Path) -> list[str]:
    """Write the subjects of each split; return those of test that were used in training the loaded encoder."""
    write_json(folder / SPLIT, split_ids(data) | {"seen": seen_subjects(experiment, data)})
    return saw_subjects(experiment, data)


def _point_to(twin: Path, metrics: dict[str, float], folder: Path) -> dict[str, float]:
    """Write the path of an identical run in place of results; return that run's metrics."""
    tell(f"skipped: {twin} is an identical finished run, and its scores are used")
    write_json(folder / "same_as.json", {"folder": twin})
    return metrics


@contextmanager
def _closed_if_pruned(run: TrackedRun, experiment: Experiment, facts: RunFacts) -> Iterator[None]:
    """Finish a run that its sweep stopped early: its score is its last value, and it is not evaluated."""
    try:
        yield
    except Pruned as pruned:
        tell(f"{pruned}: other trials were better at this pass")
        outcome = {"pruned": {"pass": pruned.pass_, "value": pruned.value}, "link": run.link}
        write_json(facts.folder / SUMMARY, outcome | {SENT: sent_facts(facts, None)})
        metrics = {experiment.sweep.objectives[0]: pruned.value, OBJECTIVE: pruned.value}
        with Steps().optional_step("tracking"):  # the outcome is in the folder even if the tracker fails
            run.finish(metrics=metrics, model=None, state="pruned")
        raise


def _print(experiment: Experiment, result: Result, summary: Mapping[str, Any], metrics: Mapping[str, float]) -> None:
    """Print scores, facts of training, and published scores."""
    evaluation = result.evaluation
    if evaluation is None:
        console.print_unlabelled()
    else:
        console.print_scores(evaluation.scores, evaluation.predictions)
        console.print_controls(evaluation.fitted_with, experiment.probes.main)
    console.print_training(summary)
    console.print_valid_trials(summary)
    console.print_published(experiment.published, metrics, experiment.choices["dataset"])
