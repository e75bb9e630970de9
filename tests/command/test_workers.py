"""Joblib's workers are there, with what jobs need in memory, when its launcher asks for them."""

import pytest
from hydra import compose, initialize_config_dir
from joblib import Parallel, delayed

from eegbench.command.workers import GROWTH_BYTES, loaded_workers
from eegbench.config import conf_folder

PID = "__import__('os').getpid()"
LOADED = "'torch' in __import__('sys').modules"
GROWTH = "__import__('sys').modules['joblib.externals.loky.process_executor']._MAX_MEMORY_LEAK_SIZE"


def composed(*words):
    with initialize_config_dir(str(conf_folder()), version_base="1.3"):
        return compose("train", overrides=["tracking=folder", *words], return_hydra_config=True)


def asked(config, text, n):
    """Let n tasks of joblib's launcher say what an expression is in their process."""
    words = {name: value for name, value in config.hydra.launcher.items() if name != "_target_"}
    return Parallel(**words | {"backend": "loky"})(delayed(eval)(text) for _ in range(n))


@pytest.mark.slow
def test_the_launcher_finds_workers_that_have_loaded_and_keep_their_place():
    config = composed("hydra/launcher=joblib", "hydra.launcher.n_jobs=2")
    with loaded_workers(config):
        pass
    first = set(asked(config, PID, 8))
    assert len(first) <= 2
    assert all(asked(config, LOADED, 8))
    assert set(asked(config, GROWTH, 8)) == {GROWTH_BYTES}


@pytest.mark.slow
@pytest.mark.parametrize("kind", [ValueError, KeyboardInterrupt])
def test_an_error_in_the_block_comes_through(kind):
    with (
        pytest.raises(kind, match="a wrong option"),
        loaded_workers(composed("hydra/launcher=joblib", "hydra.launcher.n_jobs=2")),
    ):
        raise kind("a wrong option")


@pytest.mark.parametrize("words", [(), ("hydra/launcher=joblib", "sweep.dry_run=true")])
def test_without_joblib_or_jobs_nothing_starts(words, monkeypatch):
    monkeypatch.setattr("joblib.Parallel", None)
    with loaded_workers(composed(*words)):
        pass
