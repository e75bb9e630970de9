"""Predictions of a finished run on one split, and the facts that decide whether it can be compared with others."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import pandas as pd

from eegbench.atomic import read_csv
from eegbench.comparison.counted import Counts, SplitCounter, Windows
from eegbench.config import NO_EFFECT, read_json
from eegbench.probe.control import CONTROLS, FITTED, control_name
from eegbench.score import label_curve
from eegbench.sweep.choice import is_choice
from eegbench.tracking.finished_runs import Archive, FinishedRun

KIND, COMPARISON, SWEEP = "kind", "comparison", "sweep"
"""Tag of runs that are not experiments: comparisons, and parents of sweeps."""

FOLD, N_FOLDS = "split.fold", "split.n_folds"
NEEDED = {"within_subject", "transductive_subjects", "main_probe", "recordings_sha256"}
"""Required keys of ``summary.json``."""

CURVE = "eegbench.probe.label_curve.LabelCurve"
"""Parameter of runs with a label curve."""

INCIDENTAL = (*NO_EFFECT, "dataset.cache", "dataset.folder", "dataset.root")
"""Options or nodes that do not identify an experiment, such as folders and devices."""


@dataclass(frozen=True)
class Tested:
    """A run with its predictions on the compared split.

    Attributes
    ----------
    run
        Run as stored in MLflow.
    probe
        Name of the probe that is compared.
    control_probe
        Name of the probe of the fitted controls: the same, or the main probe for a network, which has no controls.
    windows
        Windows of the split. Their start is that of the part of the recording that a window votes for.
    counts
        Confusion matrices of this probe and of the controls, under the names in ``CONTROLS`` or, if they were
        fitted to windows, under their own.
    classes
        Class names.
    within_subject, transductive
        Whether subjects of train are tested, and whether the encoder was trained on signals of test subjects.
    recordings
        Digest of the recordings of the run.
    main
        Name of the main probe of the run, whose controls have no prefix.
    curve
        Rows of ``label_curve.csv``; None without a label curve.
    seen
        Subjects that trained the encoder or chose its checkpoint, in this run and in those from which it was loaded, by
        population; None if the encoder started from random weights.
    """

    run: FinishedRun
    probe: str
    control_probe: str
    windows: Windows
    counts: Counts
    classes: tuple[str, ...]
    within_subject: bool
    transductive: bool
    recordings: str
    main: str
    curve: pd.DataFrame | None
    seen: Mapping[str, Sequence[str]] | None

    @property
    def subjects(self) -> frozenset[str]:
        """Names of the tested subjects."""
        return self.windows.subjects

    @property
    def mark(self) -> str:
        """Text that follows the name of the split."""
        marks = {"(within subject)": self.within_subject, "(transductive)": self.transductive}
        return " ".join(mark for mark, holds in marks.items() if holds)

    @cached_property
    def options(self) -> Mapping[str, str]:
        """Parameters that identify the experiment."""
        return {name: value for name, value in self.run.parameters.items() if not _is_incidental(name)}


def missing_folds(there: Iterable[Any], n_folds: Any) -> list[str]:
    """Return the missing folds, counted from 0; empty if the number of folds is unknown."""
    present = {str(fold) for fold in there}
    return [] if n_folds is None else [fold for fold in map(str, range(int(n_folds))) if fold not in present]


@cache
def _is_incidental(name: str) -> bool:
    if is_choice(name):  # its values are parameters, too
        return True
    name = re.sub(r"^dataset\.sets\.\w+\.", "dataset.", name)  # of one of several sets
    return any(name == node or name.startswith(f"{node}.") for node in INCIDENTAL)


def read_tested(
    archive: Archive, runs: Sequence[FinishedRun], split: str, probe: str | None
) -> tuple[list[Tested], Counter[str]]:
    """Read the runs that can be compared, and count the others by the reason why they cannot.

    Of runs with the same options and recordings only the newest is used, because repetitions are not replicates.

    Parameters
    ----------
    archive
        Access to the files of runs.
    runs
        Runs, oldest first.
    split
        The split that is compared.
    probe
        Name of the probe that is compared; None for each run's main probe.
    """
    left_out: Counter[str] = Counter()
    newest: dict[tuple[str, frozenset[tuple[str, str]]], Tested] = {}
    counter = SplitCounter(split)
    for run in runs:
        one = _read(archive, run, counter, probe)
        if isinstance(one, str):
            left_out[one] += 1
            continue
        same = one.recordings, frozenset(one.options.items())
        left_out["repeated with the same options by a newer run"] += same in newest
        newest[same] = one
    return list(newest.values()), +left_out


def _read(archive: Archive, run: FinishedRun, counter: SplitCounter, probe: str | None) -> Tested | str:
    """Return a run with its predictions, or the reason why it cannot be compared."""
    if run.tags.get(KIND) == COMPARISON:
        return "made by eegbench compare"
    if run.tags.get(KIND) == SWEEP:
        return "the parent of a sweep"
    if run.status != "FINISHED":
        return run.status.lower()
    if run.tags.get("state") == "pruned":
        return "pruned"
    predictions, summary = (archive.fetch(run, name) for name in ("predictions.parquet", "summary.json"))
    if predictions is None or summary is None:
        return "without predictions"
    windows, counts, classes = counter.count(predictions, _shift_s(run.parameters))
    facts = read_json(summary)
    if not facts.keys() >= NEEDED:
        return "without a complete summary.json"
    main = str(facts["main_probe"])
    compared = main if probe is None else probe
    has_controls = any(control_name(control, compared, main) in counts for control in FITTED)
    control_probe = compared if has_controls else main
    of_windows = [name for name, fitted in facts.get("fitted_with", {}).items() if name == fitted]
    if compared not in counts:
        without = f"without predictions on {counter.split}"
        return without if probe is None else f"without predictions of {probe} on {counter.split}"
    return Tested(
        run=run,
        probe=compared,
        control_probe=control_probe,
        windows=windows,
        counts=_own(counts, compared, control_probe, main, of_windows),
        classes=classes,
        within_subject=bool(facts["within_subject"]),
        transductive=bool(facts["transductive_subjects"]),
        recordings=str(facts["recordings_sha256"]),
        main=main,
        curve=_curve(archive, run),
        seen=_seen(archive, run),
    )


def _curve(archive: Archive, run: FinishedRun) -> pd.DataFrame | None:
    """Read the label curve of a run, if it has one; without one, its files are not searched."""
    if not any(name.startswith("probe.of.") and value == CURVE for name, value in run.parameters.items()):
        return None
    path = archive.fetch(run, label_curve.FILE)
    return None if path is None else read_csv(path, label_curve.COLUMNS)


def _seen(archive: Archive, run: FinishedRun) -> Mapping[str, Sequence[str]] | None:
    """Read the subjects that the encoder of a run has seen, if it was loaded from another run."""
    if run.parameters.get("encoder", "None") == "None":
        return None
    path = archive.fetch(run, "split.json")
    found = {} if path is None else read_json(path).get("seen", {})
    return {str(people): [str(one) for one in subjects] for people, subjects in found.items()}


def _shift_s(parameters: Mapping[str, str]) -> float:
    """Return the distance in seconds from the start of a window to that of the part that it votes for.

    Windows labelled at their centre vote for their central part, as long as their stride. Runs with shorter windows
    are then compared on the same parts of a recording.
    """
    if parameters.get("preprocessing.label_rule") != "centre":
        return 0.0
    window_s, stride_s = (float(parameters[f"preprocessing.{name}"]) for name in ("window_s", "stride_s"))
    return (window_s - min(window_s, stride_s)) / 2


def _own(counts: Counts, probe: str, control_probe: str, main: str, of_windows: Sequence[str]) -> Counts:
    """Return the counts of a probe and of the controls; names of controls are returned without the name of a probe.

    ``of_windows`` are the controls that were fitted to windows, whatever the probe.
    """
    names = {control_name(control, control_probe, main): control for control in FITTED}
    names |= {control: control for control in CONTROLS if control not in FITTED}
    names |= {control: control for control in (*of_windows, probe)}
    return {names[name]: one for name, one in counts.items() if name in names}
