"""Send a finished run to a tracker: everything is read from its folder, and no recordings are needed."""

import math
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from eegbench.atomic import read_csv
from eegbench.config import ConfigError, read_json, read_plain
from eegbench.experiment.headline import describe_run, headline_patterns
from eegbench.experiment.run_folder import SUMMARY
from eegbench.experiment.run_paths import CONFIG
from eegbench.experiment.tracker_facts import parameters
from eegbench.inference.served_model import LOADER
from eegbench.own_files import check_own_files
from eegbench.sweep.choice import is_choice
from eegbench.sweep.objective import MAIN, OBJECTIVE, watched
from eegbench.tracking.base import DatasetFacts, RunFacts, ServedModel, Tracker, tracked

SENT = "tracked"
"""Key in ``summary.json`` of the facts that are sent to a tracker and are in no other file."""


def sent_facts(facts: RunFacts, model: ServedModel | None) -> dict[str, Any]:
    """Return the facts that `send_finished` reads from ``summary.json``.

    Parameters
    ----------
    facts
        Facts of the run.
    model
        Its model; None if there is none to serve.
    """
    return {
        "experiment": facts.experiment,
        "name": facts.name,
        "tags": dict(facts.tags),
        "choices": {key: value for key, value in facts.parameters.items() if is_choice(key)},
        "datasets": [asdict(one) for one in facts.datasets],
        "parent": None if facts.parent is None else str(facts.parent),
        "model": None if model is None else asdict(model) | {"folder": str(model.folder.relative_to(facts.folder))},
    }


def send_finished(folder: Path, tracker: Tracker) -> str:
    """Send parameters, metrics, files and model of a finished run, and return the address of its page.

    A run that was begun in the tracker is completed; passes that are there are not sent again.

    Raises
    ------
    ConfigError
        If the folder has no finished run, or a file in it is not as a run writes it.
    """
    if folder.is_dir():
        check_own_files(folder)
    if not (folder / SUMMARY).is_file():
        raise ConfigError(
            f"{folder}: no finished run is in this folder ({SUMMARY} is missing); name the folder of one, or finish it "
            f"with eegbench train resume={folder}"
        )
    summary, options = read_json(folder / SUMMARY), read_plain(folder / CONFIG)
    try:
        facts, model = _facts(summary, options, folder)
        metrics, state = _metrics(summary, options)
        passes = _passes(folder, summary, options)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ConfigError(
            f"{folder / SUMMARY}: it does not hold what a tracker needs ({error!r}); the run is of an earlier version "
            "of eegbench, or the file was changed."
        ) from error
    with tracked(tracker, facts) as run:
        for number, row in passes:
            run.log_pass(number, row)
        run.finish(metrics=metrics, model=model, state=state, description=describe_run(folder, summary))
        return run.link


def _facts(summary: Mapping[str, Any], options: Mapping[str, Any], folder: Path) -> tuple[RunFacts, ServedModel | None]:
    sent, main = summary[SENT], str(summary.get("main_probe"))
    parent, model = sent["parent"], sent["model"]
    chosen = {str(key): str(value) for key, value in sent.get("choices", {}).items() if is_choice(str(key))}
    facts = RunFacts(
        experiment=str(sent["experiment"]),
        name=str(sent["name"]),
        folder=folder,
        parameters=parameters(options, chosen),
        tags={str(name): str(value) for name, value in sent["tags"].items() if not str(name).startswith("mlflow.")},
        datasets=tuple(DatasetFacts(**one) for one in sent["datasets"]),
        parent=None if parent is None else Path(parent),
        source="eegbench track",
        headline=headline_patterns(main, [one.replace(f"/{MAIN}/", f"/{main}/") for one in _objectives(options)]),
    )
    if model is not None and model["loader"] != LOADER:
        raise ValueError(f"the model is loaded by {model['loader']}, and only {LOADER} is sent")
    return facts, None if model is None else _served(model, folder)


def _served(model: Mapping[str, Any], folder: Path) -> ServedModel:
    """Return a model whose files are in the run's folder."""
    place = (folder / model["folder"]).resolve()
    if not place.is_relative_to(folder.resolve()):
        raise ValueError(f"the model's folder {model['folder']} is outside the run's")
    return ServedModel(
        loader=LOADER,
        folder=place,
        input_shape=tuple(int(n) for n in model["input_shape"]),
        classes=tuple(map(str, model["metadata"]["classes"])),
        metadata=model["metadata"],
    )


def _metrics(summary: Mapping[str, Any], options: Mapping[str, Any]) -> tuple[dict[str, float], str]:
    """Return the final metrics and the state of a run."""
    if pruned := summary.get("pruned"):
        value = float(pruned["value"])
        return {_objectives(options)[0]: value, OBJECTIVE: value}, "pruned"
    return {str(name): float(value) for name, value in summary["metrics"].items() if value is not None}, "complete"


def _passes(folder: Path, summary: Mapping[str, Any], options: Mapping[str, Any]) -> list[tuple[int, dict[str, float]]]:
    """Return the metrics of each pass as they are logged during training."""
    file = folder / "history.csv"
    if not file.is_file():  # a pruned run has none
        return []
    history = read_csv(file, ["pass"])
    column = watched(_objectives(options)[0], str(summary.get("main_probe")))
    if column in history:
        history.insert(0, OBJECTIVE, history[column])
    passes, rows = history.pop("pass"), history.select_dtypes("number").to_dict("records")
    found = [{str(name): float(value) for name, value in row.items() if not math.isnan(value)} for row in rows]
    return list(zip(map(int, passes), found, strict=True))


def _objectives(options: Mapping[str, Any]) -> tuple[str, ...]:
    objective = options["sweep"]["objective"]
    return (objective,) if isinstance(objective, str) else tuple(map(str, objective))
