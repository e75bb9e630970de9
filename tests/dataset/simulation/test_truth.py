"""Simulated nights of version 2 resemble real ones in their features: docs/simulator.md has the table."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from eegbench.dataset.simulation import draw_subject, simulate_night
from eegbench.dataset.simulation.spectra import FeatureNight, epoch_features, read_features

TOLERANCE = 0.5
"""Tolerance in nats; means over eight subjects differ from the mean over all by this much in some band."""


@cache
def simulated() -> list[FeatureNight]:
    """Return nights of women with the age of those whose nights were measured."""
    nights = []
    for number in range(8):
        sleeper = replace(draw_subject(number, seed=7), age=29, sex="F")
        night = simulate_night(sleeper, session=1, hours=3.0, seed=7)
        nights.append(FeatureNight(number, epoch_features(night.signals[:2]), night.hypnogram.labels))
    return nights


@pytest.fixture(scope="module")
def real(shared_data: Path) -> list[FeatureNight]:
    return read_features(shared_data / "sleep-edf" / "features")


def medians(nights: list[FeatureNight]) -> np.ndarray:
    """Return the mean over nights of each night's medians."""
    by_stage = [[n.features[n.labels == stage] for n in nights] for stage in range(5)]
    return np.stack([np.mean([np.median(x, axis=0) for x in parts if len(x) > 5], axis=0) for parts in by_stage])


@pytest.mark.slow
@pytest.mark.realdata
def test_medians_of_every_stage_and_channel_are_near_those_of_real_nights(real):
    away = medians(simulated()) - medians(real)

    assert (np.abs(away) < TOLERANCE).all()


@pytest.mark.realdata
def test_a_classifier_trained_on_them_stages_real_nights(real):
    for standardise, least in ((False, 0.62), (True, 0.69)):
        x = [
            [_standardised(n.features) if standardise else n.features for n in nights] for nights in (simulated(), real)
        ]
        y = [np.concatenate([n.labels for n in nights]) for nights in (simulated(), real)]
        model = make_pipeline(StandardScaler(), LogisticRegression(class_weight="balanced", max_iter=2000))
        model.fit(np.concatenate(x[0]), y[0])
        found = balanced_accuracy_score(y[1], model.predict(np.concatenate(x[1])))
        assert found > least


def _standardised(features: np.ndarray) -> np.ndarray:
    return (features - features.mean(axis=0)) / features.std(axis=0)
