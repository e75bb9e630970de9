"""Methods paragraph of a comparison for a paper, with the cited works."""

from collections.abc import Mapping
from math import isfinite

from eegbench.comparison.notes import HOW, interval_note, metric_name
from eegbench.comparison.sheets import display_name
from eegbench.comparison.tables import Comparison
from eegbench.comparison.tested_run import FOLD
from eegbench.document.bibliography import cite, references
from eegbench.document.prose import listed
from eegbench.document.software import package_entry, software_text
from eegbench.probe.control import CONTROLS
from eegbench.score.interval import CITED
from eegbench.score.paired import ALPHA, POWER
from eegbench.score.render import plural

SPLITS = {"test": "test", "valid": "validation"}


def methods_text(comparison: Comparison, versions: Mapping[str, str]) -> str:
    """Return text about the comparison and its methods in Markdown; citations are keys of the references.

    Parameters
    ----------
    comparison
        Results of the comparison.
    versions
        Versions of the software.
    """
    parts = [_groups(comparison), _values(comparison), _tests(comparison), software_text(versions)]
    return "\n\n".join(["# Methods", *(part for part in parts if part)]) + "\n"


def methods_references(text: str, versions: Mapping[str, str]) -> str:
    """Return the BibTeX entries of the works cited in the text."""
    return references(text, package_entry(versions))


def _groups(comparison: Comparison) -> str:
    """Return text about the groups, their numbers of runs, and common options."""
    question, groups = comparison.question, comparison.groups
    named = [
        f"{group.name} ({plural(len(group.runs), 'run')}, seeds {_seeds(group.values('seed'))})" for group in groups
    ]
    how = HOW[question.aggregation].rstrip(",")
    subjects = plural(len(comparison.subjects), f"{SPLITS[question.split]} subject")
    return (
        f"Groups of runs by {listed([name.replace('_', ' ') for name in question.by])} were compared by "
        f"{metric_name(question.metric)}, {how} of {subjects}: {listed(named)}."
    )


def _seeds(values: tuple[str, ...]) -> str:
    return listed(values) if values else "not varied"


def _values(comparison: Comparison) -> str:
    """Return text about the value of a group and its interval."""
    is_folded = any(FOLD in run.run.parameters for run in comparison.runs)
    folds = "; the folds of a replicate were pooled first" if is_folded else ""
    note = interval_note(comparison)
    cited = f" {cite(*CITED)}" if note.startswith("[low") else ""
    return (
        "A group's value is the mean over its replicates (seeds and draws of subjects), and SD their standard "
        f"deviation{folds}. {note.rstrip('.')}{cited}. As controls, the same probes were fitted to random weights and "
        f"to hand-made features, and the majority class and uniform guesses were scored.{_further(comparison)}"
    )


def _further(comparison: Comparison) -> str:
    """Return text about controls that stand in the table whatever the probe."""
    names = [display_name(one.name) for one in comparison.controls if one.name not in CONTROLS]
    return f" Further controls were {listed(names)}." if names else ""


def _tests(comparison: Comparison) -> str:
    """Return text about tests between groups, if there were any."""
    pairs, ranked = comparison.pairs, comparison.ranking
    told = []
    if any(isfinite(one.p) for one in pairs):
        told.append(
            "Groups were compared on the same subjects by two-sided Wilcoxon signed-rank tests [@wilcoxon1945], zeros "
            "split between both signs [@demsar2006], with p-values corrected by Holm's method [@holm1979]; effect "
            "sizes are the matched-pairs rank-biserial correlation [@kerby2014] and d_z [@lakens2013]."
        )
    found = [one.detectable for one in pairs if isfinite(one.detectable)]
    if found:
        told.append(
            f"With a power of {100 * POWER:.0f} %, the test would have found differences of {min(found):.2f} to "
            f"{max(found):.2f} (simulated, at {ALPHA} / {sum(isfinite(one.p) for one in pairs)})."
        )
    if ranked is not None:
        told.append(
            f"Mean ranks over {plural(ranked.n, 'subject')} were compared by Friedman's test [@demsar2006] "
            f"(p = {ranked.p:.2g}); bars join groups that Holm-corrected Wilcoxon tests do not separate at {ALPHA} "
            "[@benavoli2016]."
        )
    return " ".join(told)
