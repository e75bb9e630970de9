"""Files of a comparison: tables, figures and pages, each written atomically."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from eegbench import figure
from eegbench.atomic import write_csv, write_text
from eegbench.comparison.label_curves import curve_note, curve_points
from eegbench.comparison.methods import methods_references, methods_text
from eegbench.comparison.notes import metric_name, ranking_note, title
from eegbench.comparison.page import Report, as_latex, as_markdown, as_page
from eegbench.comparison.pretext_scores import (
    CORRELATIONS,
    POINTS,
    compared_scores,
    correlation_table,
    panel_notes,
    pretext_note,
    pretext_points,
)
from eegbench.comparison.sheets import display_name
from eegbench.comparison.tables import Comparison
from eegbench.figure import critical_difference, forest, save
from eegbench.score import label_curve

MAX_PAIRS = 45
"""Maximum number of differences in the figure; if there are more, only tables show them."""


@dataclass(frozen=True)
class Points:
    """Points of the figures that show single runs; None for a figure that the runs do not allow.

    Attributes
    ----------
    curve
        Label curves.
    pretext
        Pretext scores against scores of probes.
    """

    curve: pd.DataFrame | None
    pretext: pd.DataFrame | None


def points_of(comparison: Comparison) -> Points:
    """Return the points of a comparison's figures."""
    return Points(curve_points(comparison), pretext_points(compared_scores(comparison)))


def captions(comparison: Comparison, points: Points) -> dict[str, str]:
    """Return the figures of a comparison, with their captions."""
    shown = bool(comparison.pairs) and len(comparison.pairs) <= MAX_PAIRS
    below = "; below, paired differences, filled where the corrected p is below 0.05" if shown else ""
    found = {"forest": f"{title(comparison)}; controls in grey{below}."}
    found |= {"critical_difference": ranking_note(comparison)} if comparison.ranking else {}
    if points.curve is not None:
        found["label_curve"] = curve_note(comparison, points.curve)
    if points.pretext is not None:
        found[POINTS] = pretext_note(points.pretext, metric_name(comparison.question.metric))
    return found


def write_all(report: Report, points: Points, folder: Path) -> None:
    """Write every file of a comparison."""
    comparison = report.comparison
    figures = _figures(comparison, points)
    for stem, draw in figures.items():
        save(draw(), folder / "figures", stem)
    write_csv(folder / "table.csv", comparison.table())
    write_csv(folder / "differences.csv", comparison.differences())
    write_csv(folder / "per_subject.csv", comparison.by_subject())
    if points.curve is not None:
        write_csv(folder / label_curve.FILE, points.curve)
    if points.pretext is not None:
        write_csv(folder / f"{POINTS}.csv", points.pretext)
        write_csv(folder / f"{CORRELATIONS}.csv", correlation_table(points.pretext))
    write_text(folder / "comparison.md", as_markdown(report))
    write_text(folder / "comparison.tex", as_latex(report))
    methods = methods_text(comparison, report.versions)
    write_text(folder / "methods.md", methods)
    write_text(folder / "references.bib", methods_references(methods, report.versions))
    pictures = {stem: (folder / "figures" / f"{stem}.svg").read_bytes() for stem in figures}
    write_text(folder / "comparison.html", as_page(report, pictures))


def _figures(comparison: Comparison, points: Points) -> Mapping[str, Callable[[], Figure]]:
    table, differences = comparison.table(), comparison.differences()
    table["name"] = table["name"].map(display_name)
    pairs = differences[differences["kind"] == "groups"].assign(
        a=differences["a"].map(display_name), b=differences["b"].map(display_name)
    )
    shown = pairs if len(pairs) <= MAX_PAIRS else pairs.iloc[:0]
    metric, found = metric_name(comparison.question.metric), comparison.ranking
    figures = {"forest": lambda: forest(table, shown, metric=metric, title=title(comparison))}
    if found is not None:
        names = tuple(map(display_name, found.names))
        label = f"mean rank over {found.n} subjects (1 is best)"
        figures["critical_difference"] = lambda: critical_difference(names, found.ranks, found.bars, label=label)
    if (curve := points.curve) is not None:
        curves = {str(name): display_name(str(name)) for name in curve["probe"].unique()}
        n_held = len({label for one in {run.windows for run in comparison.runs} for label in one.labels.unique()})
        chance = 1 / n_held if comparison.question.metric == "balanced_accuracy" else None
        figures["label_curve"] = lambda: figure.label_curve(curve, names=curves, measure=metric, chance=chance)
    if (runs := points.pretext) is not None:
        notes = panel_notes(runs)
        figures[POINTS] = lambda: figure.pretext_scatter(runs, notes=notes, measure=metric)
    return figures
