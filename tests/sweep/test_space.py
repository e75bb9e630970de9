import pytest
from omegaconf import OmegaConf
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

from eegbench.config import ConfigError
from eegbench.sweep.condition import branches_of
from eegbench.sweep.distribution import describe, split_overrides
from eegbench.sweep.space import Space, as_words


def space_of(*words, params=None):
    return Space(split_overrides(words, OmegaConf.create(params) if params else None)[1])


@pytest.mark.parametrize(
    ("word", "distribution", "text"),
    [
        ("a=choice(30,60,300)", CategoricalDistribution((30, 60, 300)), "choice(30, 60, 300)"),
        ("a=x,y", CategoricalDistribution(("x", "y")), "choice(x, y)"),
        ("a=choice(true,2,[1,2])", CategoricalDistribution((True, 2, "[1,2]")), "choice(true, 2, [1,2])"),
        ("a='x y',null", CategoricalDistribution(("'x y'", None)), "choice('x y', null)"),
        ("a=choice({b:1,c:'d'},e)", CategoricalDistribution(("{b:1,c:'d'}", "e")), "choice({b:1,c:'d'}, e)"),
        ("a=shuffle(choice(y,x))", CategoricalDistribution(("y", "x")), "choice(y, x)"),
        ("a=range(1,10,2)", IntDistribution(1, 9, step=2), "1 to 9 by 2"),
        ("a=range(3)", IntDistribution(0, 2), "0 to 2"),
        ("a=range(5,1,-2)", IntDistribution(3, 5, step=2), "3 to 5 by 2"),
        ("a=range(0,1,0.25)", FloatDistribution(0, 0.75, step=0.25), "0.0 to 0.75 by 0.25"),
        ("a=int(interval(1,8))", IntDistribution(1, 8), "1 to 8"),
        ("a=interval(1.0,8)", FloatDistribution(1, 8), "1.0 to 8.0"),
        ("a=tag(log,interval(1e-4,1e-2))", FloatDistribution(1e-4, 1e-2, log=True), "0.0001 to 0.01, on a log scale"),
        ("a=tag(log,int(interval(1,64)))", IntDistribution(1, 64, log=True), "1 to 64, on a log scale"),
    ],
)
def test_hydras_words_become_optunas_distributions(word, distribution, text):
    assert dict(space_of(word)) == {"a": distribution}
    assert describe(distribution) == text


def test_words_on_the_command_line_replace_the_options_params():
    params = {"trainer.lr": "interval(0.1, 0.2)", "model": "choice(a, b)", "task": {"x": "choice(1, 2)"}}
    fixed, space = split_overrides(["trainer.lr=0.5", "model=choice(c, d)"], OmegaConf.create(params))
    assert fixed == ["trainer.lr=0.5"]
    assert list(space) == ["task.x", "model"]
    assert space["model"].choices == ("c", "d")


def test_fixed_words_stay_as_they_were_typed():
    fixed, space = split_overrides(["a='x y'", "+b=[1,2]", "~c", "d={e:1}"], None)
    assert (fixed, space) == (["a='x y'", "+b=[1,2]", "~c", "d={e:1}"], {})


def test_a_point_is_typed_as_overrides():
    space = space_of("a=choice([1,2],x)", "b=choice(true,false)", "c=interval(0.0,1)")
    assert as_words({"a": space["a"].choices[0], "b": True, "c": 1e-05}) == ["a=[1,2]", "b=true", "c=1e-05"]


@pytest.mark.parametrize("word", ["a=glob(*)", "a=range(3,3)", "a=interval(2,1)", "a=tag(log,interval(0.0,1.0))"])
def test_what_spans_no_space_is_refused_with_the_word(word):
    with pytest.raises(ConfigError, match=r"a="):
        space_of(word)


def test_a_finite_space_lists_all_its_points():
    space = space_of("a=range(2)", "b=choice(x,y)", "c=range(0,1,0.5)")
    assert space.size() == 8
    listed = list(space.points())
    assert listed[:3] == [
        {"a": 0, "b": "x", "c": 0.0},
        {"a": 0, "b": "x", "c": 0.5},
        {"a": 0, "b": "y", "c": 0.0},
    ]
    assert len({tuple(point.items()) for point in listed}) == 8
    assert space_of("a=range(2)", "b=interval(0.0,1)").size() is None


def test_examples_name_every_category_once():
    space = space_of("a=choice(x,y,z)", "b=interval(0.1,1)", "c=choice(1,2)")
    assert space.examples() == [
        {"a": "x", "b": 0.1, "c": 1},
        {"a": "y", "b": 0.1, "c": 1},
        {"a": "z", "b": 0.1, "c": 1},
        {"a": "x", "b": 0.1, "c": 2},
    ]


OPTIONS = {"small": {"n"}, "wide": {"n", "width", "part"}}
"""Options of each choice of a made-up group; `part` is itself a group, whose choice b has an option."""


def names(choices):
    found = {"model", "other", "lr", *OPTIONS[choices.get("model", "small")]}
    return found | ({"part.b"} if "part" in found and choices.get("part") == "b" else set())


def test_a_group_is_divided_where_its_choices_have_other_options():
    space = space_of(
        *("other=choice(p,q)", "model=choice(small,wide)", "part=choice(a,b)", "width=range(2)", "part.b=range(3)"),
        *("n=range(2)", "+new=range(2)"),
    )
    divided = Space(space, tuple(branches_of(space, ["other", "model", "part"], names)))
    assert [dict(branch.choices) for branch in divided.branches] == [
        {"model": "small"},
        {"model": "wide", "part": "a"},
        {"model": "wide", "part": "b"},
    ]
    assert divided.deciding == ["model", "part"]
    assert divided.common == ["other", "model", "n", "+new"]
    assert divided.size() == 8 * (1 + 2 + 2 * 3)
    assert divided.describe()["width"] == "0 to 1, with model=wide part=a or model=wide part=b"
    assert divided.describe()["n"] == "0 to 1"
    points = list(divided.points())
    assert len(points) == divided.size()
    assert all(divided.is_whole(point) for point in points)
    assert divided.keys_of({"model": "wide", "part": "a"}) == ["other", "model", "part", "width", "n", "+new"]
    assert not divided.is_whole({**points[0], "width": 1})
    assert {point.get("part") for point in divided.examples()} == {None, "a", "b"}


def test_a_group_of_which_all_choices_have_the_options_is_not_divided():
    space = space_of("other=choice(p,q)", "lr=range(2)")
    assert list(branches_of(space, ["other"], names)) == list(Space(space).branches)
