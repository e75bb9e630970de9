"""Texts of the notes of a comparison."""

from collections import Counter
from collections.abc import Iterator

from eegbench.comparison.comparability import differing_windows
from eegbench.comparison.tables import Comparison
from eegbench.comparison.tested_run import FOLD, N_FOLDS, missing_folds
from eegbench.score import interval
from eegbench.score.interval import KIND
from eegbench.score.metric import MACRO
from eegbench.score.paired import ALPHA, MIN_SUBJECTS, POWER, smallest_p
from eegbench.score.rank import MIN_GROUPS
from eegbench.score.render import plural
from eegbench.tracking.base import EXTENDED

METRIC_NAMES = {
    "balanced_accuracy": "balanced accuracy",
    "cohen_kappa": "Cohen's κ",
    "macro_f1": "macro-F1",
    "weighted_f1": "weighted F1",
}
HOW = {
    "pooled": "pooled over the windows",
    "mean_per_recording": "mean over the recordings",
    "mean_weighted_by_windows": "mean over the recordings, weighted by their windows,",
}
CONTROL_NAMES = {"hand_made": "hand-made features", "majority": "majority class"}
MAX_VALUES = 4


def metric_name(metric: str) -> str:
    """Return the usual name of a metric."""
    return METRIC_NAMES.get(metric, metric.replace("f1/", "F1 of "))


def title(comparison: Comparison) -> str:
    """Return the title of the table of scores."""
    return f"{_capital(metric_name(comparison.question.metric))}, {what(comparison)}"


def what(comparison: Comparison) -> str:
    """Return the split, aggregation and number of subjects as text."""
    how = HOW[comparison.question.aggregation]
    return f"{comparison.split}, {how} of {plural(len(comparison.subjects), 'subject')}"


def interval_note(comparison: Comparison) -> str:
    """Return a note on the intervals, or on the reason why there are none."""
    n = len(comparison.subjects)
    if n < interval.MIN_SUBJECTS:
        subjects = plural(n, f"{comparison.question.split} subject")
        return f"No intervals: {subjects}, at least {interval.MIN_SUBJECTS} are needed."
    several = [entry.n_replicates > 1 for entry in comparison.entries]
    if all(several):
        return f"[low, high]: {KIND} over subjects and replicates (seeds × draws of subjects) together."
    if any(several):
        return f"[low, high]: {KIND} over subjects and replicates; for groups with one replicate, over subjects only."
    return f"[low, high]: {KIND} over subjects; one replicate a group, so it does not contain the variation over seeds."


def difference_note(comparison: Comparison, n_tests: int) -> str:
    """Return a note on the columns of a table of differences, and on whether significance is possible."""
    n = len(comparison.subjects)
    sizes = "Effect sizes over subjects: r, matched-pairs rank-biserial correlation; d_z, Cohen's d of paired values."
    if n < MIN_SUBJECTS:
        subjects = plural(n, f"{comparison.question.split} subject")
        return f"{interval_note(comparison)} No p-values: {subjects}, at least {MIN_SUBJECTS} are needed. {sizes}"
    least = smallest_p(n, n_tests)
    warning = (
        f" With {n} subjects and {plural(n_tests, 'comparison')} no corrected p can be below {least:.2g}: "
        "a difference cannot be significant here, whatever its size."
        if least >= ALPHA
        else ""
    )
    return (
        f"Difference in the table's own metric, with its paired {KIND}. p: Wilcoxon signed-rank test "
        "over subjects, two-sided, zeros split (zsplit); p (Holm): corrected for the "
        f"{plural(n_tests, 'comparison')} of this table. {sizes} detectable: the smallest true difference that this "
        f"test finds in {100 * POWER:.0f} % of samples of so many subjects at p = {ALPHA} / {n_tests}; a smaller one "
        f"that is not significant may exist.{warning}"
    )


