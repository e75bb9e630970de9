"""Pretext scores against probe scores at the end of a sweep."""

from pathlib import Path

from eegbench import figure
from eegbench.comparison.notes import metric_name
from eegbench.comparison.pretext_scores import (
    CORRELATIONS,
    POINTS,
    correlation_table,
    panel_notes,
    pretext_points,
    sweep_scores,
)
from eegbench.report.album import Album

METRIC = "balanced_accuracy"
"""Metric of the probes."""


def add_pretext_scores(folder: Path, album: Album) -> None:
    """Plot, write and print the correlation of pretext and probe scores, if a task has enough runs.

    Parameters
    ----------
    folder
        Folder of the sweep.
    album
        Writes figures and tables.
    """
    points = pretext_points(sweep_scores(folder, METRIC))
    if points is None:
        return
    notes, measure = panel_notes(points), metric_name(METRIC)
    album.add(POINTS, lambda: figure.pretext_scatter(points, notes=notes, measure=measure))
    album.add_table(POINTS, points)
    album.add_table(CORRELATIONS, correlation_table(points))
    print(f"\npretext score and {measure} of the probe on valid, rank correlation over runs:")
    for task, note in notes.items():
        print(f"  {task:<24} {note}, {(points['task'] == task).sum()} runs")
