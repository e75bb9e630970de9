"""Any of braindecode's models by name: its class outputs as an embedding, or its features with published weights."""

import importlib
import inspect
import warnings
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn

from eegbench.config import Size, Text
from eegbench.model.base import SignalEncoder
from eegbench.model.load_audit import LoadAudit
from eegbench.model.published import PublishedNetwork
from eegbench.types import Form


class Braindecode(SignalEncoder):
    """A model of the braindecode package.

    Without ``weights``, its ``embed_dim`` class outputs are the only token of a window. With ``weights``, or with
    ``embed_dim`` None, the tokens are its features before the head, their mean is the embedding, and windows must be
    those that its authors state (`eegbench.model.published`).

    Parameters
    ----------
    form
        Form of the windows.
    n_channels, n_times, sfreq
        Channels, samples and Hz of a window; passed to the model as ``n_chans``, ``n_times`` and ``sfreq``.
    name
        Name of the class in ``braindecode.models``.
    embed_dim
        Size of an embedding, passed to the model as ``n_outputs``; None, or with weights: that of its features.
    weights
        Safetensors file of the initial weights, under the names of braindecode; None for random ones.
    options
        Other arguments of the model.

    Raises
    ------
    ValueError
        If the package is not installed or has no such model, or the model cannot be built for these windows, does not
        return ``embed_dim`` numbers per window, or has no features.
    """

    def __init__(
        self,
        *,
        form: Form,
        n_channels: int,
        n_times: int,
        sfreq: float,
        name: Text,
        embed_dim: Size | None,
        weights: Text | None,
        options: Mapping[str, Any],
    ) -> None:
        super().__init__()
        self.weights = weights
        model = _model(name)
        if embed_dim is not None and weights is None:
            sizes = {"n_chans": n_channels, "n_times": n_times, "sfreq": sfreq, "n_outputs": embed_dim}
            self.network = _tried(model, {**options, **sizes})
            self.embed_dim = embed_dim
        else:
            self.network = _published(name, model, form, options)
            self.is_mean_of_tokens = True
            with torch.no_grad():
                self.embed_dim = self.network.eval()(torch.zeros(1, n_channels, n_times)).shape[2]
            self.network.train()

    def features(self, x: Float[Tensor, "batch n_channels n_times"]) -> Float[Tensor, "batch n_tokens embed_dim"]:
        """Return the model's outputs as one token, or its features."""
        outputs: Tensor = self.network(x)
        return outputs.unsqueeze(1) if outputs.ndim == 2 else outputs

    def embed(self, x: Float[Tensor, "batch n_channels n_times"]) -> Float[Tensor, "batch embed_dim"]:
        """Return the model's outputs, or the mean of its features."""
        return self.features(x).mean(1)

    def load_weights(self) -> LoadAudit | None:
        """Load the file of initial weights, if there is one."""
        if self.weights is None or not isinstance(self.network, PublishedNetwork):
            return None
        self.loaded = self.network.load(Path(self.weights))
        return self.loaded


def _published(name: str, model: type[nn.Module], form: Form, options: Mapping[str, Any]) -> PublishedNetwork:
    if "return_features" not in inspect.signature(model.forward).parameters:
        raise ValueError(
            f"model.name={name} does not return features, so it cannot be used with model.weights or without "
            "model.embed_dim; set model.weights=null model.embed_dim=64, or another model.name."
        )
    try:
        return PublishedNetwork(name, model, form, options)
    except (TypeError, RuntimeError, AssertionError, LookupError) as error:
        raise ValueError(
            f"model.name={name}: braindecode could not use it with {dict(options)} ({error}); "
            "set other model.options or another model.name."
        ) from error


def _tried(model: type[nn.Module], arguments: Mapping[str, Any]) -> nn.Module:
    """Build a model and run it on two windows, so that incompatible options are found before training."""
    expected = (2, arguments["n_outputs"])
    try:
        network = model(**arguments).eval()
        with torch.no_grad():
            outputs = network(torch.zeros(2, arguments["n_chans"], arguments["n_times"]))
    except (TypeError, ValueError, RuntimeError, AssertionError, LookupError) as error:
        raise ValueError(
            f"model.name={model.__name__}: braindecode could not use it with {dict(arguments)} ({error}); "
            f"set other model.options or another model.name."
        ) from error
    found = tuple(outputs.shape) if isinstance(outputs, Tensor) else type(outputs).__name__
    if found != expected:
        raise ValueError(
            f"model.name={model.__name__}: expected outputs of shape {expected} for two windows, got {found}; "
            f"set another model.name, or model.options that give one output per window."
        )
    return network.train()


def _model(name: str) -> type[nn.Module]:
    there = {n: c for n, c in vars(_models()).items() if isinstance(c, type) and issubclass(c, nn.Module)}
    if name not in there:
        by_lower = {n.lower(): n for n in there}
        near = get_close_matches(name.lower(), by_lower, n=1)
        hint = f"did you mean {by_lower[near[0]]}?" if near else f"there are {', '.join(sorted(there))}."
        raise ValueError(f"model.name={name}: braindecode has no such model; {hint}")
    return there[name]


def _models() -> Any:
    try:
        with warnings.catch_warnings(action="ignore"):  # of what its own packages will change
            return importlib.import_module("braindecode.models")
    except ModuleNotFoundError as error:
        if not str(error.name).startswith("braindecode"):
            raise
        raise ValueError(
            "model=braindecode needs the package braindecode, which is not installed; "
            "type: pip install 'eegbench[braindecode]'"
        ) from error
