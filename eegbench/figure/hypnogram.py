"""Hypnogram of a recording: labels (if any), predictions, and class probabilities."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from eegbench.figure.style import (
    GREY,
    INK,
    PALE,
    PALETTE,
    RIGHT_ON_TOP,
    blank,
    class_colours,
    from_top,
    on_top,
    percent,
    styled,
)

DISAGREES = PALETTE[5]
Lights = tuple[float | None, float | None]
UNITS = (("h", 3600.0, 7200.0), ("min", 60.0, 300.0), ("s", 1.0, 0.0))
"""Units of time: name, length in seconds, and duration of the shortest recording that uses the unit."""


@styled
def hypnogram(
    frame: pd.DataFrame,
    *,
    classes: tuple[str, ...],
    window_s: float,
    scores: Mapping[str, float] | None = None,
    lights_s: Lights = (None, None),
) -> Figure:
    """Draw labels, predictions, disagreements, and stacked class probabilities over time.

    Windows that were not scored are left blank. Without labels there are no panels of labels and disagreements. Sleep
    stages are ordered W, R, N1, N2, N3 from the top.

    Parameters
    ----------
    frame
        Rows of the table of predictions of one recording and one probe; ``label`` may be missing.
        Windows that are ``flagged`` are shaded, if there is such a column.
    classes
        Class names.
    window_s
        Length of a window in seconds.
    scores
        Scores to print after the recording's name, such as ``{"accuracy": 0.81, "κ": 0.74}``.

    lights_s
        Times of lights off and on, in seconds from the first sample; None if unknown.

    Raises
    ------
    ValueError
        If the frame has no window, or more than one recording or probe.
    """
    _check(frame)
    rows = frame.sort_values("start_s")
    levels = from_top(classes)
    spans = _spans(rows["start_s"].to_numpy(float), window_s)
    is_labelled, steps_in = bool(rows["label"].notna().any()), 0.17 * len(classes) + 0.15
    ratios = [steps_in, steps_in, 0.12, 1.25] if is_labelled else [steps_in, 1.25]
    figure = blank(sum(ratios) + (1.33 if is_labelled else 0.95))
    *label, predicted, probability = _panels(figure, ratios)
    if is_labelled:
        _steps(label[0], spans, rows["label"], levels, "label")
        _disagreement(label[1], spans, rows)
    marks = [*_shade(predicted, spans, rows), *_lights((predicted, probability), spans, lights_s)]
    title = f"prediction ({', '.join(marks)})" if marks else "prediction"
    _steps(predicted, spans, rows["predicted"], levels, title)
    _stack(probability, spans, rows, levels)
    _time_axis(probability, spans)
    figure.suptitle(_title(rows, scores or {}))
    return figure


def _panels(figure: Figure, ratios: list[float]) -> tuple[Axes, ...]:
    """Return the panels: labels and disagreements (if any), predictions, and probabilities."""
    axes = figure.subplots(len(ratios), 1, sharex=True, height_ratios=ratios)
    return tuple(axes) if len(ratios) == 2 else (axes[0], axes[2], axes[1], axes[3])


@dataclass(frozen=True)
class _Spans:
    """Start and end of each window in the figure's unit of time (of ``unit_s``), and whether the next one follows."""

    start: Float[np.ndarray, "n"]
    end: Float[np.ndarray, "n"]
    followed: Bool[np.ndarray, "n-1"]
    unit: str
    unit_s: float

    def edges(self, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return x and y of a step curve of the windows' values (n,), with breaks where time is missing."""
        breaks = np.flatnonzero(~self.followed) + 1
        x = np.column_stack([self.start, self.end]).ravel()
        y = np.repeat(values.astype(float), 2)
        return np.insert(x, 2 * breaks, self.end[breaks - 1]), np.insert(y, 2 * breaks, np.nan)


def _check(frame: pd.DataFrame) -> None:
    for column in ("recording", "probe"):
        names = frame[column].unique()
        if len(names) != 1:
            raise ValueError(f"A hypnogram shows one {column}, and the frame has {len(names)}; pass the rows of one.")


def _spans(start_s: Float[np.ndarray, "n"], window_s: float) -> _Spans:
    gap = np.diff(start_s) - window_s
    end_s = start_s + window_s
    end_s[:-1] = np.minimum(end_s[:-1], start_s[1:])  # overlapping windows are drawn up to the next one
    unit, seconds, _ = next(one for one in UNITS if end_s[-1] - start_s[0] >= one[2])
    return _Spans(start_s / seconds, end_s / seconds, gap <= 0.01 * window_s, unit, seconds)


def _steps(axes: Axes, spans: _Spans, names: pd.Series, levels: tuple[str, ...], title: str) -> None:
    level = pd.Index(levels).get_indexer(pd.Index(names)).astype(float)
    x, y = spans.edges(np.where(level < 0, np.nan, level))
    axes.plot(x, y, color=GREY, linewidth=0.6)
    for i, (name, colour) in enumerate(class_colours(levels).items()):
        here = np.where(y == i, y, np.nan)
        axes.plot(x, here, color=colour, linewidth=2.6, solid_capstyle="butt", label=name)
    axes.set_yticks(range(len(levels)), levels)
    axes.set_ylim(len(levels) - 0.5, -0.5)
    _leave_time_to_the_last(axes)
    on_top(axes, title, RIGHT_ON_TOP)


def _shade(axes: Axes, spans: _Spans, rows: pd.DataFrame) -> list[str]:
    """Shade unreliable windows; return the explanation of the shade, if there are any."""
    flagged = rows["flagged"].to_numpy(bool) if "flagged" in rows else np.zeros(len(rows), dtype=bool)
    if not flagged.any():
        return []
    bars = list(zip(spans.start[flagged], (spans.end - spans.start)[flagged], strict=True))
    axes.broken_barh(bars, (0, 1), transform=axes.get_xaxis_transform(), facecolor=PALE, linewidth=0, zorder=0)
    return ["grey: flagged"]


def _lights(panels: tuple[Axes, ...], spans: _Spans, lights_s: Lights) -> list[str]:
    """Draw lines at lights off and on; return their explanation, if there are any."""
    names = [name for name, at_s in zip(("off", "on"), lights_s, strict=True) if at_s is not None]
    for axes in panels:
        for at_s in lights_s:
            if at_s is not None:
                axes.axvline(at_s / spans.unit_s, color=INK, linestyle="--", linewidth=1.0)
    return [f"dashed: lights {' and '.join(names)}"] if names else []


def _leave_time_to_the_last(axes: Axes) -> None:
    axes.spines["bottom"].set_visible(False)
    axes.tick_params(axis="x", bottom=False, labelbottom=False)


def _disagreement(axes: Axes, spans: _Spans, rows: pd.DataFrame) -> None:
    scored = rows["label"].notna().to_numpy(bool)
    differs = scored & (rows["label"] != rows["predicted"]).to_numpy(bool)
    widths = (spans.end - spans.start)[differs]
    bars = list(zip(spans.start[differs], widths, strict=True))
    axes.broken_barh(bars, (0, 1), facecolor=DISAGREES, linewidth=0)
    axes.set_ylim(0, 1)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    _leave_time_to_the_last(axes)
    on_top(axes, f"disagreement ({percent(differs.sum() / scored.sum())} of {scored.sum():,} windows)", RIGHT_ON_TOP)


def _stack(axes: Axes, spans: _Spans, rows: pd.DataFrame, levels: tuple[str, ...]) -> None:
    """Stack probabilities in the order of the levels, so that colours are in the same order as the steps above."""
    bottom = np.zeros(len(rows))
    for name, colour in reversed(class_colours(levels).items()):
        top = bottom + rows[name].to_numpy(float)
        x, low = spans.edges(bottom)
        axes.fill_between(x, low, spans.edges(top)[1], color=colour, linewidth=0, label=name)
        bottom = top
    axes.set_ylim(0, 1)
    axes.set_yticks([0, 0.5, 1])
    on_top(axes, "class probability", RIGHT_ON_TOP)
    handles, names = axes.get_legend_handles_labels()
    axes.legend(handles[::-1], names[::-1], loc="center left", bbox_to_anchor=(1, 0.5), borderaxespad=0.3)


def _time_axis(axes: Axes, spans: _Spans) -> None:
    axes.set_xlim(spans.start[0], spans.end[-1])
    axes.set_xlabel(f"time ({spans.unit})")


def _title(rows: pd.DataFrame, scores: Mapping[str, float]) -> str:
    first = rows.iloc[0]
    numbers = [f"{name} {value:.2f}" for name, value in scores.items()]
    return ", ".join([f"{first['recording']}, {first['probe'].replace('_', ' ')}", *numbers])
