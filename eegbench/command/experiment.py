"""An experiment from data to a finished run, one paragraph a function; `conclusion` has what follows training."""

import copy
import json
import math
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from omegaconf import OmegaConf

from eegbench.atomic import write_csv, write_json
from eegbench.command import report
from eegbench.command.conclusion import conclude, explain_or_tell
from eegbench.command.data import Data, check_expected, dataset_facts, shared_data, split_ids
from eegbench.command.evaluation import (
    valid_scores,
)
from eegbench.command.finished import find_same, identity
from eegbench.command.job import stop_if_interrupted
from eegbench.command.options import objectives, option_of
from eegbench.command.ranks import beside_main
from eegbench.command.start import check_start, saw_subjects, seen_subjects, start_encoder
from eegbench.command.summary import Options, Trained
from eegbench.config import MAY_CHANGE, ConfigError, build, flat
from eegbench.distributed import is_main, leave
from eegbench.environment import (
    choose_device,
    git_state,
    keep_freed_memory,
    seed_libraries,
    set_deterministic,
    versions,
)
from eegbench.inference.predictor import build_encoder
from eegbench.model.base import Encoder
from eegbench.probe import Probe
from eegbench.progress import tell
from eegbench.sweep.base import Pruned
from eegbench.sweep.objective import OBJECTIVE, watched
from eegbench.sweep.sweep_context import SweepContext, Watch
from eegbench.task import Task
from eegbench.tracking.base import RunFacts, TrackedRun, Tracker, tracked
from eegbench.trainer import Material, Trainer
from eegbench.trainer.base import AfterPass

TAGGED = ("resume", "sweep.study", "sweep.trial")
"""Options that say where a run stands, not what it is: tags tell, and no table of differing parameters shows them."""

SUMMARY = "summary.json"
"""A run that has one is finished."""


def run_experiment(options: Options, folder: Path, member: SweepContext) -> dict[str, float]:
    """Run an experiment into a folder, or finish the one that was begun there; return its metrics.

    Raises
    ------
    Pruned
        Where whoever watches gives it up.
    """
    began = time.monotonic()
    device = choose_device(options["device"])
    keep_freed_memory()
    set_deterministic(options["deterministic"], device)
    seed_libraries(options["seed"])
    _refuse_early(options, device)
    if not is_main():
        with beside_main():
            _train_beside(options, shared_data(options, device), folder)
        return {}
    _write_facts(options, folder)
    if (done := _done_before(folder)) is not None:
        return done
    data = shared_data(options, device)
    check_expected(data, options["expected"])
    same = identity(options, data.digest)
    if options["sweep"]["skip_finished"] and (earlier := find_same(same, options["paths"], folder)):
        return _point_to(*earlier, folder)
    ids = split_ids(data)
    write_json(folder / "split.json", ids | {"seen": seen_subjects(options, ids)})
    report.tell_data(data)
    facts = run_facts(options, data, folder, member)
    tracker: Tracker = build(options["tracking"])
    with report.resumable(folder), tracked(tracker, facts) as run:
        try:
            trained = _train(options, data, folder, run, member)
        except Pruned as given_up:  # an outcome: it must not leave the block, which would record a failure
            late: Exception | None = given_up
            _give_up(given_up, options, folder, run)
        else:
            seen = saw_subjects(options, ids)
            outcome, summary, metrics, model = conclude(options, data, trained, folder, seen, began)
            maps, late = explain_or_tell(options, data, folder, outcome)
            metrics |= maps
            write_json(folder / SUMMARY, summary | {"identity": same, "metrics": metrics, "link": run.link})
            run.finish(metrics=metrics, model=model)
    if isinstance(late, Pruned):
        raise late
    if member.is_trial:
        report.tell_trial(metrics, folder)
    else:
        report.tell_results(outcome, data, summary)
        report.tell_published(options["published"], metrics, option_of(options["dataset"]))
        report.tell_place(folder, run.link)
    return _given(metrics, late)


def _given(metrics: dict[str, float], late: Exception | None) -> dict[str, float]:
    """Return the metrics, or raise what went wrong after they were there."""
    if late:
        raise late
    return metrics


def _done_before(folder: Path) -> dict[str, float] | None:
    """Return the metrics of a run that was finished before its sweep heard of it."""
    file = folder / SUMMARY
    if not file.is_file():
        return None
    summary = json.loads(file.read_text(encoding="utf-8"))
    if pruned := summary.get("pruned"):
        raise Pruned(pruned["value"], pruned["pass"])
    return {name: math.nan if value is None else value for name, value in summary["metrics"].items()}


def _point_to(earlier: Path, metrics: dict[str, float], folder: Path) -> dict[str, float]:
    """Leave a pointer to an identical run in place of a run."""
    tell(f"skipped: {earlier} is an identical finished run; its figures are taken")
    write_json(folder / "same_as.json", {"folder": earlier})
    return metrics


def _give_up(given_up: Pruned, options: Options, folder: Path, run: TrackedRun) -> None:
    """Close a run that its sweep gives up: its last value stands for it, and nothing of it is evaluated."""
    tell(f"{given_up}: at this point other trials were better")
    write_json(folder / SUMMARY, {"pruned": {"pass": given_up.pass_, "value": given_up.value}, "link": run.link})
    metrics = {objectives(options)[0]: given_up.value, OBJECTIVE: given_up.value}
    run.finish(metrics=metrics, model=None, state="pruned")


