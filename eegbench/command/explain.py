"""Show what the network of a finished run looks at; the maps join the run's folder and its page in MLflow."""

import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from omegaconf import DictConfig, OmegaConf

from eegbench.command.job import as_job
from eegbench.command.launch import launch, value_in


def main(argv: Sequence[str]) -> int:
    """Run ``eegbench explain`` with Hydra overrides; return the exit status."""
    try:
        _check_words(argv)
    except (ValueError, OSError) as error:
        print(f"eegbench: {error}", file=sys.stderr)
        return 1
    return launch(explain, config_name="explain", argv=_with_own(argv))


@as_job
def explain(config: DictConfig) -> None:
    """Explain one finished run."""
    from eegbench.command import report  # here, so that --help need not import torch
    from eegbench.command.data import open_data
    from eegbench.command.experiment import run_facts
    from eegbench.command.explanation import explain as explain_run
    from eegbench.command.options import Explain, checked
    from eegbench.config import build, trust
    from eegbench.environment import choose_device, keep_freed_memory
    from eegbench.progress import tell
    from eegbench.sweep.sweep_context import SweepContext
    from eegbench.tracking.base import tracked

    options = checked(config, Explain)
    folder = Path(options["run"])
    of_run, has_moved = _where_it_is(_options_of(folder), folder)
    trust([*of_run["trust"], *options["trust"]])
    keep_freed_memory()
    data = open_data(of_run, choose_device(options["device"]))
    metrics = explain_run(options, data, folder)
    if has_moved:
        tell("the run was moved away from where MLflow keeps it, so what was found is in its folder only")
        return
    facts = run_facts(of_run, data, folder, SweepContext())
    with tracked(build(of_run["tracking"]), facts) as run:  # after the work: what fails there leaves the run as it was
        run.finish(metrics=metrics, model=None)
    report.tell_place(folder / "figures" / options["explain"]["folder"], run.link)


def _check_words(words: Sequence[str]) -> None:
    """Refuse what names no finished run, before Hydra writes anything."""
    if {"-h", "--help", "--cfg", "-c", "--hydra-help"} & set(words):
        return
    if {"-m", "--multirun"} & set(words):
        raise ValueError("explain takes one run at a time; leave -m out.")
    run = value_in(words, "run")
    if not run:
        raise ValueError("say which run: eegbench explain run=outputs/runs/FOLDER.")
    folder = Path(run)
    if not (folder / "config.yaml").is_file():
        raise FileNotFoundError(f"run={folder}: there is no run in this folder ({folder / 'config.yaml'} is missing).")
    if not (folder / "summary.json").is_file():
        raise ValueError(f"run={folder}: this run is not finished; finish it with: eegbench train resume={folder}")


def _with_own(words: Sequence[str]) -> list[str]:
    """Add what the run itself was explained by, where the words do not say otherwise."""
    run = value_in(words, "run")
    if not run or not (Path(run) / "config.yaml").is_file():
        return list(words)
    own = _options_of(Path(run)).get("explain", {})
    given = {word.partition("=")[0] for word in words}
    more = {f"explain.{name}": value for name, value in own.items() if f"explain.{name}" not in given}
    return [*words, *(f"{name}={json.dumps(value, ensure_ascii=False)}" for name, value in more.items())]


def _where_it_is(options: dict[str, Any], folder: Path) -> tuple[dict[str, Any], bool]:
    """Return a run's options with the outputs where its folder is now, and whether they were elsewhere before."""
    before, now = Path(options["paths"]["outputs"]).resolve(), folder.resolve()
    if now.is_relative_to(before) or now.parent.name != "runs":
        return options, False
    text = json.dumps(options)
    for place in (str(before), options["paths"]["outputs"]):
        text = re.sub(rf'"{re.escape(place)}(?=[/"])', lambda _: f'"{now.parents[1]}', text)
    moved: dict[str, Any] = json.loads(text)
    return moved, True


def _options_of(run: Path) -> dict[str, Any]:
    options = OmegaConf.to_object(OmegaConf.load(run / "config.yaml"))
    assert isinstance(options, dict)
    return {str(name): value for name, value in options.items()}
