import math
import subprocess
import sys
import textwrap
from concurrent.futures import ThreadPoolExecutor

import pytest
from optuna.distributions import CategoricalDistribution, FloatDistribution
from optuna.trial import TrialState

from eegbench.config import ConfigError
from eegbench.sweep.heartbeat import beating, my_id
from eegbench.sweep.job import open_trial
from eegbench.sweep.space import Space
from eegbench.sweep.study import SharedStudy
from eegbench.sweep.trial_state import WHY, failures, order, state_of

DEAD = "elsewhere/pid:[1] 12 100.00"


def run(plan, number, value):
    with open_trial(address=plan.address, study=plan.study, number=number, pruner=plan.pruner) as trial:
        trial.end([value])


def test_a_budget_is_of_all_calls_together(plan):
    first = SharedStudy(plan(n_trials=3))
    for drawn in first.draw(my_id(), 2):
        run(first.plan, drawn.number, 0.5)
    again = SharedStudy(plan(n_trials=3))
    assert [drawn.number for drawn in again.draw(my_id(), 5)] == [2]
    assert again.draw(my_id(), 5) == []
    more = SharedStudy(plan(n_trials=4))
    assert [drawn.number for drawn in more.draw(my_id(), 5)] == [3]
    assert len({trial.params["x"] for trial in more.trials()}) == 4


def test_a_study_keeps_to_the_recordings_that_it_began_with(plan):
    SharedStudy(plan()).check_recordings({"nights": "1", "naps": "2"})
    again = SharedStudy(plan())
    again.check_recordings({"nights": "1", "more": "3"})
    with pytest.raises(ConfigError, match="the recordings differ from those of earlier trials of the study"):
        again.check_recordings({"more": "4"})


def test_a_trial_of_a_dead_process_goes_on_under_its_number(plan):
    dead = SharedStudy(plan())
    (begun,) = dead.draw(DEAD, 1)
    assert dead.orphans()
    (continued,) = SharedStudy(plan()).draw(my_id(), 1)
    assert (continued.number, continued.point, continued.is_continued) == (begun.number, begun.point, True)
    assert not dead.orphans()
    run(dead.plan, continued.number, 0.7)
    assert [state_of(trial) for trial in dead.trials()] == ["complete"]


def test_a_trial_whose_job_outlives_its_controller_is_left_to_it(plan):
    shared = SharedStudy(plan())
    (begun,) = shared.draw(DEAD, 1)
    with open_trial(address=shared.plan.address, study=shared.plan.study, number=begun.number, pruner=None):
        assert not shared.orphans()


def test_a_trial_that_was_killed_while_it_was_drawn_is_closed(plan):
    shared = SharedStudy(plan(n_trials=1))
    empty = shared.storage.create_new_trial(shared.storage.get_study_id_from_name("small"))
    shared.storage.set_trial_user_attr(empty, "controller", DEAD)
    (drawn,) = shared.draw(my_id(), 1)
    assert drawn.number == 1
    assert [state_of(trial) for trial in shared.trials()] == ["failed", "running"]


def test_a_trial_that_an_error_ended_does_not_count_and_a_diverged_one_does(plan):
    shared = SharedStudy(plan(n_trials=2))
    first, second = shared.draw(my_id(), 2)
    shared.tell_failed(first.number, "no such file")
    run(shared.plan, second.number, math.nan)
    assert [state_of(trial) for trial in shared.trials()] == ["failed", "diverged"]
    assert shared.n_counted() == 1
    assert len(shared.draw(my_id(), 2)) == 1


KINDS = Space({"kind": CategoricalDistribution(("a", "b", "c"))})


@pytest.mark.parametrize("sampler", [None, {"_target_": "optuna.samplers.TPESampler", "seed": 0}])
def test_a_failed_point_is_not_drawn_again_by_a_later_call_either(plan, sampler):
    first = SharedStudy(plan(space=KINDS, sampler=sampler, max_failure_rate=1.0))
    (failed,) = first.draw(my_id(), 1)
    first.tell_failed(failed.number, "broken")
    again = SharedStudy(first.plan)
    rest = [drawn.point["kind"] for drawn in again.draw(my_id(), 9)]
    assert sorted([failed.point["kind"], *rest]) == ["a", "b", "c"]
    assert again.draw(my_id(), 9) == []


def test_failed_points_are_free_again_where_the_user_says_so(plan):
    shared = SharedStudy(plan(space=KINDS, sampler=None))
    shared.tell_failed(shared.draw(my_id(), 1)[0].number, "disk full")
    assert shared.has_failed()
    shared.retry_failed()
    assert not shared.has_failed()
    assert [drawn.point["kind"] for drawn in shared.draw(my_id(), 9)] == ["a", "b", "c"]
    shared.retry_failed()  # nothing failed since
    assert shared.draw(my_id(), 9) == []


def test_a_sweep_that_completed_nothing_is_an_error(plan):
    shared = SharedStudy(plan(n_trials=1, max_failure_rate=1.0))
    run(shared.plan, shared.draw(my_id(), 1)[0].number, math.nan)
    with pytest.raises(ConfigError, match="no trial of the sweep was completed"):
        shared.check_outcome()


