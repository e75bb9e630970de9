"""Runs that `torchrun` may start: a single run of a trainer that joins processes."""

from types import SimpleNamespace

import pytest
from hydra.types import RunMode

from eegbench.launch.ranks import check_together, joint_words, several


@pytest.fixture
def two_processes(monkeypatch):
    monkeypatch.setenv("RANK", "0")
    monkeypatch.setenv("WORLD_SIZE", "2")


def experiment(*, joins=True, seeds=(), skip=False):
    return SimpleNamespace(
        trainer=SimpleNamespace(joins_processes=joins), sweep=SimpleNamespace(seeds=seeds, skip_finished=skip)
    )


@pytest.mark.usefixtures("two_processes")
@pytest.mark.parametrize(
    ("asked", "mode", "message"),
    [
        (experiment(joins=False), RunMode.RUN, "torchrun started 2 processes, which only trainer=ddp joins"),
        (experiment(), RunMode.MULTIRUN, "start a multirun without torchrun"),
        (experiment(seeds=(1, 2)), RunMode.RUN, "leave sweep.seeds and sweep.skip_finished out"),
        (experiment(skip=True), RunMode.RUN, "leave sweep.seeds and sweep.skip_finished out"),
    ],
)
def test_what_several_processes_cannot_do_is_refused(asked, mode, message):
    with pytest.raises(ValueError, match=message):
        check_together(asked, mode)


@pytest.mark.usefixtures("two_processes")
def test_a_multirun_is_refused_before_the_processes_talk():
    with pytest.raises(ValueError, match="start a multirun without torchrun"):
        joint_words(["-m", "trainer=ddp", "seed=1,2"])


def test_alone_nothing_is_asked():
    assert not several()
    check_together(experiment(joins=False), RunMode.MULTIRUN)
    assert joint_words(["seed=1"]) == ["seed=1"]
