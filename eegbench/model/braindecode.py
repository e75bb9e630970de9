"""Any of braindecode's models by name, with its class outputs used as an embedding."""

import importlib
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn

from eegbench.config import Size, Text
from eegbench.model.base import SignalEncoder


class Braindecode(SignalEncoder):
    """A model of the braindecode package, whose ``embed_dim`` outputs are the only token of a window.

    Parameters
    ----------
    n_channels, n_times, sfreq
        Form of a window: channels, samples, Hz; passed to the model as ``n_chans``, ``n_times`` and ``sfreq``.
    name
        Name of the class in ``braindecode.models``.
    embed_dim
        Size of an embedding; passed to the model as ``n_outputs``.
    options
        Other arguments of the model.

    Raises
    ------
    ValueError
        If the package is not installed or has no such model, or the model cannot be built for these windows or does not
        return ``embed_dim`` numbers per window.
    """

    def __init__(
        self, *, n_channels: int, n_times: int, sfreq: float, name: Text, embed_dim: Size, options: Mapping[str, Any]
    ) -> None:
        super().__init__()
        self.embed_dim = embed_dim
        form = {"n_chans": n_channels, "n_times": n_times, "sfreq": sfreq, "n_outputs": embed_dim}
        self.network = _tried(_model(name), {**options, **form})

    def features(self, x: Float[Tensor, "batch n_channels n_times"]) -> Float[Tensor, "batch 1 embed_dim"]:
        """Return the model's outputs as one token."""
        outputs: Tensor = self.network(x)
        return outputs.unsqueeze(1)

    def embed(self, x: Float[Tensor, "batch n_channels n_times"]) -> Float[Tensor, "batch embed_dim"]:
        """Return the model's outputs."""
        return self.features(x).squeeze(1)


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
        return importlib.import_module("braindecode.models")
    except ModuleNotFoundError as error:
        if not str(error.name).startswith("braindecode"):
            raise
        raise ValueError(
            "model=braindecode needs the package braindecode, which is not installed; "
            "type: pip install 'eegbench[braindecode]'"
        ) from error
