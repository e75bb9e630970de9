"""Measures of embeddings that need no choice of a probe: their spread, what their neighbours share, and whom they show.

Conventions
-----------
Embeddings are standardised on train. All measures are of windows of test; sex and age are learned on train. ``chance``
is the value of embeddings without any information.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from jaxtyping import Float

N_NEIGHBOURS = 15
MAX_WINDOWS = 3000
"""Maximum number of windows, drawn at random from those of test, and as many from train."""

MIN_SUBJECTS = 4
"""Minimum number of subjects of train with a known age, or of each sex."""

FILE = "representation.csv"
"""Name of the table in the folder of a run."""

COLUMNS = ("encoder", "measure", "value", "chance", "n_windows", "n_subjects")
"""Its columns."""

Features = Float[np.ndarray, "n dim"]
Row = tuple[str, float, float]


@dataclass(frozen=True)
class Embedded:
    """Embeddings of windows with what is known of them, in the order of ``windows``.

    Attributes
    ----------
    features
        Embeddings (n, dim).
    windows
        ``subject, recording, start_s, label`` of each window, and ``sex`` and ``age`` (years) where known.
    """

    features: Features
    windows: pd.DataFrame


def representation(train: Embedded, test: Embedded, rng: np.random.Generator) -> list[Row]:
    """Return ``measure, value, chance`` of each measure.

    ``effective_rank``
        Exponential of the entropy of the singular values' shares (Roy and Vetterli 2007, Proceedings of EUSIPCO).
    ``uniformity``
        Logarithm of the mean of exp(-2 d²) over pairs of windows, with distances d on the unit sphere (Wang and Isola
        2020, doi:10.48550/arXiv.2005.10242); lower is more uniform.
    ``alignment``
        Mean squared distance on the unit sphere between a window and the next one of the recording; ``chance`` is that
        between random windows.
    ``label_purity``, ``subject_purity``
        Share of the 15 nearest windows with the same label, or of the same subject. Labels are compared among windows
        of other subjects.
    ``subject_accuracy``
        Accuracy of a ridge classifier of subjects, fitted to the first half of each recording and tested on the second.
    ``sex_balanced_accuracy``
        Balanced accuracy over windows of a ridge classifier of sex, fitted to subjects of train.
    ``age_error``
        Mean absolute error in years over subjects of ridge regression of age, fitted to subjects of train; ``chance``
        is that of train's median.

    Parameters
    ----------
    train, test
        Embedded windows; at most ``MAX_WINDOWS`` of each are used.
    rng
        Random generator.
    """
    train, test = _some(train, rng), _some(test, rng)
    centre, scale = train.features.mean(0), train.features.std(0)
    scale = np.where(scale > 0, scale, 1.0)
    of_train, of_test = ((one.features - centre) / scale for one in (train, test))
    rows: list[Row] = [("effective_rank", effective_rank(of_test), float("nan"))]
    rows += _on_sphere(of_test, test.windows, rng)
    rows += _purity(of_test, test.windows)
    rows += _subjects(of_test, test.windows)
    rows += _sex(of_train, train.windows, of_test, test.windows)
    rows += _age(of_train, train.windows, of_test, test.windows)
    return rows


def effective_rank(features: Features) -> float:
    """Return the exponential of the entropy of the shares of the singular values of centred features."""
    values = np.linalg.svd(features - features.mean(0), compute_uv=False)
    share = values[values > 0] / max(values.sum(), np.finfo(float).tiny)
    return float(np.exp(-(share * np.log(share)).sum()))


def _some(one: Embedded, rng: np.random.Generator) -> Embedded:
    rows = np.sort(rng.permutation(len(one.windows))[:MAX_WINDOWS])
    return Embedded(one.features[rows].astype(np.float64), one.windows.iloc[rows].reset_index(drop=True))


def _on_sphere(features: Features, windows: pd.DataFrame, rng: np.random.Generator) -> Iterator[Row]:
    unit = features / np.maximum(np.linalg.norm(features, axis=1, keepdims=True), np.finfo(float).tiny)
    products = unit @ unit.T
    upper = np.triu_indices(len(unit), 1)
    yield "uniformity", float(np.log(np.exp(-2 * (2 - 2 * products[upper])).mean())), float("nan")
    order = windows.sort_values(["recording", "start_s"]).index.to_numpy()
    follows = windows["recording"].to_numpy()[order][1:] == windows["recording"].to_numpy()[order][:-1]
    distance = ((unit[order][1:] - unit[order][:-1]) ** 2).sum(1)
    random = ((unit - unit[rng.permutation(len(unit))]) ** 2).sum(1)
    if follows.any():
        yield "alignment", float(distance[follows].mean()), float(random.mean())


def _purity(features: Features, windows: pd.DataFrame) -> Iterator[Row]:
    from sklearn.neighbors import NearestNeighbors

    subject, label = windows["subject"].to_numpy(), windows["label"].to_numpy()
    names = np.unique(subject)
    if len(features) <= N_NEIGHBOURS or len(names) < 2:
        return
    near = NearestNeighbors(n_neighbors=N_NEIGHBOURS).fit(features).kneighbors(return_distance=False)
    share = np.array([(subject == name).mean() for name in names])
    yield "subject_purity", float((subject[near] == subject[:, None]).mean()), float((share**2).sum())
    same, expected = [], []
    for name in names:
        own, others = np.flatnonzero(subject == name), np.flatnonzero(subject != name)
        n = min(N_NEIGHBOURS, len(others))
        near = NearestNeighbors(n_neighbors=n).fit(features[others]).kneighbors(features[own], return_distance=False)
        same.append((label[others][near] == label[own, None]).mean(1))
        expected.append([(label[others] == one).mean() for one in label[own]])
    yield "label_purity", float(np.concatenate(same).mean()), float(np.concatenate(expected).mean())


def _subjects(features: Features, windows: pd.DataFrame) -> Iterator[Row]:
    from sklearn.linear_model import RidgeClassifier

    names = windows["subject"].unique()
    middle = windows.groupby("recording")["start_s"].transform("median")
    early = (windows["start_s"] < middle).to_numpy()
    subject = windows["subject"].to_numpy().astype(str)
    if len(names) < 2 or set(subject[early]) != set(subject[~early]):
        return
    said = RidgeClassifier(class_weight="balanced").fit(features[early], subject[early]).predict(features[~early])
    yield "subject_accuracy", float((said == subject[~early]).mean()), 1 / len(names)


def _sex(train: Features, of_train: pd.DataFrame, test: Features, of_test: pd.DataFrame) -> Iterator[Row]:
    from sklearn.linear_model import RidgeClassifier
    from sklearn.metrics import balanced_accuracy_score

    if "sex" not in of_train:
        return
    known, there = of_train["sex"].notna().to_numpy(), of_test["sex"].notna().to_numpy()
    n_subjects = of_train[known].groupby("sex")["subject"].nunique()
    if len(n_subjects) != 2 or n_subjects.min() < MIN_SUBJECTS or of_test.loc[there, "sex"].nunique() < 2:
        return
    fitted = RidgeClassifier(class_weight="balanced").fit(train[known], of_train.loc[known, "sex"].astype(str))
    said = fitted.predict(test[there])
    yield "sex_balanced_accuracy", float(balanced_accuracy_score(of_test.loc[there, "sex"].astype(str), said)), 0.5


def _age(train: Features, of_train: pd.DataFrame, test: Features, of_test: pd.DataFrame) -> Iterator[Row]:
    from sklearn.linear_model import Ridge

    if "age" not in of_train:
        return
    known, there = of_train["age"].notna().to_numpy(), of_test["age"].notna().to_numpy()
    if of_train.loc[known, "subject"].nunique() < MIN_SUBJECTS or not there.any():
        return
    said = Ridge().fit(train[known], of_train.loc[known, "age"].astype(float)).predict(test[there])
    by_subject = of_test[there].assign(said=said).groupby("subject")[["said", "age"]].mean().astype(float)
    median = of_train[known].groupby("subject")["age"].first().median()
    error = float((by_subject["said"] - by_subject["age"]).abs().mean())
    yield "age_error", error, float((by_subject["age"] - median).abs().mean())
