"""Search space of a sweep: a distribution of each option, and the options that each choice of groups has."""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import prod
from typing import Any

from optuna.distributions import BaseDistribution, CategoricalDistribution
from optuna.trial import TrialState, create_trial

from eegbench.sweep.distribution import describe, value_text, values_of

Point = Mapping[str, Any]


@dataclass(frozen=True)
class Branch:
    """A part of a search space in which the same options are searched.

    Attributes
    ----------
    choices
        Chosen options of groups, by the name of the group.
    keys
        Names of all options that are searched in the branch, including these groups.
    """

    choices: Mapping[str, Any]
    keys: frozenset[str]


class Space(Mapping[str, BaseDistribution]):
    """Distributions by option. Together, the branches contain each point once.

    Parameters
    ----------
    distributions
        Distribution of each option.
    branches
        Parts of the space; without any, every point has all options.
    """

    def __init__(self, distributions: Mapping[str, BaseDistribution], branches: tuple[Branch, ...] = ()) -> None:
        self.distributions = dict(distributions)
        self.branches = branches or (Branch({}, frozenset(distributions)),)

    def __getitem__(self, key: str) -> BaseDistribution:
        return self.distributions[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.distributions)

    def __len__(self) -> int:
        return len(self.distributions)

    @property
    def deciding(self) -> list[str]:
        """Groups whose choice decides which other options are searched."""
        return [key for key in self if any(key in branch.choices for branch in self.branches)]

    @property
    def common(self) -> list[str]:
        """Options that every point has."""
        return [key for key in self if all(key in branch.keys for branch in self.branches)]

    def keys_of(self, values: Point) -> list[str]:
        """Return the options that a point with these values has, in the order of the space.

        Parameters
        ----------
        values
            Values of at least the deciding groups.
        """
        branch = next(one for one in self.branches if all(values[key] == v for key, v in one.choices.items()))
        return [key for key in self if key in branch.keys]

    def is_whole(self, point: Point) -> bool:
        """Return whether a point has all of its options, and no others."""
        keys = set(point)
        return any(
            keys == branch.keys and all(point[key] == value for key, value in branch.choices.items())
            for branch in self.branches
        )

    def problem(self, point: Point) -> str:
        """Return why a point, or a part of one, does not belong to the space; an empty text if it does."""
        for key, value in point.items():
            if key not in self:
                return f"{key}={value} was queued, and the space has no such option; it has {', '.join(self)}."
            try:
                create_trial(state=TrialState.RUNNING, params={key: value}, distributions={key: self[key]})
            except (ValueError, TypeError):  # of Optuna, which names no option
                return f"{key}={value} is not in the space, which has {describe(self[key])}."
        if all(key in point for key in self.deciding):
            for key in sorted(set(point) - set(self.keys_of(point))):
                return f"{key}={point[key]} is searched only with {self.condition(key)}."
        return ""

    def size(self) -> int | None:
        """Return the number of points; None if the space is continuous."""
        if self.continuous():
            return None
        return sum(prod(len(options) for options in self._options(branch).values()) for branch in self.branches)

    def continuous(self) -> list[str]:
        """Return the options with infinitely many values."""
        return [key for key, one in self.items() if values_of(one) is None]

    def points(self) -> Iterator[dict[str, Any]]:
        """Yield every point of a finite space; the last key varies fastest."""
        for branch in self.branches:
            options = self._options(branch)
            for chosen in itertools.product(*options.values()):
                yield dict(zip(options, chosen, strict=True))

    def examples(self) -> list[dict[str, Any]]:
        """Return points that together contain every category of every option in every branch.

        Other options have the first of their values.
        """
        found: list[dict[str, Any]] = []
        for branch in self.branches:
            options = self._options(branch)
            first = {key: values[0] for key, values in options.items()}
            found.append(first)
            for key, values in options.items():
                if isinstance(self[key], CategoricalDistribution):
                    found += [{**first, key: value} for value in values[1:]]
        return found

    def describe(self) -> dict[str, str]:
        """Describe each option in the syntax of the command line, and state where it is searched."""
        return {key: describe(one) + self._condition(key) for key, one in self.items()}

    def condition(self, key: str) -> str:
        """Return the choices with which an option is searched; an empty text if it always is."""
        if key in self.common:
            return ""
        some = [one.choices for one in self.branches if key in one.keys]
        return " or ".join(" ".join(f"{name}={value_text(value)}" for name, value in one.items()) for one in some)

    def _condition(self, key: str) -> str:
        return f", with {self.condition(key)}" if self.condition(key) else ""

    def _options(self, branch: Branch) -> dict[str, list[Any]]:
        """Return the values of each option in a branch; of a continuous one, the lowest."""
        return {
            key: [branch.choices[key]] if key in branch.choices else values_of(one) or [getattr(one, "low", None)]
            for key, one in self.items()
            if key in branch.keys
        }


def as_words(point: Point) -> list[str]:
    """Return a point as overrides."""
    return [f"{key}={value_text(value)}" for key, value in point.items()]
