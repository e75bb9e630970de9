"""Groups of runs to compare; within a group, folds are pooled and seeds are replicates."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from eegbench.comparison.tested_run import FOLD, Tested
from eegbench.sweep.sweep_context import short_value
from eegbench.text import near

SEEDS = ("seed", "split.seed")
SHORT = ("dataset", "task", "model", "experiment")
"""Tags with the chosen option of a config group; their values are shown without the name of the tag."""

OF_ONE_MODULE = "torch."
"""Prefix of targets with the same last module: torch.optim.Adam and torch.optim.AdamW."""


@dataclass(frozen=True)
class Group:
    """Runs in one row of the table.

    Attributes
    ----------
    name
        Name of the group: the values in which it differs from the others.
    key
        Names and values by which runs are grouped.
    replicates
        Runs of each replicate: one run, or its folds.
    """

    name: str
    key: Mapping[str, str]
    replicates: tuple[tuple[Tested, ...], ...]

    @property
    def runs(self) -> list[Tested]:
        """All runs."""
        return [run for replicate in self.replicates for run in replicate]

    def values(self, parameter: str) -> tuple[str, ...]:
        """Return the values that a parameter has in these runs, sorted."""
        return tuple(sorted({run.run.parameters.get(parameter, "–") for run in self.runs}))

    @property
    def recordings(self) -> frozenset[str]:
        """Digests of the recordings of the runs."""
        return frozenset(run.recordings for run in self.runs)

    def mixed(self) -> dict[str, list[str]]:
        """Return the options, other than seeds and folds, in which the group's runs differ, with their values."""
        every = [one.options for one in self.runs]
        names = {name for options in every for name in options} - {*SEEDS, FOLD, *self.key}
        values = {name: sorted({options.get(name, "–") for options in every}) for name in sorted(names)}
        return {name: found for name, found in values.items() if len(found) > 1}


def group_runs(runs: Sequence[Tested], by: Sequence[str]) -> list[Group]:
    """Group runs by tags, options of config groups, or parameters.

    Parameters
    ----------
    runs
        Runs, oldest first.
    by
        Names such as ``task``, ``model``, ``trainer.lr``.

    Raises
    ------
    ValueError
        If no run has such a name, or two folds of one replicate test the same subject.
    """
    for name in by:
        _check_known(runs, name)
    members: dict[tuple[str, ...], list[Tested]] = {}
    for run in runs:
        members.setdefault(tuple(_value(run, name) for name in by), []).append(run)
    telling = [i for i, _ in enumerate(by) if len({key[i] for key in members}) > 1] or list(range(len(by)))
    return [
        Group(
            name=", ".join(_worded(by[i], values[i], by) for i in telling),
            key=dict(zip(by, values, strict=True)),
            replicates=_replicates(some),
        )
        for values, some in members.items()
    ]


def in_order(groups: Sequence[Group]) -> list[Group] | None:
    """Return groups in the order of the numeric option in which they differ; None if there is no such option."""
    telling = [name for name in groups[0].key if len({group.key[name] for group in groups}) > 1]
    if len(telling) != 1:
        return None
    try:
        return sorted(groups, key=lambda group: float(group.key[telling[0]]))
    except ValueError:
        return None


def find_group(groups: Sequence[Group], word: str) -> Group:
    """Return the group with a given name, dotted name, or list of all its values.

    Raises
    ------
    ValueError
        If there is no such group.
    """
    for group in groups:
        values = group.key.items()
        dotted = ", ".join(value if name in SHORT else f"{name}={value}" for name, value in values)
        if word in (group.name, dotted, ", ".join(group.key.values())):
            return group
    names = [group.name for group in groups]
    raise ValueError(f"--reference {word}: there is no such group{near(word, names)}; there are {'; '.join(names)}.")


def _replicates(runs: Sequence[Tested]) -> tuple[tuple[Tested, ...], ...]:
    """Join the folds of one experiment; folds may start from different encoders."""
    found: dict[tuple[str, tuple[tuple[str, str], ...]], list[Tested]] = {}
    for run in runs:
        options = dict(run.options)
        if options.pop(FOLD, None) is not None:
            options.pop("encoder", None)
        found.setdefault((run.recordings, tuple(sorted(options.items()))), []).append(run)
    for folds in found.values():
        _check_tested_once(folds)
    return tuple(map(tuple, found.values()))


def _check_tested_once(folds: Sequence[Tested]) -> None:
    seen: dict[str, Tested] = {}
    for one in folds:
        for subject in sorted(one.subjects):
            if subject in seen:
                raise ValueError(
                    f"subject {subject} is tested by {seen[subject].run} and by {one.run}, which are folds of one "
                    "experiment; leave one of them out with --filter, or add the option that differs to --group-by."
                )
            seen[subject] = one


def _value(run: Tested, name: str) -> str:
    """Return a run's value of a tag, of a config group (the option chosen), or of a parameter."""
    parameters, tags = run.run.parameters, run.run.tags
    target = parameters.get(f"{name}._target_")
    if name in tags and (name in SHORT or target):  # what a multirun chose: two options may build one class
        return tags[name]
    if target:
        return target.split(".")[-1 if target.startswith(OF_ONE_MODULE) else -2]
    return parameters.get(name, tags.get(name, "–"))


def _worded(name: str, value: str, by: Sequence[str]) -> str:
    """Format a value, with the last part of its parameter's name if needed."""
    last = name.rpartition(".")[2]
    clear = sum(other.rpartition(".")[2] == last for other in by) == 1
    return value if name in SHORT else f"{last if clear else name}={short_value(value)}"


def _check_known(runs: Sequence[Tested], name: str) -> None:
    parameters = {known for run in runs for known in run.run.parameters}
    options = {known.removesuffix("._target_") for known in parameters if known.endswith("._target_")}
    tags = {known for run in runs for known in run.run.tags if not known.startswith("mlflow.")}
    if name not in parameters | options | tags:
        raise ValueError(
            f"--group-by {name}: no run has such a parameter or tag{near(name, parameters | options | tags)}; there "
            f"are {', '.join(sorted(options & set(SHORT)))} and every option by its dotted name, such as trainer.lr."
        )