def _refuse_early(options: Options, device: torch.device) -> None:
    """Build once what needs no data: values that cannot be are refused before any is read."""
    _check_monitor(options["trainer"].get("monitor"), options["probe"]["every"])
    methods = options["interpretability"].values()
    for node in (options["sampler"], options["probe"]["linear"], options["tracking"], *methods):
        build(node)
    trainer: Trainer = build(options["trainer"])
    trainer.check_device(device)
    check_start(options)


def _check_monitor(monitor: str | None, every: int) -> None:
    known = ["valid_loss", "valid_accuracy", *(["probe_valid_balanced_accuracy"] if every > 0 else [])]
    if monitor is not None and monitor not in known:
        hint = "; set probe.every=5 to have it" if monitor.startswith("probe") else ""
        raise ConfigError(f"trainer.monitor={monitor} is no column of the history; there are {', '.join(known)}{hint}.")


def _write_facts(options: Options, folder: Path) -> None:
    """Write what the run is made of; a resumed run must be made of the same."""
    path = folder / "config.yaml"
    mine = {name: value for name, value in options.items() if name != "resume"}
    if path.is_file():
        _check_same(flat(OmegaConf.to_object(OmegaConf.load(path))), flat(mine), folder)  # type: ignore[arg-type]
    folder.mkdir(parents=True, exist_ok=True)
    OmegaConf.save(OmegaConf.create(mine), path)
    write_json(folder / "environment.json", versions() | git_state())


def _check_same(earlier: Options, now: Options, run: Path) -> None:
    for name in sorted({*earlier, *now}):
        if not name.startswith("sweep.") and name not in MAY_CHANGE and earlier.get(name) != now.get(name):
            raise ConfigError(
                f"{run} holds a run in which {name} was {earlier.get(name)!r} and is now {now.get(name)!r}: options "
                "have changed since, so start anew."
            )


def run_facts(options: Options, data: Data, folder: Path, member: SweepContext) -> RunFacts:
    """Return what a tracker is told of a run."""
    short = {group: option_of(options[group]) for group in ("dataset", "task", "model")}
    fold = f" fold {options['split']['fold']}" if "fold" in options["split"] else ""
    parameters = {name: value for name, value in flat(options).items() if name not in TAGGED}
    tags = {**short, **member.tags, **versions(), **git_state(), "split.within_subject": str(data.within_subject)}
    return RunFacts(
        experiment=options["name"],
        name=member.name or f"{short['task']} {short['model']} seed {options['seed']}{fold}",
        folder=folder,
        parameters=parameters,
        tags=tags,
        datasets=dataset_facts(data, short["dataset"], str(options["dataset"].get("root") or short["dataset"])),
        parent=member.parent,
    )


def _train(options: Options, data: Data, folder: Path, run: TrackedRun, member: SweepContext) -> Trained:
    """Train encoder and task on train, watched on valid."""
    encoder, random_encoder, task, material = _prepare(options, data)
    trainer: Trainer = build(options["trainer"])
    after_pass = _after_pass(options, data, encoder, run, member.watch)
    fit = trainer.fit(encoder, task, material, folder=folder / "checkpoints", after_pass=after_pass)
    leave()  # what follows is done by one process
    write_csv(folder / "history.csv", fit.history)
    return Trained(encoder, random_encoder, task, material, fit)


def _train_beside(options: Options, data: Data, folder: Path) -> None:
    """Train beside process 0, which alone writes, tells and evaluates."""
    encoder, _, task, material = _prepare(options, data)
    trainer: Trainer = build(options["trainer"])
    trainer.fit(encoder, task, material, folder=folder / "checkpoints", after_pass=lambda row: row)


def _prepare(options: Options, data: Data) -> tuple[Encoder, Encoder, Task, Material]:
    """Build the encoder, the same one with random weights, the task, and what they train on."""
    store = data.store
    encoder = start_encoder(options, store.signals).to(store.device)
    random_encoder = (
        copy.deepcopy(encoder)
        if options["encoder"] is None
        else build_encoder(options["model"], store.signals).to(store.device)
    )
    task: Task = build(options["task"], embed_dim=encoder.embed_dim, class_names=store.classes).to(store.device)
    material = Material(
        store=store,
        train=data.part("train"),
        valid=data.part("valid"),
        sampler=build(options["sampler"]),
        seed=options["seed"],
    )
    return encoder, random_encoder, task, material


def _after_pass(options: Options, data: Data, encoder: Encoder, run: TrackedRun, watch: Watch) -> AfterPass:
    """Return what happens after each pass: a probe on valid where one is due, a line, a record, a look by others."""
    every, last = options["probe"]["every"], options["trainer"].get("max_passes")
    probe: Probe = build(options["probe"]["linear"])
    has_labels = bool(data.store.table["scored"].any())
    column = watched(objectives(options)[0])

    def after_pass(row: Mapping[str, Any]) -> Mapping[str, float]:
        stop_if_interrupted()
        due = has_labels and every > 0 and (row["pass"] % every == 0 or row["pass"] == last)
        scores = valid_scores(encoder, probe, data) if due else {}
        extra = {f"probe_valid_{metric}": value for metric, value in scores.items()}
        report.tell_pass({**row, **extra})
        first = {OBJECTIVE: extra[column]} if column in extra else {}  # what MLflow's comparison shows first
        known = {**first, **row, **extra}
        run.log_pass(row["pass"], {n: float(v) for n, v in known.items() if n != "pass" and v is not None})
        watch({**row, **extra})
        return extra

    return after_pass
