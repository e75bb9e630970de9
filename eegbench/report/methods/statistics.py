"""Text about scores, their aggregation and their confidence intervals."""

from eegbench.document.bibliography import cite
from eegbench.report.run_figures import shown_split
from eegbench.report.run_sources import RunSources
from eegbench.score.interval import CITED, KIND, MIN_SUBJECTS
from eegbench.score.render import plural

METRICS = (
    "Scores are balanced accuracy (the mean over classes of recall), accuracy, Cohen's κ [@cohen1960], and F1 of each "
    "class with its mean over classes (macro-F1)"
)


def statistics_text(run: RunSources) -> str:
    """Return text about the scores and their confidence intervals."""
    predictions = run.predictions
    split = shown_split(predictions)
    n = run.n_scored_subjects[split]
    name = {"test": "test", "valid": "validation"}[split]
    told = [f"{METRICS}, pooled over all windows of the {plural(n, f'{name} subject')}, and as means over recordings."]
    if split == "valid":
        told.append(
            "There were no test subjects. The weights were chosen on the validation subjects, so scores are optimistic."
        )
    return " ".join([*told, interval_text(n)])


def interval_text(n_subjects: int) -> str:
    """Return text about the intervals of scores, or about the reason why there are none."""
    if n_subjects < MIN_SUBJECTS:
        return f"No intervals are given, as they need at least {plural(MIN_SUBJECTS, 'subject')}."
    return (
        f"Values in brackets are {KIND}s over subjects, computed on the logit of a score with the standard error of "
        f"the jackknife that leaves out each subject in turn {cite(*CITED)}."
    )
