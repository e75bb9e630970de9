"""Searched overrides in Hydra's syntax (choice, range, interval, tag), converted to Optuna's distributions."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import ChoiceSweep, IntervalSweep, Override, RangeSweep, Transformer, ValueType
from optuna.distributions import (
    BaseDistribution,
    CategoricalChoiceType,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)
from optuna.trial import Trial

from eegbench.config import ConfigError


def split_overrides(
    words: Sequence[str], params: Mapping[str, Any] | None
) -> tuple[list[str], dict[str, BaseDistribution]]:
    """Separate fixed overrides from those that span the search space; the command line overrides ``params``.

    Returns
    -------
    fixed, space
        Overrides common to all trials, and a distribution for each varied key.

    Raises
    ------
    ConfigError
        For a kind of sweep that cannot be searched, or an empty one.
    """
    named = {key: f"{key}={value}" for key, value in _flat(params or {}, "")}
    given = OverridesParser.create().parse_overrides(list(words))
    for override in given:
        named.pop(override.get_key_element(), None)
    every = [*OverridesParser.create().parse_overrides(list(named.values())), *given]
    fixed: dict[str, str] = {}
    space: dict[str, BaseDistribution] = {}
    for override in every:
        key = override.get_key_element()
        fixed.pop(key, None)
        space.pop(key, None)
        if override.is_sweep_override():
            space[key] = _distribution(override)
        else:
            fixed[key] = str(override.input_line)
    return list(fixed.values()), space


def suggest(trial: Trial, key: str, distribution: BaseDistribution) -> None:
    """Sample the value of an option in a trial."""
    if isinstance(distribution, CategoricalDistribution):
        trial.suggest_categorical(key, distribution.choices)
    elif isinstance(distribution, IntDistribution):
        trial.suggest_int(key, distribution.low, distribution.high, step=distribution.step, log=distribution.log)
    elif isinstance(distribution, FloatDistribution):
        trial.suggest_float(key, distribution.low, distribution.high, step=distribution.step, log=distribution.log)


def describe(distribution: BaseDistribution) -> str:
    """Describe a distribution in the syntax of the command line."""
    if isinstance(distribution, CategoricalDistribution):
        return f"choice({', '.join(value_text(choice) for choice in distribution.choices)})"
    low, high = value_text(distribution.low), value_text(distribution.high)  # type: ignore[attr-defined]
    step = getattr(distribution, "step", None)
    stepped = step is not None and (step != 1 or isinstance(distribution, FloatDistribution))
    text = f"{low} to {high}{f' by {value_text(step)}' if stepped else ''}"
    return f"{text}, on a log scale" if distribution.log else text  # type: ignore[attr-defined]


def _distribution(override: Override) -> BaseDistribution:
    value, key = override.value(), override.get_key_element()
    if odd := set(getattr(value, "tags", ())) - {"log"}:
        raise ConfigError(f"{override.input_line}: the tag {sorted(odd)[0]} is unknown; only log is supported.")
    if override.value_type == ValueType.GLOB_CHOICE_SWEEP:
        raise ConfigError(f"{override.input_line}: Optuna needs the options by name: {key}=choice(A,B,…).")
    try:
        if isinstance(value, ChoiceSweep):
            return CategoricalDistribution([_choice(one) for one in value.list])
        if isinstance(value, RangeSweep):
            return _range(value)
        if isinstance(value, IntervalSweep):
            return _interval(value)
    except ValueError as error:
        raise ConfigError(f"{override.input_line}: this is not a search space ({error}).") from error
    raise ConfigError(f"{override.input_line}: expected choice(…), range(…) or interval(…).")


def _range(value: RangeSweep) -> BaseDistribution:
    low, stop, step = value.start, value.stop, value.step
    if low is None or stop is None:
        raise ValueError("a range needs a start and a stop")
    steps = list(value.range())  # Hydra's range excludes its stop
    if not steps:
        raise ValueError("the range is empty")
    low, high = min(steps), max(steps)
    if all(isinstance(number, int) for number in (low, high, step)):
        return IntDistribution(int(low), int(high), step=abs(int(step)))
    return FloatDistribution(float(low), float(high), step=abs(float(step)))


def _interval(value: IntervalSweep) -> BaseDistribution:
    low, high, log = value.start, value.end, "log" in value.tags
    if low is None or high is None:
        raise ValueError("an interval needs two ends")
    if isinstance(low, int) and isinstance(high, int):
        return IntDistribution(low, high, log=log)
    return FloatDistribution(float(low), float(high), log=log)


def _choice(value: Any) -> CategoricalChoiceType:
    """Return numbers, booleans and None as they are, and everything else as text."""
    if value is None or isinstance(value, bool | int | float):
        return value
    return str(Transformer.str(value))


def values_of(distribution: BaseDistribution) -> list[Any] | None:
    """Return the values of a distribution in order; None if it is continuous."""
    if isinstance(distribution, CategoricalDistribution):
        return list(distribution.choices)
    if isinstance(distribution, IntDistribution):
        return list(range(distribution.low, distribution.high + 1, distribution.step))
    if isinstance(distribution, FloatDistribution) and distribution.step is not None:
        n = round((distribution.high - distribution.low) / distribution.step)
        return [distribution.low + i * distribution.step for i in range(n + 1)]
    return None


def value_text(value: Any) -> str:
    """Return a value as typed on the command line."""
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _flat(node: Any, path: str) -> Iterator[tuple[str, Any]]:
    for name, value in node.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{path}{name}.")
        else:
            yield f"{path}{name}", value
