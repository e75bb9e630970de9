"""Runs as MLflow would hand them out, with predictions of known skill."""

import pytest
from comparison.known_predictions import CLASSES, counted, named_like, unchanged

from eegbench.comparison.tested_run import Tested
from eegbench.tracking.finished_runs import FinishedRun


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
        change=unchanged,
        on_valid=None,
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
            files="file:///nowhere",
            link="http://127.0.0.1:5000/#/experiments/1/runs/1",
        )
        change = change if classes == CLASSES else named_like(classes)
        windows, counts = counted(skill, tuple(subjects), int(parameters["seed"]), classes, change)
        return Tested(
            run,
            "linear",
            "linear",
            windows,
            counts,
            classes,
            within,
            transductive,
            recordings,
            "linear",
            None,
            None,
            on_valid or {},
        )

    return make
