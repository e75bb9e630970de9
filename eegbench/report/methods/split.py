"""Clauses of splits, and text about the subjects used for training, validation and testing."""

from collections.abc import Mapping
from typing import Any

from eegbench.document.prose import listed
from eegbench.report.methods.clause import Clauses, Options, amount, describe, in_words
from eegbench.report.run_sources import RunSources
from eegbench.score.render import plural
from eegbench.types import SPLITS


def _drawn(n: int | float, names: Any, part: str) -> str:
    return f"{in_words(names, {})} ({part}, by name)" if names is not None else f"{amount(n, 'the subjects')} ({part})"


def _stratified(options: Options) -> str:
    return ", so that splits have label shares like those of all windows" if options.value("stratify") else ""


def _subject_holdout(options: Options) -> str:
    names = [options.value("valid_subjects"), options.value("test_subjects")]
    valid = _drawn(options.value("n_valid"), names[0], "validation")
    test = _drawn(options.value("n_test"), names[1], "test")
    n_train, seed = options.value("n_train"), options["seed"]
    kept = "all others" if n_train is None else f"of the others {amount(n_train, 'the subjects')}"
    train = f"{kept} were used for training"
    draws = "" if None not in names and n_train is None else f", drawn with the seed {seed}"
    return f"whole subjects were held out: {valid} and {test}{draws}{_stratified(options)}; {train}"


def _subject_kfold(options: Options) -> str:
    text = (
        "subjects were divided into {n_folds} folds with the seed {seed}; this run tested the fold {fold} "
        "(counted from 0)"
    ).format_map(options)
    return f"{text}{_stratified(options)}, and validated on {amount(options.value('n_valid'), 'the other subjects')}"


def _leave_one_subject_out(options: Options) -> str:
    text = "one subject was left out at a time; this run tested the subject {fold} (counted from 0)".format_map(options)
    return f"{text} and validated on {amount(options.value('n_valid'), 'the others')} (seed {options['seed']})"


def _within_subject(options: Options) -> str:
    by = options.value("by")
    units = {"time": "each recording", "session": "each subject's sessions", "run": "each subject's runs"}
    names = [options.value("valid_names"), options.value("test_names")]
    sizes = (options.value("n_valid"), options.value("n_test"))
    parts = [
        f"{in_words(given, {})} ({part}, by name)" if given is not None else f"{amount(n, units.get(by, by))} ({part})"
        for given, n, part in zip(names, sizes, ("validation", "test"), strict=True)
    ]
    gap = f"; windows within {options['gap_s']} s after a cut were in no split" if by == "time" else ""
    options.value("gap_s")
    return (
        f"the same subjects were used for training, validation and testing at different times, split by {by}: "
        f"{listed(parts)}, later ones for testing{gap}"
    )


def _by_set(options: Options) -> str:
    text = "the sets {train} were used for training and the sets {test} for testing".format_map(options)
    valid = amount(options.value("n_valid"), "the training subjects")
    return f"{text}; {valid} were used for validation (seed {options['seed']})"


_PACKAGE = "eegbench.split"

SPLIT_CLAUSES: Clauses = {
    f"{_PACKAGE}.subject_holdout.SubjectHoldout": _subject_holdout,
    f"{_PACKAGE}.subject_kfold.SubjectKfold": _subject_kfold,
    f"{_PACKAGE}.leave_one_subject_out.LeaveOneSubjectOut": _leave_one_subject_out,
    f"{_PACKAGE}.within_subject.WithinSubject": _within_subject,
    f"{_PACKAGE}.by_set.BySet": _by_set,
}
"""Clauses of splits: main clauses."""


def split_text(run: RunSources) -> str:
    """Return text about the split of subjects, and the number of windows of each split."""
    summary, counts = run.summary, run.summary["counts"]
    text = describe(run.options["split"], SPLIT_CLAUSES)
    told = [f"{text[:1].upper()}{text[1:]}."]
    told.append(f"This gave {listed([_size(split, counts[split]) for split in SPLITS if counts[split]['n_windows']])}.")
    if counts["in no split"]["n_windows"]:
        told.append(f"{plural(counts['in no split']['n_windows'], 'window')} were in no split.")
    if summary["within_subject"]:
        told.append("Scores are therefore within subjects, not on new subjects.")
    if seen := summary["transductive_subjects"]:
        text = f"The encoder was trained on signals of the test subjects {listed(seen)} before (transductive scores)."
        told.append(text)
    return " ".join(told)


def _size(split: str, of: Mapping[str, int]) -> str:
    name = {"train": "training", "valid": "validation", "test": "test"}[split]
    return f"{plural(of['n_subjects'], 'subject')} with {plural(of['n_windows'], 'window')} for {name}"
