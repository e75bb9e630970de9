"""Tables of ratings as in papers; metrics are means over nights, in percent."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from jaxtyping import Float, Int
from scipy.stats import t

from eegbench.agreement.nights import Night
from eegbench.agreement.rating import MODEL, SCORER, Rating
from eegbench.score import interval
from eegbench.score.consensus import STAGES, Consensus
from eegbench.score.sleep_statistics import STATISTICS, sleep_statistics

OVERALL = "all scorers"
METRICS = ("f1", "accuracy", "kappa")
LIMITS = 1.96
"""Standard deviations on either side of the bias, between which 95 % of normal differences lie."""


def summary(rows: pd.DataFrame) -> pd.DataFrame:
    """Return a row per rater and one of all scorers: means over nights with standard deviation and interval.

    The intervals are those of Student's t over nights (see `eegbench.score.interval`); one night has none.

    Parameters
    ----------
    rows
        Table from `eegbench.agreement.rating.ratings_table`.
    """
    scorers = rows[rows["kind"] == SCORER]
    metrics = ["soft_agreement", *METRICS, *(f"{metric}/{stage}" for metric in METRICS for stage in STAGES)]
    by_night = scorers.groupby("record", sort=True)[metrics].mean().reset_index()
    epochs = scorers.groupby("record", sort=True)["n_epochs"].mean().to_numpy()
    everyone = by_night.assign(rater=OVERALL, kind=SCORER, n_epochs=epochs, rank=np.nan)
    frames = [scorers, everyone, rows[rows["kind"] == MODEL]]
    found = []
    for frame in frames:
        for name, own in frame.groupby("rater", sort=False):
            spread = scorers if name == OVERALL else own
            found.append(_rater(str(name), own, spread, metrics))
    return pd.DataFrame(found)


def _rater(name: str, own: pd.DataFrame, spread: pd.DataFrame, metrics: list[str]) -> dict[str, object]:
    nights = own["record"].nunique()
    row: dict[str, object] = {
        "rater": name,
        "kind": own["kind"].iloc[0],
        "n_nights": nights,
        "n_epochs": round(own["n_epochs"].sum()),
        "mean_rank": own["rank"].mean(),
    }
    for metric in metrics:
        mean, low, high = _mean(
            own[metric].dropna().to_numpy(float), lowest=-100.0 if metric.startswith("kappa") else 0.0
        )
        row |= {metric: mean, f"{metric}_sd": spread[metric].std(), f"{metric}_ci_low": low, f"{metric}_ci_high": high}
    return row


def _mean(values: Float[np.ndarray, "n_nights"], lowest: float) -> tuple[float, float, float]:
    """Return the mean over nights, in percent, and its interval."""
    n = len(values)
    if n == 0:
        return float("nan"), float("nan"), float("nan")
    mean, others = values.mean(), (values.sum() - values) / max(1, n - 1)
    nights = interval.subjects(others / 100, np.ones(n))
    low, high = interval.student_interval(np.array(mean / 100), [nights], lowest / 100)
    return float(mean), float(100 * low), float(100 * high)


def epoch_table(nights: Sequence[Night], reference: dict[str, Consensus]) -> pd.DataFrame:
    """Return a row per night: epochs in the files, kept epochs, ties, and epochs of each stage of the consensus."""
    rows = []
    for night in nights:
        said = reference[night.record]
        counts = {stage: int((said.stage == i).sum()) for i, stage in enumerate(STAGES)}
        kept = {"first_epoch": night.start, "n_epochs": night.stop - night.start, "n_in_files": night.length}
        facts = {"unscored": int((said.stage < 0).sum()), "n_tied": int(said.tied.sum())}
        rows.append({"record": night.record} | kept | counts | facts | {"mean_weight": said.weight.mean()})
    return pd.DataFrame(rows)


def confusion_table(scorers: Sequence[str], counts: Int[np.ndarray, "n_scorers n_scorers 6 6"]) -> pd.DataFrame:
    """Return the epochs of each ordered pair of scorers and stages, and the share of the first scorer's stage."""
    names = (*STAGES, "unscored")
    rows = [
        {"scorer": one, "other": other, "stage": stage, "other_stage": said, "n_epochs": int(counts[a, b, i, j])}
        for a, one in enumerate(scorers)
        for b, other in enumerate(scorers)
        if a != b
        for i, stage in enumerate(names)
        for j, said in enumerate(names)
    ]
    table = pd.DataFrame(rows)
    total = table.groupby(["scorer", "other", "stage"])["n_epochs"].transform("sum")
    return table.assign(share=table["n_epochs"] / total.where(total > 0))


def statistics_by_night(ratings: Sequence[Rating]) -> pd.DataFrame:
    """Return a row per rater, night and sleep statistic: the rater's value and that of the consensus."""
    rows = []
    for one in ratings:
        own, reference = sleep_statistics(one.stages), sleep_statistics(one.reference.stage)
        rows += [
            {
                "rater": one.rater,
                "kind": one.kind,
                "record": one.record,
                "statistic": name,
                "unit": unit,
                "value": own[name],
                "consensus": reference[name],
            }
            for name, unit in STATISTICS.items()
        ]
    return pd.DataFrame(rows)


def statistics_agreement(by_night: pd.DataFrame) -> pd.DataFrame:
    """Return bias, limits of agreement and correlation of each rater's sleep statistics with the consensus.

    The bias is the mean difference, rater minus consensus, with its 95 % interval by Student's t; the limits are 1.96
    standard deviations on either side (Bland and Altman 1986, Lancet 327, 307-310,
    doi 10.1016/S0140-6736(86)90837-8). Nights with an undefined value are left out.
    """
    by = ["rater", "kind", "statistic", "unit"]
    found = by_night.groupby(by, sort=False)[["value", "consensus"]].apply(_bland_altman)
    return found.reset_index()


def _bland_altman(own: pd.DataFrame) -> pd.Series:
    pair = own.dropna().to_numpy(float)
    n = len(pair)
    if n < 2:
        return pd.Series({"n_nights": n})
    difference = pair[:, 0] - pair[:, 1]
    bias, sd = difference.mean(), difference.std(ddof=1)
    half = t.ppf(0.975, n - 1) * sd / np.sqrt(n)
    return pd.Series(
        {
            "n_nights": n,
            "mean": pair[:, 0].mean(),
            "consensus": pair[:, 1].mean(),
            "bias": bias,
            "bias_ci_low": bias - half,
            "bias_ci_high": bias + half,
            "limit_low": bias - LIMITS * sd,
            "limit_high": bias + LIMITS * sd,
            "correlation": _correlation(pair),
        }
    )


def _correlation(pair: np.ndarray) -> float:
    if len(pair) < 3 or not (pair.std(axis=0) > 0).all():
        return float("nan")
    return float(np.corrcoef(pair.T)[0, 1])
