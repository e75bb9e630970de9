"""Import of the SimpleSleepNet weights published with the Dreem Open Datasets.

Guillot et al. 2020, doi:10.1109/TNSRE.2020.3011181. The published file is an archive with a pickle, which is not opened
here. Its tensors must be in a safetensors file under their own names. A JSON file with the same stem must contain
``net_params.json``, ``groups.json``, ``features.json`` and ``normalization_parameters.json`` under the keys
``net_params``, ``groups``, ``features`` and ``normalization_parameters``.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from eegbench.config import ConfigError, Spec, read_json
from eegbench.inference.description import Description
from eegbench.inference.network import Network, load_weights, save_network
from eegbench.model.base import Encoder
from eegbench.model.build import build_encoder
from eegbench.model.sequence import SequenceEncoder
from eegbench.preprocessing.padding.constant_padding import ConstantPadding
from eegbench.store.shard import SHARD_VERSION
from eegbench.types import Form, Group

CLASSES = ("W", "N1", "N2", "N3", "R")

_OTHERS = ("EMG", "ECG", "EOG1", "EOG2")

CHANNELS = {
    16: (
        *("C3_M2", "F4_M1", "F3_F4", "F3_M2", "F4_O2", "F3_O1", "FP1_F3", "FP1_M2", "FP1_O1"),
        *("FP2_F4", "FP2_M1", "FP2_O2", *_OTHERS),
    ),
    12: ("C3_M2", "C4_M1", "F3_F4", "F3_M2", "F4_O2", "F3_O1", "O1_M2", "O2_M1", *_OTHERS),
}
"""Channels of the networks of DOD-H and DOD-O, by their number."""

SFREQ, WINDOW_S, CONTEXT = 100.0, 30.0, 21


def import_dreem(weights: Path, out: Path) -> Network:
    """Save a published SimpleSleepNet as a network for ``eegbench predict --run OUT``.

    Parameters
    ----------
    weights
        The safetensors file; its JSON file is in the same folder.
    out
        Folder to write, which must not exist.

    Returns
    -------
    Network
        The saved network, in evaluation mode.

    Raises
    ------
    FileExistsError
        If the folder exists.
    ConfigError
        If the files are not those of a SimpleSleepNet.
    """
    if out.exists():
        raise FileExistsError(f"{out}: already exists; name another folder, or remove it.")
    facts = read_json(weights.with_suffix(".json"))
    try:
        tensors = load_file(weights)
        network = _built(facts)
        renamed = dict(_renamed(tensors, facts))
    except (SafetensorError, OSError, LookupError, TypeError, AttributeError, ValueError, RuntimeError) as error:
        raise ConfigError(f"{weights}: these are not the weights of a published SimpleSleepNet ({error!r}).") from error
    load_weights(network, renamed, weights)
    save_network(network.eval(), out)
    return network


def _built(facts: Mapping[str, Any]) -> Network:
    """Return the network with the published options, without its weights."""
    options = facts["net_params"]
    (group,) = facts["groups"].values()
    (encoder,) = options["encoders"].values()
    if encoder["type"] != "SimpleSleepEpochEncoder":
        raise ValueError(f"encoder {encoder['type']}; expected SimpleSleepEpochEncoder")
    channels = CHANNELS[group["shape"][1]]
    nowhere = np.full((len(channels), 3), np.nan)
    groups = {"eeg": Group(channels, SFREQ, round(WINDOW_S * SFREQ), nowhere)}
    padding = _padding(group)
    form = Form(groups, "none", {"index": 1, "cycles": 5}, None if padding is None else padding.of(WINDOW_S))
    spec = Spec(_encoder_node(options, encoder["args"]), Encoder, "model")
    built = build_encoder(spec, form)
    after = Spec(_sequence_node(options["sequence_encoder"]["args"]), SequenceEncoder, "task.sequence")
    sequence = after.build(in_dim=built.embed_dim)
    return Network(
        built,
        sequence=sequence,
        weight=torch.zeros(len(CLASSES), sequence.out_dim),
        bias=torch.zeros(len(CLASSES)),
        description=Description(
            encoder=spec.node,
            classes=CLASSES,
            form=form,
            sequence=after.node,
            context=CONTEXT,
            preprocessing=_preprocessing_node(channels, padding),
            steps_version=SHARD_VERSION,
            labels={name: name for name in CLASSES},
            ignored=("unscored",),
        ),
    )


def _padding(group: Mapping[str, Any]) -> ConstantPadding | None:
    """Return the zeros around records used in the training of the published network."""
    padding_s = float(group["padding"])
    return ConstantPadding(padding_s=padding_s, value=0.0, in_normalisers=True) if padding_s else None


def _encoder_node(options: Mapping[str, Any], encoder: Mapping[str, Any]) -> dict[str, Any]:
    below = "eegbench.model"
    return {
        "_target_": f"{below}.with_features.WithFeatures",
        "normalisers": {},
        "features": {
            "_target_": f"{below}.feature_encoder.fully_connected.FullyConnected",
            **{"layers": list(options["features_encoder"]["args"]["layers"]), "dropout": 0.0},
        },
        "signals": {
            "_target_": f"{below}.modulo_net.ModuloNet",
            "normalisers": {
                "clip": {"_target_": f"{below}.normaliser.clip_and_scale.ClipAndScale", "low": -500.0, "high": 500.0},
                "spectrogram": {
                    "_target_": f"{below}.normaliser.log_spectrogram.LogSpectrogram",
                    **{"frame_s": 2.0, "hop_s": 1.0, "floor": 1e-20},
                },
                "standardise": {"_target_": f"{below}.normaliser.standardise.Standardise", "batch_moments": True},
            },
            "epoch_encoder": {
                "_target_": f"{below}.epoch_encoder.simple_sleep.SimpleSleep",
                **{"hidden_dim": encoder["hidden_layers"], "n_frequencies": encoder["filter_dim"]},
                **{"mix_channels": True, "bidirectional": encoder["bidir"], "dropout": encoder["dropout"]},
            },
            "reducer": {
                "_target_": f"{below}.reducer.attention.Attention",
                "context_dim": options["reducer"]["args"]["context_size"],
            },
        },
    }


def _sequence_node(options: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "_target_": "eegbench.model.sequence.residual_gru.ResidualGru",
        **{"hidden_dim": options["cells"], "n_layers": options["layers"]},
        **{"bidirectional": options["bidir"], "dropout": options["dropout"]},
    }


def _preprocessing_node(channels: tuple[str, ...], padding: ConstantPadding | None) -> dict[str, Any]:
    below = "eegbench.preprocessing"
    around = {"_target_": f"{below}.padding.constant_padding.ConstantPadding"}
    return {
        "_target_": f"{below}.standard.Standard",
        "signal": {
            "_target_": f"{below}.stepped.Stepped",
            **{"channels": list(channels), "missing_channels": "refuse"},
            "steps": {
                "filter": {"_target_": f"{below}.step.dreem_filter.DreemFilter"},
                "resample": {"_target_": f"{below}.step.linear_resampling.LinearResampling", "sfreq": SFREQ},
            },
        },
        **{"window_s": WINDOW_S, "stride_s": WINDOW_S, "label_rule": "majority", "normalise": "none"},
        **{
            "flat_uv": None,
            "saturated_share": None,
            "padding": None if padding is None else {**around, **asdict(padding)},
        },
        "features": {
            "index": {"_target_": f"{below}.feature.index_window.IndexWindow", "increment_s": 30.0, "divisor": 1200.0},
            "cycles": {
                "_target_": f"{below}.feature.cycle_index_window.CycleIndexWindow",
                **{"increment_s": 30.0, "cycles": [10.0, 30.0, 60.0, 90.0, 120.0]},
            },
        },
    }


def _renamed(weights: Mapping[str, Tensor], facts: Mapping[str, Any]) -> Iterator[tuple[str, Tensor]]:
    """Yield the published tensors under their names in our network."""
    (name,) = facts["net_params"]["encoders"]
    (signals,) = facts["normalization_parameters"]["signals"]
    moments = next(one["args"] for one in signals["normalization"] if one["type"] == "standardization")
    inside = "encoder.signals"
    for ours, theirs in (("mean", "mu"), ("deviation", "sigma")):
        yield f"{inside}.normalisers.standardise.{ours}", torch.tensor(moments[theirs])[0, 0]
    for part, tensor in _below(weights, f"{name}.encoder.").items():
        renamed = part.replace("filter_reduction", "frequencies").replace("virtual_channels", "channels")
        yield f"{inside}.epoch_encoder.{renamed}", tensor
    yield f"{inside}.reducer.context.weight", weights[f"reducer.{name}.context_matrix"]
    yield f"{inside}.reducer.context.bias", weights[f"reducer.{name}.context_bias"][0]
    yield f"{inside}.reducer.score.weight", weights[f"reducer.{name}.context_vector"].T
    for kind in ("weight", "bias"):
        yield f"encoder.features.layers.1.{kind}", weights[f"features_encoder.layers.0.linear_0.{kind}"]
        yield kind, weights[f"classifier.{kind}"]
    for part, tensor in _below(weights, "sequence_encoder.encoder.").items():
        number, layer, kind = part.split(".")
        if layer == "residual_connection":
            yield f"sequence.beside.{number}.{kind}", tensor
        else:
            place = "backward_in_time" if kind.endswith("_reverse") else "onward"
            yield f"sequence.layers.{number}.{place}.{kind.removesuffix('_reverse')}", tensor


def _below(weights: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): tensor for name, tensor in weights.items() if name.startswith(prefix)}
