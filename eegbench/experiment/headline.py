"""Headline of a run in a tracker: the metrics that are logged first, and a description with the table of scores."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from eegbench.atomic import read_csv
from eegbench.inference.model_folder import NETWORK
from eegbench.sweep.objective import OBJECTIVE

METRICS = {"balanced_accuracy": "balanced accuracy", "accuracy": "accuracy", "cohen_kappa": "κ", "macro_f1": "macro-F1"}
"""Metrics of the headline, with their names in a table."""

CURVES = ("train_loss", "valid_loss", "train_accuracy", "valid_accuracy", "probe_valid_balanced_accuracy")
"""Metrics of each pass that are logged."""

SCORES = "scores.csv"
PICTURES = ("figures/scores.svg", "figures/scores.png")
"""Pictures of the scores; the first that exists is shown. MLflow shows a bitmap three times as large."""

COLUMNS = ("probe", "metric", "split", "aggregation", "value", "ci_low", "ci_high")
MAX_ROWS = 20
"""Maximum number of rows of the table, as a description has at most 8000 characters."""


def headline_patterns(main: str, objectives: Sequence[str]) -> tuple[str, ...]:
    """Return patterns of the metrics that a tracker logs by default, most important first.

    About a dozen metrics match: the scores on test and valid of the network that was trained with labels, or else of
    the main probe, those of two controls on test, the curves of training, and the objective of a sweep.

    Parameters
    ----------
    main
        Name of the main probe.
    objectives
        Objectives of the sweep.
    """
    of_split = [f"{split}/{probe}/{metric}" for probe in (NETWORK, main) for split in _SPLITS for metric in METRICS]
    controls = [f"{_SPLITS[0]}/{control}/balanced_accuracy" for control in ("random_weights", "hand_made")]
    pretext = [f"{split}/pretext/accuracy" for split in _SPLITS]
    return (
        OBJECTIVE,
        *objectives,
        *of_split,
        *controls,
        *pretext,
        "run/best_valid_loss",
        *CURVES,
        "explain/*",
        "sweep/*",
    )


_SPLITS = ("test", "valid")


def describe_run(folder: Path, summary: Mapping[str, Any]) -> str:
    """Return the description of a finished run in Markdown: its command, its table of scores and their picture.

    Parameters
    ----------
    folder
        Folder of the run.
    summary
        Contents of its ``summary.json``.
    """
    parts = []
    if (folder / SCORES).is_file():
        scores = read_csv(folder / SCORES, [*COLUMNS])
        parts.append("\n".join(_table(scores[scores["aggregation"] == "pooled"], str(summary.get("main_probe")))))
        parts.append(
            "Brackets contain 95 % confidence intervals. Scores of all probes, classes, recordings and subjects are in "
            "the artefacts `scores.csv`, `scores_per_recording.csv` and `scores_per_subject.csv`."
        )
    if picture := next((one for one in PICTURES if (folder / one).is_file()), None):
        parts.append(f"![scores]({picture})")
    if command := str(summary.get("command") or ""):
        parts.append(f"```sh\n{command.replace('```', '')}\n```")
    return "\n\n".join(parts)


def _table(scores: pd.DataFrame, main: str) -> Iterator[str]:
    """Yield the rows of the table: every probe on test, then the network and the main probe on valid."""
    yield f"| split | | {' | '.join(METRICS.values())} |"
    yield f"|---|---|{'---|' * len(METRICS)}"
    pairs = scores[["split", "probe"]].drop_duplicates().itertuples(index=False)
    rows = [(str(pair.split), str(pair.probe)) for pair in pairs]
    test = [row for row in rows if row[0].startswith("test")]
    valid = [row for row in rows if row[0].startswith("valid") and row[1] in (NETWORK, main)]
    for split, probe in [*test, *valid][:MAX_ROWS]:
        of = scores[(scores["split"] == split) & (scores["probe"] == probe)].to_dict("records")
        cells = [next((_cell(one) for one in of if one["metric"] == metric), "–") for metric in METRICS]
        yield f"| {_plain(split)} | {_plain(probe.replace('_', ' '))} | {' | '.join(cells)} |"


def _cell(score: Mapping[Any, Any]) -> str:
    value, low, high = (float(score[name]) for name in ("value", "ci_low", "ci_high"))
    return f"{value:.3f}" + ("" if pd.isna(low) or pd.isna(high) else f" [{low:.3f}, {high:.3f}]")


def _plain(text: str) -> str:
    """Return a text without the characters that mean something in Markdown or HTML; the folder may be a stranger's."""
    return "".join(one for one in text if one.isalnum() or one in " -_.()")
