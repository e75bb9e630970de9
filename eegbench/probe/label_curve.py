"""Scores against the number of labels: a probe is fitted to random subsets of the labels of train.

Banville et al. 2021, figure 3 (doi:10.1088/1741-2552/abca18), compare encoders in this way.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Annotated

import numpy as np
from jaxtyping import Float, Int

from eegbench.config import ConfigError, Range, Size
from eegbench.inference.description import Description
from eegbench.inference.network import Network
from eegbench.probe.base import Classifier, Labelled, Probe, ProbeNotConvergedError
from eegbench.probe.label_budget import Budget, budgets

ChooseShare = Annotated[float, Range(low=0, high=0.5)]


class LabelCurve(Probe):
    """A probe fitted to all labels, and to random subsets of them.

    The row in the tables of scores is that of the probe fitted to all labels of train, with settings chosen on all of
    valid. A subset uses no label outside it: settings are chosen on a share of it, and labels of valid are not used.
    Probes of all encoders and controls have the same subsets.

    Parameters
    ----------
    probe
        Probe that is fitted.
    n_labels
        Numbers of labels in each class.
    n_subjects
        Numbers of subjects all of whose labels are used.
    n_draws
        Number of random subsets of each size.
    choose_share
        Share of a subset on which the probe chooses settings or stops training; 0 fits to the whole subset, and the
        first setting is used.
    """

    def __init__(
        self,
        *,
        probe: Probe,
        n_labels: tuple[Size, ...],
        n_subjects: tuple[Size, ...],
        n_draws: Size,
        choose_share: ChooseShare,
    ) -> None:
        if isinstance(probe, LabelCurve):
            raise ConfigError("probe.of.label_curve.probe: a label curve cannot be the probe of a label curve.")
        if not n_labels and not n_subjects:
            raise ConfigError(
                "probe.of.label_curve: neither n_labels nor n_subjects has a number; set, for example, "
                "n_labels=[1,10,100]."
            )
        self.probe, self.needs = probe, probe.needs
        self.n_labels, self.n_subjects = tuple(sorted(set(n_labels))), tuple(sorted(set(n_subjects)))
        self.n_draws, self.choose_share = n_draws, choose_share

    def fit(self, train: Labelled, valid: Labelled, rng: np.random.Generator) -> "CurveClassifier":
        """Fit to all labels, and draw the subsets. See `eegbench.probe.Probe.fit`."""
        of_all, of_draws, of_fits = rng.spawn(3)
        whole = self.probe.fit(train, valid, of_all)
        drawn = budgets(
            train.y,
            train.subjects,
            n_labels=self.n_labels,
            n_subjects=self.n_subjects,
            n_draws=self.n_draws,
            choose_share=self.choose_share,
            rng=of_draws,
        )
        sizes = {"labels": self.n_labels, "subjects": self.n_subjects}
        return CurveClassifier(self.probe, whole, train, tuple(drawn), sizes, seed=int(of_fits.integers(2**63)))


class CurveClassifier(Classifier):
    """A classifier fitted to all labels, and subsets of labels to fit others to.

    Parameters
    ----------
    probe
        Probe that is fitted.
    whole
        Classifier fitted to all labels.
    train
        Windows of train.
    drawn
        Subsets of their labels.
    sizes
        Sizes that were asked for on each axis.
    seed
        Seed of the fits.
    """

    def __init__(
        self,
        probe: Probe,
        whole: Classifier,
        train: Labelled,
        drawn: tuple[Budget, ...],
        sizes: Mapping[str, Sequence[int]],
        *,
        seed: int,
    ) -> None:
        self.probe, self.whole, self.train, self.drawn, self.seed = probe, whole, train, drawn, seed
        self.sizes = sizes
        self.facts = whole.facts

    def probabilities(self, rows: Int[np.ndarray, "n"]) -> Float[np.ndarray, "n n_classes"]:
        """Return class probabilities from the classifier that is fitted to all labels."""
        return self.whole.probabilities(rows)

    def network(self, description: Description) -> Network | None:
        """Return the network of the classifier that is fitted to all labels."""
        return self.whole.network(description)

    def fits(self) -> Iterator[tuple[Budget, Classifier]]:
        """Fit to each subset in turn; only one classifier is in memory at a time."""
        for number, budget in enumerate(self.drawn):
            train, choose = (self._part(rows) for rows in (budget.fit, budget.choose))
            rng = np.random.default_rng([self.seed, number])
            try:
                yield budget, self.probe.fit(train, choose, rng)
            except ProbeNotConvergedError as error:
                raise ProbeNotConvergedError(
                    f"label curve, {budget.axis}={budget.size}: {error}", error.option
                ) from error

    def missing(self) -> list[str]:
        """Return a note for each axis with sizes that train does not have."""
        notes = []
        for axis, asked in self.sizes.items():
            drawn = {budget.size for budget in self.drawn if budget.axis == axis}
            if lacking := [str(size) for size in asked if size not in drawn]:
                there = ", ".join(map(str, sorted(drawn))) or "none"
                unit = "labels in each class" if axis == "labels" else "labelled subjects"
                notes.append(f"label curve: train does not have {' or '.join(lacking)} {unit}; drawn: {there}")
        return notes

    def _part(self, positions: Int[np.ndarray, "n"]) -> Labelled:
        return replace(self.train, rows=self.train.rows[positions], y=self.train.y[positions])
