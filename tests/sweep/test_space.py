import pytest
from omegaconf import OmegaConf
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

from eegbench.config import ConfigError
from eegbench.sweep.space import as_words, describe, examples, points, size, split_overrides


def space_of(*words, params=None):
    return split_overrides(words, OmegaConf.create(params) if params else None)[1]


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
    assert space_of(word) == {"a": distribution}
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
    assert size(space) == 8
    listed = list(points(space))
    assert listed[:3] == [
        {"a": 0, "b": "x", "c": 0.0},
        {"a": 0, "b": "x", "c": 0.5},
        {"a": 0, "b": "y", "c": 0.0},
    ]
    assert len({tuple(point.items()) for point in listed}) == 8
    assert size(space_of("a=range(2)", "b=interval(0.0,1)")) is None


def test_examples_name_every_category_once():
    space = space_of("a=choice(x,y,z)", "b=interval(0.1,1)", "c=choice(1,2)")
    assert examples(space) == [
        {"a": "x", "b": 0.1, "c": 1},
        {"a": "y", "b": 0.1, "c": 1},
        {"a": "z", "b": 0.1, "c": 1},
        {"a": "x", "b": 0.1, "c": 2},
    ]
