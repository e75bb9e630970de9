"""Many processes that replay the records of a run at once, to one tracking store and one study; torch is not needed.

python many_writers.py FOLDER N_WRITERS TRACKING_URI|- STORAGE|-
"""

import os
import sys
import traceback
from pathlib import Path

import optuna

from eegbench.sweep.storage import open_storage
from eegbench.tracking import RunFacts
from eegbench.tracking.database import quiet
from eegbench.tracking.mlflow import Mlflow

N_PASSES = 5


def replay(folder: Path, number: int, uri: str | None, storage: str | None) -> None:
    """Log a run as a training does, and one trial of a study."""
    run = folder / f"runs/{number}"
    run.mkdir(parents=True)
    (run / "scores.csv").write_text(f"probe,score\nlinear,{number}\n")
    facts = RunFacts("load", f"writer {number}", run, {f"option.{i}": i for i in range(100)}, {"seed": str(number)})
    live = Mlflow(uri=uri, folder=str(folder), experiment=None, metrics="headline").start(facts)
    for pass_ in range(N_PASSES):
        live.log_pass(pass_, {f"metric_{i}": number + pass_ / 10 for i in range(10)})
    live.finish(metrics={"test/linear/balanced_accuracy": float(number)}, model=None)
    if storage:
        study = optuna.load_study(study_name="load", storage=open_storage(storage))
        trial = study.ask()
        study.tell(trial, trial.suggest_float("x", 0, 1))


def main(folder: Path, n: int, uri: str | None, storage: str | None) -> int:
    """Fork the writers once everything is imported, the first alone, as it creates tables; return how many failed."""
    import mlflow.store.tracking.sqlalchemy_store  # noqa: F401

    assert "torch" not in sys.modules
    if storage:
        optuna.create_study(study_name="load", storage=open_storage(storage))
    n_failed = _wait([_forked(folder, 0, uri, storage)])
    return n_failed + _wait([_forked(folder, number, uri, storage) for number in range(1, n)])


def _forked(folder: Path, number: int, uri: str | None, storage: str | None) -> int:
    if child := os.fork():
        return child
    status = 1
    try:
        with quiet():
            replay(folder, number, uri, storage)
        status = 0
    except Exception:  # noqa: BLE001  printed for the test
        traceback.print_exc()
    finally:
        os._exit(status)  # nothing of the parent runs in a fork


def _wait(children: list[int]) -> int:
    return sum(os.waitpid(child, 0)[1] != 0 for child in children)


if __name__ == "__main__":
    place, count, *addresses = sys.argv[1:]
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    sys.exit(main(Path(place), int(count), *(None if one == "-" else one for one in addresses)))