def ranking_note(comparison: Comparison) -> str:
    """Return a note on reading the critical-difference diagram, or on the reason why there is none."""
    found = comparison.ranking
    if found is None:
        few = len(comparison.groups) < MIN_GROUPS
        reason = plural(len(comparison.groups), "group") if few else plural(len(comparison.subjects), "subject")
        needed = MIN_GROUPS if few else MIN_SUBJECTS
        return f"No critical-difference diagram: {reason}, at least {needed} are needed."
    return (
        f"Critical-difference diagram: mean ranks over {plural(found.n, 'subject')} (Demšar 2006; Friedman's test: "
        f"p = {found.p:.2g}); a bar joins groups that Holm-corrected Wilcoxon tests between all groups do not "
        f"separate at {ALPHA} (Benavoli et al. 2016)."
    )


def notes(comparison: Comparison, left_out: Counter[str]) -> list[str]:
    """Return all other notes, of one or two sentences each."""
    about = (_about_groups, _about_metric, _about_data)
    return [*(note for told in about for note in told(comparison)), *_about_left_out(left_out)]


def _about_groups(comparison: Comparison) -> Iterator[str]:
    if comparison.ranking is None:
        yield ranking_note(comparison)
    shared = {k: v for k, v in comparison.groups[0].key.items() if all(g.key[k] == v for g in comparison.groups)}
    if shared and len(comparison.groups) > 1:
        yield f"All groups: {', '.join(f'{name} {value}' for name, value in shared.items())}."
    yield (
        "A group's value is the mean over its replicates (seeds × draws of subjects), SD their standard deviation; "
        "the folds of a replicate are pooled first."
        if any(FOLD in run.run.parameters for run in comparison.runs)
        else "A group's value is the mean over its replicates (seeds × draws of subjects), SD their standard deviation."
    )
    yield from _about_folds(comparison)
    yield from _about_probes(comparison)
    controls = [CONTROL_NAMES.get(one.name, one.name.replace("_", " ")) for one in comparison.controls]
    yield (
        f"Controls: {', '.join(controls)}, averaged over all {plural(len(comparison.runs), 'run')} of the table; "
        "differences are to the controls of a group's own runs."
    )
    yield from _about_seeds(comparison)
    yield from _about_mixtures(comparison)


def _about_folds(comparison: Comparison) -> Iterator[str]:
    found: dict[str, list[str]] = {}
    for group in comparison.groups:
        options = group.runs[0].run.parameters
        for folds in group.replicates:
            if missing := missing_folds([one.run.parameters.get(FOLD) for one in folds], options.get(N_FOLDS)):
                found.setdefault(", ".join(missing), []).append(group.name)
    for without, groups in found.items():
        told = plural(without.count(",") + 1, "fold").partition(" ")[2]
        yield f"{'; '.join(dict.fromkeys(groups))}: without the {told} {without}, so not every subject is tested."


def _about_probes(comparison: Comparison) -> Iterator[str]:
    by_group = {group.name: ", ".join(sorted({run.probe for run in group.runs})) for group in comparison.groups}
    probes = set(by_group.values())
    fitted = {run.control_probe for run in comparison.runs}
    if len(probes) == 1 and fitted == probes:
        yield f"Scores, and the controls that are fitted, are of the probe {probes.pop()}; --probe names another."
    elif len(probes) == 1:
        yield (
            f"Scores are of {probes.pop()}, to which no controls are fitted: random weights and hand-made features are "
            f"those of {', '.join(sorted(fitted))}; --probe names another probe."
        )
    else:
        told = "; ".join(f"{name}: {probe}" for name, probe in by_group.items())
        yield f"The groups are scored with different probes ({told}), to which the controls belong; --probe names one."


