"""Where an encoder begins: with random weights, or with those of a finished run."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from eegbench.command.options import option_of
from eegbench.config import ConfigError
from eegbench.inference.predictor import Predictor, build_encoder, load_predictor
from eegbench.model.base import Encoder
from eegbench.types import Signals


def check_start(options: Mapping[str, Any]) -> None:
    """Refuse an ``encoder=RUN`` that holds no model, or another one than these options build, before any work.

    Raises
    ------
    ConfigError
        Where the run's model differs.
    FileNotFoundError
        Where the folder holds no finished run.
    """
    if options["encoder"] is None and options["trainable"] != "all":
        raise ConfigError(
            f"trainable={options['trainable']} says what of a finished run's encoder is trained; add encoder=FOLDER, "
            "or leave it out."
        )
    if options["encoder"] is not None:
        _check_same_model(options, _earlier(options).spec)


def start_encoder(options: Mapping[str, Any], signals: Signals) -> Encoder:
    """Build the encoder; where ``encoder=RUN`` is given, with that run's weights.

    Raises
    ------
    ConfigError
        Where the run's encoder was made for other channels, rate, window or normalisation.
    """
    encoder = build_encoder(options["model"], signals)
    if options["encoder"] is None:
        return encoder
    earlier = _earlier(options)
    _check_same_signals(options["encoder"], earlier.signals, signals)
    encoder.load_state_dict(earlier.encoder.state_dict())
    _freeze(encoder, options["trainable"])
    return encoder


def saw_subjects(options: Mapping[str, Any], ids: Mapping[str, Any]) -> list[str]:
    """Name the subjects now in test whose signals shaped the encoder that this run starts from."""
    return sorted(set(_seen_before(options).get(ids["dataset"], ())) & set(ids["test"]["subjects"]))


def seen_subjects(options: Mapping[str, Any], ids: Mapping[str, Any]) -> dict[str, list[str]]:
    """Name, by dataset, all subjects that shaped this run's encoder, also through the runs it started from.

    Those of valid count: they chose the checkpoint.
    """
    seen = {dataset: set(subjects) for dataset, subjects in _seen_before(options).items()}
    seen.setdefault(ids["dataset"], set()).update(ids["train"]["subjects"], ids["valid"]["subjects"])
    return {dataset: sorted(subjects) for dataset, subjects in seen.items()}


def _seen_before(options: Mapping[str, Any]) -> dict[str, list[str]]:
    if options["encoder"] is None:
        return {}
    path = Path(options["encoder"]) / "split.json"
    seen: dict[str, list[str]] = json.loads(path.read_text(encoding="utf-8"))["seen"]
    return seen


def _earlier(options: Mapping[str, Any]) -> Predictor:
    return load_predictor(Path(options["encoder"]) / "model")


def _check_same_model(options: Mapping[str, Any], spec: Mapping[str, Any]) -> None:
    differing = {name for name in {*spec, *options["model"]} if spec.get(name) != options["model"].get(name)}
    if differing:
        group = option_of(spec)
        values = " ".join(f"model.{n}={json.dumps(v)}" for n, v in spec.items() if not n.startswith("_"))
        raise ConfigError(
            f"encoder={options['encoder']} holds another model ({', '.join(sorted(differing))} differ); "
            f"add: model={group} {values}"
        )


def _check_same_signals(run: str, earlier: Signals, now: Signals) -> None:
    for what, option in (
        ("channels", "preprocessing.signal.channels"),
        ("sfreq", "preprocessing.signal.sfreq"),
        ("window_s", "preprocessing.window_s"),
        ("normalise", "preprocessing.normalise"),
    ):
        had, has = getattr(earlier, what), getattr(now, what)
        if had != has:
            raise ConfigError(f"encoder={run} was made for {what}={_text(had)}, here it is {_text(has)}; set {option}.")


def _text(value: object) -> str:
    return "[" + ",".join(value) + "]" if isinstance(value, tuple) else str(value)


def _freeze(encoder: Encoder, trainable: str | list[str]) -> None:
    if trainable == "all":
        return
    names = [] if trainable == "none" else trainable
    layers = {name for name, _ in encoder.named_modules() if name}
    for name in names:
        if name not in layers:
            raise ConfigError(f"trainable=[{name}]: the encoder has no such layer; it has {', '.join(sorted(layers))}.")
    for name, parameter in encoder.named_parameters():
        parameter.requires_grad_(any(name == layer or name.startswith(f"{layer}.") for layer in names))
