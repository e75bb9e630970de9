"""Predictions of a finished run on one split, and the facts that decide whether it can be compared with others."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import pandas as pd

from eegbench.atomic import read_csv
from eegbench.comparison.counted import Counts, Windows
from eegbench.comparison.counted_files import CountedRun, RunFiles, read_counted
from eegbench.config import NO_EFFECT, read_json
from eegbench.probe.control import CONTROLS, FITTED, HAND_MADE, control_name
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

FOREST = "eegbench.probe.random_forest.RandomForest"
"""Probe whose fit to hand-made features is a control of its own, next to that of the compared probe."""

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
        Confusion matrices of this probe and of the controls: under the names in ``CONTROLS``, or their own for those
        fitted to windows and for a random forest on hand-made features.
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
        population; None if the encoder started from random weights. Those of a file of weights are not known, and have
        no population.
    on_valid
        Metrics on valid by their names in ``summary.json``.
    used_labels
        Whether labels trained the encoder, in this run or in those from which it was loaded.
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
    on_valid: Mapping[str, float | None]
    used_labels: bool = False

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
    there = []
    for run in runs:
        files = _files(archive, run)
        if isinstance(files, str):
            left_out[files] += 1
        else:
            there.append((run, files))
    counted = read_counted(split, [files for _, files in there])
    newest: dict[tuple[str, frozenset[tuple[str, str]]], Tested] = {}
    for (run, _), found in zip(there, counted, strict=True):
        one = _tested(archive, run, found, split, probe)
        if isinstance(one, str):
            left_out[one] += 1
            continue
        same = one.recordings, frozenset(one.options.items())
        left_out["repeated with the same options by a newer run"] += same in newest
        newest[same] = one
    return list(newest.values()), +left_out


def _files(archive: Archive, run: FinishedRun) -> RunFiles | str:
    """Return the files of a run that are compared, or the reason why it cannot be."""
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
    return RunFiles(predictions, summary, _shift_s(run.parameters))


def _tested(archive: Archive, run: FinishedRun, found: CountedRun, split: str, probe: str | None) -> Tested | str:
    """Return a run with its predictions, or the reason why it cannot be compared."""
    counts, facts = found.counts, found.facts
    if not facts.keys() >= NEEDED:
        return "without a complete summary.json"
    main = str(facts["main_probe"])
    compared = main if probe is None else probe
    has_controls = any(control_name(control, compared, main) in counts for control in FITTED)
    control_probe = compared if has_controls else main
    further = _further_controls(run.parameters, facts.get("fitted_with", {}), control_probe)
    if compared not in counts:
        without = f"without predictions on {split}"
        return without if probe is None else f"without predictions of {probe} on {split}"
    return Tested(
        run=run,
        probe=compared,
        control_probe=control_probe,
        windows=found.windows,
        counts=_own(counts, compared, control_probe, main, further),
        classes=found.classes,
        within_subject=bool(facts["within_subject"]),
        transductive=bool(facts["transductive_subjects"]),
        recordings=str(facts["recordings_sha256"]),
        main=main,
        curve=_curve(archive, run),
        seen=_seen(archive, run),
        on_valid=facts.get("metrics", {}),
        used_labels=bool(facts.get("encoder_used_labels")),
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
        return None if weights_file(run) is None else {"": ()}
    path = archive.fetch(run, "split.json")
    found = {} if path is None else read_json(path).get("seen", {})
    return {str(people): [str(one) for one in subjects] for people, subjects in found.items()}


def weights_file(run: FinishedRun) -> str | None:
    """Return the file of the model's initial weights, if it has one."""
    found = (v for k, v in run.parameters.items() if k.startswith("model.") and k.endswith(".weights") and v != "None")
    return next(found, None)


def _shift_s(parameters: Mapping[str, str]) -> float:
    """Return the distance in seconds from the start of a window to that of the part that it votes for.

    Windows labelled at their centre vote for their central part, as long as their stride. Runs with shorter windows
    are then compared on the same parts of a recording.
    """
    if parameters.get("preprocessing.label_rule") != "centre":
        return 0.0
    window_s, stride_s = (float(parameters[f"preprocessing.{name}"]) for name in ("window_s", "stride_s"))
    return (window_s - min(window_s, stride_s)) / 2


def _further_controls(parameters: Mapping[str, str], fitted_with: Mapping[str, str], control_probe: str) -> list[str]:
    """Return the controls that were fitted to windows, and hand-made features with a random forest."""
    forests = {name for name in fitted_with.values() if parameters.get(f"probe.of.{name}._target_") == FOREST}
    return [
        control
        for control, probe in fitted_with.items()
        if control == probe or (probe in forests - {control_probe} and control.endswith(HAND_MADE))
    ]


def _own(counts: Counts, probe: str, control_probe: str, main: str, further: Sequence[str]) -> Counts:
    """Return the counts of a probe and of the controls; names of controls are returned without the name of a probe.

    ``further`` are controls that stand in the table whatever the probe, under their own names.
    """
    names = {control: control for control in (*further, *CONTROLS) if control not in FITTED}
    names |= {control_name(control, control_probe, main): control for control in FITTED}
    names[probe] = probe
    return {names[name]: one for name, one in counts.items() if name in names}
