"""Files and printed table of a consensus."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from eegbench.agreement.nights import Night, Stages
from eegbench.agreement.rating import best_consensus, pairwise_confusion, rate, ratings_table
from eegbench.agreement.tables import (
    OVERALL,
    confusion_table,
    epoch_table,
    statistics_agreement,
    statistics_by_night,
    summary,
)
from eegbench.atomic import write_csv, write_json, write_text
from eegbench.figure import confusion_matrix, human_ceiling, save
from eegbench.score.consensus import STAGES
from eegbench.score.interval import KIND
from eegbench.score.sheet import Sheet, latex, markdown, number

FIGURE_METRICS = {"f1": "weighted F1 (%)", "accuracy": "accuracy (%)", "kappa": "κ (%)"}


@dataclass(frozen=True)
class Agreement:
    """Tables of scorers, models and their nights."""

    table: pd.DataFrame
    per_night: pd.DataFrame
    epochs: pd.DataFrame
    scorer_confusion: pd.DataFrame
    statistics_per_night: pd.DataFrame
    statistics: pd.DataFrame
    stages: Mapping[str, Mapping[str, Any]]
    pairs: np.ndarray


def agree(
    scorers: Sequence[str], nights: Sequence[Night], predictions: Mapping[str, Mapping[str, Stages]]
) -> Agreement:
    """Compare scorers with each other, and models with the best of them."""
    ratings = rate(scorers, nights, predictions)
    per_night = ratings_table(ratings)
    reference = best_consensus(nights)
    pairs = pairwise_confusion(nights)
    by_night = statistics_by_night(ratings)
    stages = {
        record: {"stage": one.stage.tolist(), "weight": one.weight.tolist(), "tied": one.tied.tolist()}
        for record, one in reference.items()
    }
    return Agreement(
        table=summary(per_night),
        per_night=per_night,
        epochs=epoch_table(nights, reference),
        scorer_confusion=confusion_table(scorers, pairs),
        statistics_per_night=by_night,
        statistics=statistics_agreement(by_night),
        stages=stages,
        pairs=pairs,
    )


def sheet(found: Agreement) -> Sheet:
    """Return the printed table: a row per rater, models below the scorers."""
    table = found.table
    rows = tuple(_row(row) for row in table.to_dict("records"))
    n_scorers = int((table["kind"] == "scorer").sum())
    epochs = found.epochs
    n = len(epochs)
    note = (
        f"Means over nights [{KIND} over nights]. {n} nights, {epochs['n_epochs'].sum():,} epochs of 30 s, "
        f"{epochs['n_tied'].sum():,} of them ties of the {_n_best(found)} best scorers. A scorer is compared with the "
        f"consensus of the others, a model with that of the {_n_best(found)} best; epochs count by the share of votes."
    )
    headers = ("rater", "soft agreement", "F1", "accuracy", "κ", "nights")
    return Sheet("Agreement with the consensus, in percent", headers, rows, note, rule=n_scorers)


def write_all(found: Agreement, folder: Path, command: str) -> None:
    """Write tables, figures and the consensus of each night."""
    printed = sheet(found)
    save(_ceiling(found), folder / "figures", "human_ceiling")
    save(_confusion(found), folder / "figures", "scorer_confusion")
    for record, stages in found.stages.items():
        write_json(folder / "consensus" / f"{record}.json", stages)
    write_csv(folder / "per_night.csv", found.per_night)
    write_csv(folder / "epochs.csv", found.epochs)
    write_csv(folder / "scorer_confusion.csv", found.scorer_confusion)
    write_csv(folder / "sleep_statistics_per_night.csv", found.statistics_per_night)
    write_csv(folder / "sleep_statistics.csv", found.statistics)
    write_text(folder / "consensus.md", f"{markdown(printed)}\n\nMade by `{command}`.\n")
    write_text(folder / "consensus.tex", latex(printed, "tab:consensus") + "\n")
    write_csv(folder / "consensus.csv", found.table)  # last: its presence means that all files are complete


def _row(row: Mapping[Any, Any]) -> tuple[str, ...]:
    cells = [_cell(row, metric) for metric in ("soft_agreement", "f1", "accuracy", "kappa")]
    return (row["rater"].replace("_", " "), *cells, str(row["n_nights"]))


def _cell(row: Mapping[Any, Any], metric: str) -> str:
    if not np.isfinite(row[metric]):
        return "–"
    low, high = row[f"{metric}_ci_low"], row[f"{metric}_ci_high"]
    interval = f" [{number(low, 1)}, {number(high, 1)}]" if np.isfinite(low) else ""
    return f"{number(row[metric])}{interval}"


def _n_best(found: Agreement) -> int:
    return len(found.pairs) - 1


def _ceiling(found: Agreement) -> Any:
    shown = found.table[found.table["rater"] != OVERALL]
    return human_ceiling(shown, FIGURE_METRICS, f"Agreement with the experts' consensus, {len(found.epochs)} nights")


def _confusion(found: Agreement) -> Any:
    n = len(STAGES)
    pooled = found.pairs[~np.eye(len(found.pairs), dtype=bool)].sum(axis=0)[:n, :n]
    title = f"Stages of every pair of scorers, {len(found.epochs)} nights"
    return confusion_matrix(pooled, STAGES, title, rows="one scorer", columns="another scorer")
