from pathlib import Path

import pytest
import torch
from forms import group_of
from hydra import compose, initialize_config_dir
from omegaconf import OmegaConf
from options import node_of

from eegbench.config import ConfigError, Spec
from eegbench.model.base import Encoder
from eegbench.model.build import build_encoder, check_groups
from eegbench.store.windows import Windows
from eegbench.types import Form

CONF = Path(__file__).resolve().parents[2] / "conf" / "model"
FORM = Form(
    {"eeg": group_of(["Fpz-Cz", "Pz-Oz"], 100.0, 3000), "eog": group_of(["EOG horizontal"], 50.0, 1500)}, "none"
)


def spec(option: str = "grouped") -> Spec[Encoder]:
    return Spec(node_of(CONF / f"{option}.yaml"), Encoder, "model")


def windows(n: int = 2) -> Windows:
    return Windows({name: torch.randn(n, group.n_channels, group.n_times) for name, group in FORM.groups.items()})


def test_groups_at_two_rates_are_embedded_next_to_each_other() -> None:
    encoder, given = build_encoder(spec(), FORM).eval(), windows()
    embedded = encoder(given)
    assert embedded.shape == (2, 100 + 100)
    for name, part in (("eeg", embedded[:, :100]), ("eog", embedded[:, 100:])):
        torch.testing.assert_close(encoder.encoders[name](given.of(name)), part)


def test_tokens_are_the_groups_and_add_up_to_the_embedding() -> None:
    encoder, given = build_encoder(spec(), FORM).eval(), windows()
    tokens = encoder.tokens(given)
    assert tokens.shape == (2, 2, 200)
    torch.testing.assert_close(tokens.sum(1), encoder(given))


def test_hand_made_features_of_groups_keep_their_own_bands() -> None:
    assert build_encoder(spec("grouped_features"), FORM)(windows()).shape == (2, 2 * 22 + 17)


def test_groups_without_an_encoder_are_named() -> None:
    form = Form({**FORM.groups, "emg": group_of(["EMG submental"], 1.0, 30)}, "none")
    with pytest.raises(ValueError, match=r"model\.encoders has eeg, eog, .* groups eeg, eog, emg"):
        build_encoder(spec(), form)


def test_an_encoder_of_one_group_refuses_several_and_names_them() -> None:
    with pytest.raises(ConfigError, match=r"model=chambon2018 takes one group of signals, .* \(eeg, eog\)"):
        build_encoder(spec("chambon2018"), FORM)


def test_a_control_of_one_group_is_told_which_option_takes_several() -> None:
    control = Spec(node_of(CONF / "spectral_features.yaml"), Encoder, "probe.hand_made")
    with pytest.raises(ConfigError, match=r"choose model@probe\.hand_made=grouped_features, or"):
        check_groups(control, ["eeg", "eog"])
    check_groups(control, ["eeg"])


def test_a_wrong_option_of_a_groups_encoder_is_found_before_any_data() -> None:
    node = node_of(CONF / "grouped.yaml")
    node["encoders"]["eog"]["n_filter"] = 3
    with pytest.raises(ConfigError, match=r"did you mean model\.encoders\.eog\.n_filters"):
        Spec(node, Encoder, "model").check()


@pytest.mark.parametrize(("option", "place"), [("grouped", "model.encoders.eog"), ("channel_mean", "model.encoder")])
def test_another_encoder_of_a_group_is_chosen_on_the_command_line(option: str, place: str) -> None:
    overrides = ["name=test", f"model={option}", f"model@{place}=chambon2018"]
    with initialize_config_dir(str(CONF.parent), version_base="1.3"):
        chosen = OmegaConf.select(compose("train", overrides=overrides), place)
    assert chosen == OmegaConf.load(CONF / "chambon2018.yaml")
