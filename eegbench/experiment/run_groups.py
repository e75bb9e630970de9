"""Groups of runs that differ only in their seeds or test subjects; their maps are averaged."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from eegbench.comparison.groups import SEEDS
from eegbench.config import NO_EFFECT, flat, read_overrides
from eegbench.experiment.finished_run import Finished
from eegbench.report.group_maps import RunGroup, file_name
from eegbench.sweep.sweep_context import short_name

REPLICATES = (*SEEDS, "dataset.seed", "dataset.root", "dataset.cache", "dataset.folder")
"""Options in which the runs of a group may differ, in addition to those of the split."""

LONGEST = 60
"""Maximum number of characters of a group's name."""

MOST_OPTIONS = 3
"""Options in a group's name, if groups differ in many."""


def group_runs(runs: Sequence[Finished]) -> list[RunGroup]:
    """Return the groups of runs, in the order of their first runs.

    A group is called by the option of ``experiment`` where each has its own, else by its model, task and data set where
    these tell groups apart, else by the options in which they differ, of many by the first three. If these are too
    long, a group is called by the folder of its first run.

    Parameters
    ----------
    runs
        Finished runs.
    """
    options = [_of_group(one.experiment.options) for one in runs]
    names = {name for one in options for name in one}
    differing = sorted(name for name in names if len({str(one.get(name)) for one in options}) > 1)
    keys = [tuple(str(one.get(name)) for name in differing) for one in options]
    members = {key: [i for i, other in enumerate(keys) if other == key] for key in dict.fromkeys(keys)}
    names_of = _names([runs[own[0]] for own in members.values()], differing, list(members))
    return [
        RunGroup(name, tuple(runs[i].folder for i in own), tuple(runs[i].experiment.seed for i in own))
        for name, own in zip(names_of, members.values(), strict=True)
    ]


def _names(firsts: Sequence[Finished], differing: Sequence[str], keys: Sequence[tuple[str, ...]]) -> list[str]:
    """Return a name for each group, from its first run and the values of the options in which groups differ."""
    if len(firsts) == 1:
        return [""]
    worded = [[f"{name}={value}" for name, value in zip(differing, key, strict=True)] for key in keys]
    ways = (
        [_experiment(one) for one in firsts],
        [_choices(one, firsts) for one in firsts],
        [short_name(words) for words in worded],
        *_first_options(firsts, differing, keys),
        [one.folder.name for one in firsts],
    )
    for names in ways:
        files = {file_name(name) for name in names}
        if len(files) == len(firsts) and all(0 < len(name) <= LONGEST for name in names):
            return names
    return [f"group {number}" for number in range(1, len(firsts) + 1)]


def _choices(run: Finished, runs: Sequence[Finished]) -> str:
    """Return the names of a run's model, task and data set, as far as runs differ in them."""
    own = run.experiment.choices
    return " ".join(value for kind, value in own.items() if len({one.experiment.choices[kind] for one in runs}) > 1)


def _of_group(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options that are equal for all runs of a group, by dotted name."""
    apart = {name: value for name, value in options.items() if name not in (*NO_EFFECT, "split")}
    return {name: value for name, value in flat(apart).items() if name not in REPLICATES}


def _first_options(
    firsts: Sequence[Finished], differing: Sequence[str], keys: Sequence[tuple[str, ...]]
) -> Iterator[list[str]]:
    """Yield names of three, two and one of the options that differ: data set, task and model first, then the shortest.

    Options that only some groups have, and those of a data set, task or model that differs itself, are left out.
    """
    choices = [one.experiment.choices for one in firsts]
    shared = set.intersection(*(set(_of_group(one.experiment.options)) for one in firsts))
    kinds = [kind for kind in choices[0] if len({own[kind] for own in choices}) > 1]
    columns = [(name, [key[i] for key in keys]) for i, name in enumerate(differing) if name in shared]
    options = [(name, values) for name, values in columns if name.partition(".")[0] not in kinds]
    options = [(name, values) for name, values in options if not name.endswith("._target_")]
    options.sort(key=lambda one: (str(None) in one[1], max(map(len, one[1]))))
    every = [(kind, [own[kind] for own in choices]) for kind in kinds] + options
    for n in range(min(MOST_OPTIONS, len(every)), 0, -1):
        more = " …" if len(every) > n else ""
        yield [short_name([f"{name}={of[i]}" for name, of in every[:n]]) + more for i in range(len(firsts))]


def _experiment(run: Finished) -> str:
    """Return the option of ``experiment`` that a run was started with, or an empty string."""
    file = run.folder / ".hydra" / "overrides.yaml"
    words = read_overrides(file) if file.is_file() else []
    chosen = [word.partition("=")[2] for word in words if word.startswith("experiment=")]
    return chosen[-1] if chosen else ""