def test_queued_points_are_run_first_and_beyond_the_budget(plan):
    shared = SharedStudy(plan(n_trials=2))
    shared.study.enqueue_trial({"x": 0.25, "kind": "b"})
    assert shared.n_counted() == 0
    first, second = shared.draw(my_id(), 9)
    assert first.point == {"x": 0.25, "kind": "b"}
    run(shared.plan, first.number, 0.5)
    run(shared.plan, second.number, 0.5)
    shared.study.enqueue_trial({"x": 0.75})
    (late,) = shared.draw(my_id(), 9)
    assert late.point["x"] == 0.75
    assert shared.draw(my_id(), 9) == []


def test_a_queued_point_is_run_although_the_space_is_used_up(plan):
    shared = SharedStudy(plan(space=KINDS, sampler=None))
    assert len(shared.draw(my_id(), 9)) == 3
    shared.study.enqueue_trial({"kind": "b"})
    assert [drawn.point for drawn in shared.draw(my_id(), 9)] == [{"kind": "b"}]


@pytest.mark.parametrize(
    ("point", "why"),
    [
        ({"y": 1}, "y=1 was queued, and the space has no such option; it has x, kind."),
        ({"x": 7.0}, "x=7.0 is not in the space, which has 0.0 to 1.0."),
        ({"x": "far"}, "x=far is not in the space"),
        ({"kind": "c"}, "kind=c is not in the space, which has choice(a, b)."),
    ],
)
def test_a_queued_point_outside_the_space_fails_with_the_reason(plan, point, why):
    shared = SharedStudy(plan(max_failure_rate=1.0))
    shared.study.enqueue_trial(point)
    assert [drawn.number for drawn in shared.draw(my_id(), 1)] == [1]
    (failed,) = failures(shared.study)
    assert failed.user_attrs[WHY].startswith(why)


def test_a_study_is_of_one_set_of_options(plan):
    SharedStudy(plan())
    with pytest.raises(ConfigError, match=r"has seed=1, here it is 2"):
        SharedStudy(plan(options={"seed": 2}))
    with pytest.raises(ConfigError, match=r"space of x='0.0 to 1.0', here it is '0.0 to 2.0'"):
        SharedStudy(plan(space=Space({"x": FloatDistribution(0, 2), "kind": CategoricalDistribution(("a", "b"))})))


def test_a_finite_space_ends_where_its_points_do(plan):
    shared = SharedStudy(plan(space=Space({"kind": CategoricalDistribution(("a", "b"))}), n_trials=9))
    assert [drawn.point["kind"] for drawn in shared.draw(my_id(), 9)] in (["a", "b"], ["b", "a"])
    assert shared.draw(my_id(), 9) == []


@pytest.mark.slow
@pytest.mark.parametrize("where", ["journal", "sqlite", pytest.param("postgresql", marks=pytest.mark.study)])
def test_controllers_at_once_neither_exceed_the_budget_nor_draw_a_point_twice(plan, where, tmp_path, request):
    address = {"journal": str(tmp_path / "many.journal"), "sqlite": f"sqlite:///{tmp_path / 'many.db'}"}
    kept = request.getfixturevalue("postgresql") if where == "postgresql" else address[where]
    small = plan(space=Space({"x": CategoricalDistribution(tuple(range(30)))}), n_trials=24, address=kept)

    def control(_):
        shared = SharedStudy(small)
        mine = []
        while drawn := shared.draw(my_id(), 1):
            run(small, drawn[0].number, 0.1)
            mine.append(drawn[0].point["x"])
        return mine

    with ThreadPoolExecutor(4) as pool:
        found = [x for mine in pool.map(control, range(4)) for x in mine]
    assert len(found) == len(set(found)) == 24


@pytest.mark.slow
def test_processes_killed_while_they_draw_leave_a_study_that_goes_on(plan, tmp_path):
    small = plan(n_trials=1000)
    SharedStudy(small)
    code = textwrap.dedent(
        f"""
        import os, signal, threading, random
        from optuna.distributions import CategoricalDistribution, FloatDistribution
        from eegbench.sweep.plan import Plan
        from eegbench.sweep.space import Space
        from eegbench.sweep.study import SharedStudy
        from eegbench.sweep.heartbeat import my_id
        from pathlib import Path
        space = Space({{"x": FloatDistribution(0, 1), "kind": CategoricalDistribution(("a", "b"))}})
        plan = Plan("small", {small.address!r}, Path("."), (), space, ("valid/linear/balanced_accuracy",),
                    {{"seed": 1}}, 1000, 1, {{"_target_": "optuna.samplers.RandomSampler", "seed": 0}}, None, 0.0,
                    False)
        shared = SharedStudy(plan)
        threading.Timer(random.random() * 0.3, lambda: os.kill(os.getpid(), signal.SIGKILL)).start()
        while True:
            shared.draw(my_id(), 2)
        """
    )
    for _ in range(6):
        assert subprocess.run([sys.executable, "-c", code], check=False).returncode == -9
    shared = SharedStudy(small)
    left = len(shared.running())
    assert left > 0
    with beating(shared.study) as me:
        taken = shared.draw(me, left)
    assert sum(drawn.is_continued for drawn in taken) >= left - 6
    points = [tuple(trial.params.items()) for trial in shared.trials() if len(trial.params) == 2]
    assert len(points) == len(set(points))