def _about_mixtures(comparison: Comparison) -> Iterator[str]:
    found: dict[tuple[str, str], list[str]] = {}
    for group in comparison.groups:
        for name, values in group.mixed().items():
            told = ", ".join([*values[:MAX_VALUES], *(["…"] if len(values) > MAX_VALUES else [])])
            found.setdefault((name, told), []).append(group.name)
    for (name, told), groups in found.items():
        yield (
            f"{'; '.join(groups)}: means over runs that also differ in {name} ({told}); to separate them, add {name} "
            "to --group-by."
        )


def _about_seeds(comparison: Comparison) -> Iterator[str]:
    seeds = {group.name: group.values("seed") for group in comparison.groups}
    sizes = {(len(seeds[group.name]), len(group.runs)) for group in comparison.groups}
    told = "; ".join(f"{name}: {', '.join(found)}" for name, found in seeds.items())
    if len(sizes) > 1:
        yield f"Unequal numbers of seeds or runs; the seeds are {told}."
    elif len(set(seeds.values())) > 1:
        yield f"The groups have different seeds: {told}."
    if all(len(found) == 1 for found in seeds.values()):
        yield "One seed per group: the variation over seeds is not included."
    if any(entry.n_replicates == 2 for entry in comparison.entries):
        yield "Intervals over two replicates are long; run three or more seeds."


def _about_metric(comparison: Comparison) -> Iterator[str]:
    if comparison.question.metric in MACRO:
        yield _averaged(comparison)
    if comparison.question.aggregation != "pooled" and _one_label_each(comparison):
        yield "Every recording has only one class: κ and F1 within a recording are meaningless."


def _about_data(comparison: Comparison) -> Iterator[str]:
    if comparison.mark:
        yield f"All scores are marked {comparison.mark}: they are not scores on new subjects."
    if comparison.question.split == "valid":
        yield "Checkpoints and probe options were chosen on the valid subjects, so scores on them are optimistic."
    if len({group.recordings for group in comparison.groups}) > 1:
        yield (
            "The groups have different recordings (see recordings.json of the runs), which may explain differences "
            "between groups."
        )
    if differing_windows(comparison.groups):
        yield "The groups test different windows of these subjects (other lengths or rejections): compare with care."
    undefined = {one.n_undefined for one in comparison.pairs} - {0}
    if undefined:
        yield (
            f"Up to {plural(max(undefined), 'subject')} left out of paired tests, as the metric is undefined on them; "
            "the column of subjects counts the rest."
        )
    if extended := sum(EXTENDED in run.run.tags for run in comparison.runs):
        were = "was" if extended == 1 else "were"
        yield (
            f"{plural(extended, 'run')} {were} extended by more passes after the test scores were known "
            f"(trainer.max_passes; {EXTENDED} in the summary.json of a run)."
        )
    commits = {run.run.tags.get("git_commit", "?")[:8] for run in comparison.runs}
    if len(commits) > 1:
        yield f"The runs were made by {len(commits)} versions of the code (git commits {', '.join(sorted(commits))})."


def _averaged(comparison: Comparison) -> str:
    """Return a note on the number of classes in the metric, and on classes without a labelled window."""
    labelled = {label for one in {run.windows for run in comparison.runs} for label in one.labels.unique()}
    without = [name for name in comparison.classes if name not in labelled]
    name, n = _capital(metric_name(comparison.question.metric)), len(comparison.classes)
    if not without:
        return f"{name} is the mean over {n} classes."
    told = f"no window of {comparison.question.split} is labelled {', '.join(without)}"
    more = " and those that are predicted nevertheless" if comparison.question.metric == "macro_f1" else ""
    return f"{name} is the mean over {n - len(without)} of {n} classes{more}: {told}."


def _one_label_each(comparison: Comparison) -> bool:
    labels = comparison.runs[0].windows.labels
    return bool((labels.groupby(level="recording").nunique() == 1).all())


def _about_left_out(left_out: Counter[str]) -> Iterator[str]:
    if left_out:
        told = ", ".join(f"{n} {reason}" for reason, n in left_out.most_common())
        yield f"{plural(left_out.total(), 'run')} left out: {told}."


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
