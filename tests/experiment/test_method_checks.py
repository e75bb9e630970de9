"""Methods that cannot explain a model are refused from the options alone."""

import pytest
from contract.test_options import composed
from options import CONF, node_of

from eegbench.config import ConfigError, Spec
from eegbench.experiment.method_checks import check_explained, check_methods
from eegbench.experiment.options import read_experiment
from eegbench.interpretability import Method
from eegbench.model.base import Encoder


def model_of(option: str, **changes) -> Spec[Encoder]:
    return Spec(node_of(CONF / f"model/{option}.yaml") | changes, Encoder, "model")


def methods_of(*options: str) -> dict[str, Spec[Method]]:
    nodes = {option: node_of(CONF / f"interpretability/{option}.yaml") for option in options}
    return {option: Spec(node, Method, f"interpretability.{option}") for option, node in nodes.items()}


ATTENTION = methods_of("occlusion", "attention_rollout")
TRANSFORMER = node_of(CONF / "model/eeg_transformer.yaml")


@pytest.mark.parametrize("option", ["shallow_fbcsp", "chambon2018", "with_features"])
def test_rollout_of_a_model_without_attention_is_refused_with_the_option_to_remove(option):
    with pytest.raises(ConfigError) as caught:
        check_methods(ATTENTION, model_of(option), ["eeg"])
    assert str(caught.value) == (
        f"interpretability=[attention_rollout]: model={option} has no attention over tokens; remove attention_rollout "
        "from interpretability=[…], or set model=eeg_transformer."
    )
    check_methods(methods_of("occlusion"), model_of(option), ["eeg"])


def test_rollout_of_a_transformer_is_allowed_also_next_to_features():
    check_methods(ATTENTION, model_of("eeg_transformer"), ["eeg"])
    check_methods(ATTENTION, model_of("with_features", signals=TRANSFORMER), ["eeg"])


def test_rollout_of_several_groups_of_signals_is_refused():
    model = model_of("grouped", encoders={"eeg": TRANSFORMER, "eog": node_of(CONF / "model/chambon2018.yaml")})
    with pytest.raises(ConfigError, match=r"maps of attention need a model of one group .* there are 2 \(eeg, eog\)"):
        check_methods(ATTENTION, model, ["eeg", "eog"])


def test_a_model_that_does_not_use_signals_is_not_explained():
    with pytest.raises(ConfigError, match="model=features_only does not use signals"):
        check_methods(methods_of("occlusion"), model_of("features_only"), ["eeg"])
    check_methods({}, model_of("features_only"), ["eeg"])


SEQUENCES = ("task=supervised_sequence", "model=eeg_transformer", "interpretability=[occlusion,attention_rollout]")


@pytest.mark.parametrize("predictor", ["auto", "network"])
def test_rollout_of_a_network_of_sequences_is_refused_before_training(predictor):
    experiment = read_experiment(composed(*SEQUENCES, f"explain.predictor={predictor}"))
    with pytest.raises(ConfigError) as caught:
        check_explained(experiment.explanation, experiment)
    assert str(caught.value) == (
        "interpretability=[attention_rollout]: attention is followed in networks of single windows, and that of "
        "task=supervised_sequence takes sequences of windows; set explain.predictor=probe, remove attention_rollout "
        "from interpretability=[…], or set task=supervised."
    )


@pytest.mark.parametrize("words", [("explain.predictor=probe",), ("explain.predictor=linear",), ("task=supervised",)])
def test_rollout_of_single_windows_is_allowed(words):
    experiment = read_experiment(composed(*SEQUENCES, *words))
    check_explained(experiment.explanation, experiment)
