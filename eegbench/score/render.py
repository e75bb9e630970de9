"""Tables of scores for the terminal, Markdown and pages."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from math import isfinite
from textwrap import fill

import pandas as pd
from rich import box
from rich.console import Console
from rich.table import Table

from eegbench.score.interval import KIND, MIN_SUBJECTS
from eegbench.score.metric import MACRO
from eegbench.score.sheet import Sheet, sentences
from eegbench.score.table_notes import absence, means_over
from eegbench.types import Score

HEADERS = {
    "balanced_accuracy": "balanced accuracy",
    "accuracy": "accuracy",
    "cohen_kappa": "κ",
    "macro_f1": "macro-F1",
}
PER_CLASS = "f1/"
NONE: Mapping[str, Sequence[str]] = {}

PROBE_WIDTH = 20
CELL_WIDTH = len("0.62 [0.55, 0.69]") + 2
STACKED_WIDTH = len("[0.55, 0.69]") + 1


@dataclass(frozen=True)
class _Block:
    """A table: title, metrics with their headers, a row of scores per probe, and a note below."""

    title: str
    headers: Mapping[str, str]
    rows: Mapping[str, Mapping[str, Score]]
    note: str

    def part(self, metrics: Sequence[str]) -> "_Block":
        """Return the columns of some metrics."""
        return _Block(self.title, {metric: self.headers[metric] for metric in metrics}, self.rows, self.note)


def render(
    scores: Sequence[Score], *, n_subjects: Mapping[str, int], width: int, absent: Mapping[str, Sequence[str]] = NONE
) -> str:
    """Return tables for the terminal, two for each split and aggregation among the scores.

    Parameters
    ----------
    scores
        Scores to show, in the order of rows. Splits and aggregations without scores are not shown.
    n_subjects
        Number of subjects in each split (``train``, ``valid``, ``test``), for titles and for the note about missing
        intervals.
    absent
        Classes without a labelled window, by split; they are listed below the tables.
    width
        Columns of the terminal. If a row is too long, intervals are printed below their values; if it is still too
        long, the remaining classes are printed in another table.
    """
    return "\n\n".join(_text(block, width) for block in _blocks(scores, n_subjects, absent))


def n_subjects_of(predictions: pd.DataFrame) -> dict[str, int]:
    """Count the subjects with predictions, by split.

    They can be fewer than the subjects of a split, as a subject without a scored window has no predictions.
    """
    return {str(split): int(n) for split, n in predictions.groupby("split")["subject"].nunique().items()}


def without_clutter(scores: Sequence[Score], predictions: pd.DataFrame) -> list[Score]:
    """Leave out less important scores, such as F1 of each class as a mean over recordings.

    If each recording has a single label, κ and F1 within a recording are meaningless, and all means are left out.
    Means weighted by windows are always left out.

    Parameters
    ----------
    scores
        All scores.
    predictions
        Predictions that were scored, with the columns ``recording`` and ``label``.
    """
    several = bool((predictions.groupby("recording")["label"].nunique() > 1).any())
    means = [one for one in scores if one.aggregation == "mean_per_recording" and not one.metric.startswith(PER_CLASS)]
    return [one for one in scores if one.aggregation == "pooled" or (several and one in means)]


def markdown(
    scores: Sequence[Score], *, n_subjects: Mapping[str, int], absent: Mapping[str, Sequence[str]] = NONE
) -> str:
    """Return the same tables in Markdown; the parameters are those of ``render``."""
    return "\n\n".join(_markdown(block) for block in _blocks(scores, n_subjects, absent)) + "\n"


def as_sheets(
    scores: Sequence[Score], *, n_subjects: Mapping[str, int], absent: Mapping[str, Sequence[str]] = NONE
) -> list[Sheet]:
    """Return the same tables for pages; the parameters are those of ``render``."""
    return [_sheet(block) for block in _blocks(scores, n_subjects, absent)]


def _sheet(block: _Block) -> Sheet:
    rows = tuple(
        (_name(probe), *(_cell(row, metric, " ").replace("-", "−") for metric in block.headers))
        for probe, row in block.rows.items()
    )
    return Sheet(block.title, ("probe", *block.headers.values()), rows, block.note)


def _blocks(
    scores: Sequence[Score], n_subjects: Mapping[str, int], absent: Mapping[str, Sequence[str]]
) -> Iterator[_Block]:
    for split, aggregation in dict.fromkeys((one.split, one.aggregation) for one in scores):
        group = [one for one in scores if (one.split, one.aggregation) == (split, aggregation)]
        n = n_subjects[split.split(" ")[0]]
        title, interval, without = _title(group, n), _interval_note(group, n), list(absence(absent))
        classes = {one.metric: one.metric.removeprefix(PER_CLASS) for one in group if PER_CLASS in one.metric}
        overall = {metric: HEADERS[metric] for metric in HEADERS if any(one.metric == metric for one in group)}
        rows = _rows(group)
        yield _Block(title, overall, rows, sentences([interval, *_macro_notes(group), *without]))
        if classes:
            yield _Block(f"F1 of each class: {title}", classes, rows, sentences([interval, *without]))


def _rows(scores: Sequence[Score]) -> dict[str, dict[str, Score]]:
    rows: dict[str, dict[str, Score]] = {}
    for one in scores:
        rows.setdefault(one.probe, {})[one.metric] = one
    return rows


def _title(group: Sequence[Score], n_subjects: int) -> str:
    n = max(one.n for one in group)
    unit = "window" if group[0].aggregation == "pooled" else "recording"
    how = "pooled over" if group[0].aggregation == "pooled" else "mean over"
    weighted = ", each weighted by its windows" if group[0].aggregation == "mean_weighted_by_windows" else ""
    return f"{group[0].split}, {how} {plural(n, unit)} of {plural(n_subjects, 'subject')}{weighted}"


def _interval_note(group: Sequence[Score], n_subjects: int) -> str:
    if n_subjects < MIN_SUBJECTS:
        subjects = plural(n_subjects, f"{group[0].split.split(' ')[0]} subject")
        return f"no intervals: {subjects}, at least {MIN_SUBJECTS} are needed"
    return f"[low, high]: {KIND} over subjects"


def _macro_notes(group: Sequence[Score]) -> Iterator[str]:
    """Yield notes on the number of classes in macro metrics."""
    if group[0].aggregation == "pooled":
        n_classes = sum(one.metric.startswith(PER_CLASS) and one.probe == group[0].probe for one in group)
        shown = [metric for metric in MACRO if any(one.metric == metric for one in group)]
        yield from means_over({HEADERS[metric]: _averaged(group, metric, n_classes) for metric in shown})
    elif any(one.metric in MACRO for one in group):
        yield "balanced accuracy and macro-F1 of a recording are over the classes that it has"


def _averaged(group: Sequence[Score], metric: str, n_classes: int) -> str:
    """Return the number of classes in a macro metric as text; probes with the same number are combined."""
    found = {one.probe: one.n_classes for one in group if one.metric == metric}
    usual = Counter(found.values()).most_common(1)[0][0]
    others = [f"{_name(probe)} over {n}" for probe, n in found.items() if n != usual]
    of = f"{usual} of {n_classes} classes" if usual < n_classes else plural(usual, "class")
    return f"{of}{''.join(f', {one}' for one in others)}"


def plural(n: int, noun: str) -> str:
    """Count something: "1 pass", "2 passes", "1,200 windows"."""
    ending = "" if n == 1 else "es" if noun.endswith("s") else "s"
    return f"{n:,} {noun}{ending}"


def _name(probe: str) -> str:
    return probe.replace("_", " ")


def _number(value: float) -> str:
    return f"{round(value, 2) + 0.0:.2f}" if isfinite(value) else "–"  # + 0.0: no "-0.00"


def _cell(row: Mapping[str, Score], metric: str, between: str) -> str:
    if metric not in row:
        return "–"
    one = row[metric]
    if not isfinite(one.ci_low):
        return _number(one.value)
    return f"{_number(one.value)}{between}[{_number(one.ci_low)}, {_number(one.ci_high)}]"


def _markdown(block: _Block) -> str:
    lines = [
        f"**{block.title}**",
        "",
        "| probe | " + " | ".join(block.headers.values()) + " |",
        "|---|" + "---|" * len(block.headers),
    ]
    for probe, row in block.rows.items():
        lines.append(f"| {_name(probe)} | " + " | ".join(_cell(row, metric, " ") for metric in block.headers) + " |")
    return "\n".join([*lines, "", block.note])


def _text(block: _Block, width: int) -> str:
    metrics = list(block.headers)
    if PROBE_WIDTH + CELL_WIDTH * len(metrics) <= width:
        tables = [_table(block, " ")]
    else:
        size = max(1, (width - PROBE_WIDTH + 5) // STACKED_WIDTH)  # 5: names may fold beside two lines
        parts = [block.part(metrics[i : i + size]) for i in range(0, len(metrics), size)]
        tables = [_table(part, "\n") for part in parts]
    text = "\n".join(_printed(table, width) for table in tables)
    return f"{block.title}\n{text}\n{fill(block.note, width)}"


def _table(block: _Block, between: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False)
    table.add_column("probe", min_width=8, overflow="fold")
    for header in block.headers.values():
        table.add_column(header.replace(" ", between), justify="right", no_wrap=True)
    for probe, row in block.rows.items():
        table.add_row(_name(probe), *(_cell(row, metric, between) for metric in block.headers))
    return table


def _printed(table: Table, width: int) -> str:
    file = StringIO()
    Console(file=file, width=width, force_terminal=False, markup=False, emoji=False).print(table)
    return "\n".join(line.rstrip() for line in file.getvalue().splitlines())
