"""An encoder with a linear head: from windows to class probabilities, saved as safetensors and JSON.

Saved files may come from a stranger: they are read as data, and a class they name is built only as an `Encoder`.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from eegbench.config import ConfigError, Spec, read_json
from eegbench.model.base import Encoder
from eegbench.model.build import build_encoder
from eegbench.store.base import MIN_STD_UV
from eegbench.store.windows import Windows
from eegbench.types import Form, Group

PROBED, NETWORK = "model", "network"
"""Folders of a run: the encoder with its main probe's head, and with the head that was trained with it."""


class Predictor(nn.Module):
    """Windows (batch, n_channels, n_times) → class scores (batch, n_classes), differentiable.

    Parameters
    ----------
    encoder
        Makes embeddings.
    weight, bias
        The linear head (n_classes, embed_dim) and (n_classes,), with the scaler folded in.
    classes
        Class names.
    form
        The form of the windows, of one group. Where they were standardised by window, so are the ones given here,
        which leaves standardised windows as they are; under ``recording`` they are expected standardised.
    spec
        The config node that built the encoder.
    """

    weight: Tensor
    bias: Tensor

    def __init__(
        self,
        encoder: Encoder,
        *,
        weight: Tensor,
        bias: Tensor,
        classes: tuple[str, ...],
        form: Form,
        spec: Mapping[str, Any],
    ) -> None:
        super().__init__()
        self.encoder = encoder
        self.register_buffer("weight", weight)
        self.register_buffer("bias", bias)
        self.classes = classes
        self.form = form
        self.spec = dict(spec)

    def forward(self, x: Float[Tensor, "batch n_channels n_times"]) -> Float[Tensor, "batch n_classes"]:
        """Return class scores before the softmax."""
        if self.form.normalise == "window":
            std, mean = torch.std_mean(x, dim=2, correction=0, keepdim=True)
            x = (x - mean) / std.clamp_min(MIN_STD_UV)
        return nn.functional.linear(self.encoder(self._windows(x)), self.weight, self.bias)

    def _windows(self, x: Float[Tensor, "batch n_channels n_times"]) -> Windows:
        return Windows(dict.fromkeys(self.form.groups, x))

    @torch.no_grad()
    def probabilities(
        self, windows: Float[np.ndarray, "batch n_channels n_times"]
    ) -> Float[np.ndarray, "batch n_classes"]:
        """Return class probabilities in evaluation mode.

        Raises
        ------
        ValueError
            Where the windows have another shape than the encoder was made for.
        """
        group = self.form.only
        expected = (group.n_channels, group.n_times)
        if windows.ndim != 3 or windows.shape[1:] != expected:
            raise ValueError(
                f"windows of shape (n, {expected[0]}, {expected[1]}) are expected (channels "
                f"{', '.join(group.channels)} at {group.sfreq:g} Hz), got {windows.shape}."
            )
        self.eval()
        x = torch.as_tensor(np.asarray(windows, dtype=np.float32), device=self.weight.device)
        return np.asarray(self(x).softmax(dim=1).cpu().numpy())


@dataclass(frozen=True)
class SavedFacts:
    """What ``model.json`` says.

    Attributes
    ----------
    spec
        The config node that built the encoder.
    classes
        Class names.
    form
        The form of the windows.
    """

    spec: Mapping[str, Any]
    classes: tuple[str, ...]
    form: Form


def save_predictor(predictor: Predictor, folder: Path) -> None:
    """Write ``model.json`` and ``model.safetensors``; nothing is pickled."""
    folder.mkdir(parents=True, exist_ok=True)
    facts = {"model": predictor.spec, "classes": predictor.classes, "form": form_facts(predictor.form)}
    (folder / "model.json").write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")
    save_file(
        {name: t.detach().cpu().contiguous() for name, t in predictor.state_dict().items()},
        folder / "model.safetensors",
    )


def read_facts(folder: Path) -> SavedFacts:
    """Read what ``model.json`` says; nothing is built.

    Raises
    ------
    FileNotFoundError
        Where the folder holds no model.
    ConfigError
        Where the file is not that of a model.
    """
    path = folder / "model.json"
    if not path.is_file():
        raise FileNotFoundError(f"{path}: there is no model; a finished run of `eegbench train` leaves one in model/.")
    try:
        facts = read_json(path)
        return SavedFacts(dict(facts["model"]), tuple(facts["classes"]), load_form(facts["form"]))
    except (ValueError, KeyError, TypeError) as error:
        raise ConfigError(f"{path}: this is not the description of a model ({error!r}).") from error


def encoder_weights(folder: Path) -> dict[str, Tensor]:
    """Return the saved encoder's parameters and buffers by their names in the encoder."""
    weights = _load_tensors(folder)
    prefix = "encoder."
    return {name.removeprefix(prefix): tensor for name, tensor in weights.items() if name.startswith(prefix)}


def load_weights(module: nn.Module, weights: Mapping[str, Tensor], folder: Path) -> None:
    """Put saved weights into a module.

    Raises
    ------
    ConfigError
        Where their names or shapes are not the module's.
    """
    try:
        module.load_state_dict(weights)
    except RuntimeError as error:
        raise ConfigError(f"{folder / 'model.safetensors'}: these weights are not those of the model.") from error


def _load_tensors(folder: Path) -> dict[str, Tensor]:
    path = folder / "model.safetensors"
    try:
        return load_file(path)
    except SafetensorError as error:
        raise ConfigError(f"{path}: these are no saved weights ({error}).") from error


def load_predictor(folder: Path, expected: Spec[Encoder] | None = None) -> Predictor:
    """Load what `save_predictor` wrote, in evaluation mode on the CPU.

    Parameters
    ----------
    folder
        Holds the model.
    expected
        The encoder's options, where the caller knows them: the saved ones must be the same. Without, the encoder is
        built as the file says, if it is one of eegbench's.

    Raises
    ------
    FileNotFoundError
        Where the folder holds no model.
    ConfigError
        Where the saved encoder is another one than expected, or may not be built.
    """
    facts = read_facts(folder)
    spec = expected or Spec(facts.spec, Encoder, "model")
    if dict(spec.node) != dict(facts.spec):
        raise ConfigError(f"{folder / 'model.json'}: the model is not the one in the run's config.yaml.")
    weights, n_classes = _load_tensors(folder), len(facts.classes)
    encoder = build_encoder(spec, facts.form)
    predictor = Predictor(
        encoder,
        weight=torch.zeros(n_classes, encoder.embed_dim),
        bias=torch.zeros(n_classes),
        classes=facts.classes,
        form=facts.form,
        spec=facts.spec,
    )
    load_weights(predictor, weights, folder)
    return predictor.eval()


def form_facts(form: Form) -> dict[str, Any]:
    """Return a form as plain values."""
    groups = {
        name: {
            "channels": list(group.channels),
            "sfreq": group.sfreq,
            "n_times": group.n_times,
            "positions": [[None if np.isnan(v) else float(v) for v in row] for row in group.positions],
        }
        for name, group in form.groups.items()
    }
    return {"groups": groups, "normalise": form.normalise}


def load_form(facts: Mapping[str, Any]) -> Form:
    """Return a form from its plain values."""
    groups = {str(name): _load_group(group) for name, group in facts["groups"].items()}
    return Form(groups, str(facts["normalise"]))


def _load_group(facts: Mapping[str, Any]) -> Group:
    return Group(
        channels=tuple(facts["channels"]),
        sfreq=float(facts["sfreq"]),
        n_times=int(facts["n_times"]),
        positions=np.array(facts["positions"], dtype=np.float64),
    )