def test_the_best_trial_is_the_highest_score_or_the_lowest_cost(plan):
    high = SharedStudy(plan())
    for drawn, value in zip(high.draw(my_id(), 3), (0.5, 0.9, 0.7), strict=True):
        run(high.plan, drawn.number, value)
    assert [trial.number for trial in order(high.plan, high.trials())] == [1, 2, 0]
    low = SharedStudy(plan(study="cost", objectives=("run/seconds",)))
    for drawn, value in zip(low.draw(my_id(), 3), (0.5, 0.9, 0.7), strict=True):
        run(low.plan, drawn.number, value)
    assert [trial.number for trial in order(low.plan, low.trials())] == [0, 2, 1]


def test_a_median_pruner_gives_up_what_is_worse_at_the_same_step(plan):
    pruner = {"_target_": "optuna.pruners.MedianPruner", "n_startup_trials": 2}
    shared = SharedStudy(plan(pruner=pruner))
    said = []
    for drawn, value in zip(shared.draw(my_id(), 4), (0.8, 0.7, 0.5, 0.9), strict=True):
        with open_trial(address=shared.plan.address, study="small", number=drawn.number, pruner=pruner) as trial:
            given_up = trial.report(value, 1)
            said.append(given_up)
            trial.prune() if given_up else trial.end([value])
    assert said == [False, False, True, False]
    third = shared.trials()[2]
    assert (third.state, third.value) == (TrialState.PRUNED, 0.5)


def test_a_finished_trial_is_not_run_again(plan):
    shared = SharedStudy(plan())
    (drawn,) = shared.draw(my_id(), 1)
    run(shared.plan, drawn.number, 0.5)
    with pytest.raises(ConfigError, match=r"trial 0 of small in .* is COMPLETE"):
        run(shared.plan, drawn.number, 0.6)


def test_a_trial_that_was_closed_meanwhile_reports_no_more(plan):
    shared = SharedStudy(plan())
    (drawn,) = shared.draw(my_id(), 1)
    with open_trial(address=shared.plan.address, study="small", number=drawn.number, pruner=None) as trial:
        shared.tell_failed(drawn.number, "stopped")
        assert trial.report(0.5, 1) is False
        trial.prune()
        trial.end([0.5])
    assert shared.trials()[0].state == TrialState.FAIL


def test_the_points_of_a_plan_are_queued_once(plan):
    points = ({"x": 0.25, "kind": "b"}, {"x": 0.5})
    for more in (points[:1], points, points):
        shared = SharedStudy(plan(points=more))
        shared.queue_first()
    assert [drawn.point["x"] for drawn in shared.draw(my_id(), 2)] == [0.25, 0.5]
    assert len(shared.trials()) == 2


def other_study(plan, values, **changes):
    """Run a trial at x = 0.1, 0.2, … for each value, and return the name of the study."""
    other = SharedStudy(plan(study="other", address=plan().address.replace("small", "other"), **changes))
    for i, value in enumerate(values):
        other.study.enqueue_trial({"x": round(0.1 * (i + 1), 1), "kind": "a"})
        run(other.plan, other.draw(my_id(), 1)[0].number, value)
    return "other"


def test_a_warm_start_tries_the_best_points_of_another_study_first(plan):
    name = other_study(plan, (0.1, 0.9, 0.3, 0.5, 0.2, 0.6), n_trials=6)
    shared = SharedStudy(plan(warm_start=name))
    shared.queue_first()
    shared.queue_first()
    assert [drawn.point["x"] for drawn in shared.draw(my_id(), 5)] == [0.2, 0.6, 0.4, 0.3, 0.5]
    assert len(shared.trials()) == 5
    only_x = plan(study="only", space=Space({"x": FloatDistribution(0, 0.25)}), warm_start=name)
    smaller = SharedStudy(only_x)
    smaller.queue_first()
    assert [trial.system_attrs["fixed_params"] for trial in smaller.trials()] == [{"x": 0.2}, {"x": 0.1}]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"warm_start": "nosuch"}, "warm_start=nosuch: there is no study in "),
        ({"warm_start": "other", "objectives": ("run/seconds",)}, "this study has other objectives"),
        ({"warm_start": "other", "space": Space({"y": FloatDistribution(0, 1)})}, "none of its complete trials"),
    ],
)
def test_a_warm_start_that_cannot_be_is_refused(plan, changes, said):
    other_study(plan, (0.5,))
    with pytest.raises(ConfigError, match=said):
        SharedStudy(plan(study="new", **changes)).queue_first()
