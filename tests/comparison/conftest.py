"""Runs as MLflow would hand them out, with predictions of known skill."""

import functools

import numpy as np
import pandas as pd
import pytest

from eegbench.comparison.tested_run import Tested
from eegbench.tracking.finished_runs import FinishedRun

CLASSES = ("left", "right")
SKILLS = {"random_weights": 0.55, "hand_made": 0.7, "majority": 0.5, "chance": 0.5}


@functools.cache
def predictions(skill, subjects, seed, n_windows=40):
    parts = []
    for probe, share in {"linear": skill, **SKILLS}.items():
        for subject in subjects:
            label = np.random.default_rng(subject).integers(0, 2, n_windows)
            right = np.random.default_rng([subject, seed, len(parts)]).random(n_windows) < share
            names = np.array(CLASSES)
            part = pd.DataFrame({"start_s": np.arange(n_windows) * 2.0, "label": names[label]})
            said = names[np.where(right, label, 1 - label)]
            parts.append(
                part.assign(recording=f"r{subject}", subject=f"s{subject}", split="test", probe=probe, predicted=said)
            )
    return pd.concat(parts, ignore_index=True)


@pytest.fixture
def make_run():
    def make(
        skill=0.7,
        subjects=range(8),
        *,
        tags=None,
        classes=CLASSES,
        within=False,
        transductive=False,
        recordings="a",
        **options,
    ):
        name = " ".join(f"{key} {value}" for key, value in (options | (tags or {})).items())
        parameters = {"seed": "0", "trainer.lr": "0.001", "model._target_": "eegbench.model.chambon2018.Chambon2018"}
        parameters |= {key.replace("__", "."): str(value) for key, value in options.items()}
        run = FinishedRun(
            id=f"{abs(hash(name)):032x}",
            name=name,
            experiment="toy",
            experiment_id="1",
            status="FINISHED",
            parameters=parameters,
            tags={"dataset": "toy", "task": "supervised", "model": "chambon2018", **(tags or {})},
            metrics={},
            files="file:///nowhere",
            link="http://127.0.0.1:5000/#/experiments/1/runs/1",
        )
        frame = predictions(skill, tuple(subjects), int(parameters["seed"])).copy()
        return Tested(run, "linear", "linear", frame, classes, within, transductive, recordings, "linear", None)

    return make
