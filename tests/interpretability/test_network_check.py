"""A method that cannot explain a network is refused by one check, before any map: all methods with all encoders."""

import warnings
from dataclasses import replace

import numpy as np
import pytest
import torch
from contract.test_model import OPTIONS, encoder, need_package
from contract.test_model import node as model_node
from options import CONF, node_of, shipped

from eegbench.config import Spec
from eegbench.inference.description import Description
from eegbench.inference.network import Network
from eegbench.interpretability import Method
from eegbench.interpretability.attention_rollout import AttentionRollout
from eegbench.interpretability.filter_spectrum import FilterSpectrum
from eegbench.interpretability.grad_cam import GradCam
from eegbench.interpretability.network_check import blank_scene, check_network

QUICK = {"n_iterations": 1, "n_permutations": 0, "n_steps": 1}
METHODS = shipped("interpretability")
NOT_OF_EVERY_NETWORK = (AttentionRollout, FilterSpectrum, GradCam)


def method(option: str, **changes) -> Method:
    node = node_of(CONF / "interpretability" / f"{option}.yaml")
    quick = {name: value for name, value in QUICK.items() if name in node}
    return Spec(node | quick | changes, Method, f"interpretability.{option}").build()


def network(option: str, sfreq=100.0, n_times=3000) -> Network:
    torch.manual_seed(0)
    made = encoder(option, 2, n_times, sfreq)
    assert made.form is not None
    head = torch.randn(2, made.embed_dim)
    description = Description(model_node(option), ("left", "right"), made.form)
    return Network(made, weight=head, bias=torch.zeros(2), description=description).eval()


def said_by(work) -> str:
    """Return the message of the error that work raises; empty if it raises none."""
    with warnings.catch_warnings(action="ignore"):
        try:
            work()
        except ValueError as error:
            return str(error)
    return ""


def three_windows(network: Network, group: str):
    """Return a scene of three windows of noise, in which the other groups are zeros."""
    blank = blank_scene(network, group)
    x = torch.randn(3, blank.group.n_channels, blank.group.n_times, generator=torch.Generator().manual_seed(0))
    return replace(blank, gather=x.__getitem__, labels=np.array([0, 1, 0]))


@pytest.mark.slow
@pytest.mark.parametrize("option", [option for option in OPTIONS if option != "features_only"])
def test_what_a_method_refuses_is_refused_with_the_same_words_by_the_check_and_nothing_else_is(option):
    need_package(option)
    made = network(option)
    refused = {}
    for name in METHODS:
        asked = method(name)
        refused[name] = said_by(lambda: check_network([asked], made))  # noqa: B023  called here
        if refused[name] or isinstance(asked, NOT_OF_EVERY_NETWORK):
            scenes = [three_windows(made, group) for group in made.description.form.groups]
            rng = np.random.default_rng(0)
            tried = [said_by(lambda: asked.explain(scene, rng)) for scene in scenes]  # noqa: B023
            assert next(filter(None, tried), "") == refused[name]
        if refused[name]:
            assert "remove " in refused[name] or "set model=" in refused[name]
    assert {name for name in refused if refused[name]} <= {"attention_rollout", "filter_spectrum", "grad_cam"}
    assert bool(refused["attention_rollout"]) is not made.encoder.has_attention


@pytest.mark.parametrize(
    ("option", "names"),
    [
        ("eeg_transformer", {"grad_cam", "filter_spectrum"}),
        ("chambon2018", {"attention_rollout"}),
        ("channel_mean", {"attention_rollout", "filter_spectrum", "grad_cam"}),
        ("spectral_features", {"attention_rollout", "filter_spectrum", "grad_cam"}),
    ],
)
def test_methods_that_a_network_cannot_have(option, names):
    made = network(option, n_times=1000)
    assert {name for name in METHODS if said_by(lambda: check_network([method(name)], made))} == names  # noqa: B023


@pytest.mark.parametrize(
    ("option", "changes", "message"),
    [
        ("grad_cam", {"layer": "encoder.convolution"}, r"grad_cam\.layer=encoder\.convolution: no layer of that name"),
        ("amplitude_perturbation", {"layer": "encodr"}, r"layer=encodr: the network has no such layer; did you mean"),
        ("amplitude_perturbation", {"n_permutations": 10**9}, r"n_permutations=1000000000: .* set \d+ or less"),
        ("occlusion", {"bands_hz": (("high", 60, 80),)}, r"high \(60-80 Hz\) ends above 50 Hz"),
        ("occlusion", {"bands_hz": (("narrow", 8.01, 8.02),)}, "no frequency of a window of 4 s lies in narrow"),
    ],
)
def test_options_that_a_network_or_its_windows_do_not_have_are_refused_too(option, changes, message):
    with pytest.raises(ValueError, match=message):
        check_network([method("saliency"), method(option, **changes)], network("chambon2018", n_times=400))


@pytest.mark.parametrize("option", ["amplitude_gradient", "amplitude_perturbation", "filter_spectrum"])
def test_a_pass_band_without_a_frequency_is_refused(option):
    band = {"eeg": (0.01, 0.2)}
    with pytest.raises(ValueError, match=r"pass band of the filters, 0\.01 to 0\.2 Hz, so there is no map of freq"):
        check_network([method(option)], network("chambon2018", n_times=400), band)
    check_network([method("saliency")], network("chambon2018", n_times=400), band)
