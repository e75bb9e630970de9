"""Network from windows to class scores: an encoder, optionally a sequence encoder, and a linear head.

Saved files may come from a stranger. They are read as data, and a class named in them is built only if it is an
`Encoder` or a `SequenceEncoder`.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Bool, Float
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from eegbench.config import ConfigError, Spec, read_json
from eegbench.inference.description import Description, read_description
from eegbench.model.base import Encoder
from eegbench.model.build import build_encoder
from eegbench.model.sequence import SequenceEncoder
from eegbench.store.base import MIN_STD_UV
from eegbench.store.windows import Signals, Windows, as_windows

MAX_NAMES = 4
"""Maximum number of tensors that a message names."""


class Network(nn.Module):
    """Network from windows to class scores (batch, n_classes) before the softmax, differentiable.

    Parameters
    ----------
    encoder
        Encoder of windows.
    sequence
        Sequence encoder over consecutive embeddings; None classifies windows one by one.
    weight, bias
        Weights (n_classes, dim) and bias (n_classes,) of the linear head, including the scaler.
    description
        Description of the network. With standardisation by ``window``, the network standardises its input, which leaves
        standardised windows unchanged; with ``recording``, its input must be standardised.
    """

    weight: Tensor
    bias: Tensor

    def __init__(
        self,
        encoder: Encoder,
        *,
        weight: Tensor,
        bias: Tensor,
        description: Description,
        sequence: SequenceEncoder | None = None,
    ) -> None:
        super().__init__()
        self.encoder = encoder
        self.sequence = sequence
        self.register_buffer("weight", weight)
        self.register_buffer("bias", bias)
        self.description = description

    @property
    def classes(self) -> tuple[str, ...]:
        """Class names."""
        return self.description.classes

    def forward(self, windows: Windows | Signals) -> Float[Tensor, "batch n_classes"]:
        """Return class scores of windows, or of signals (see `checked`), each classified separately."""
        z = self.embed(windows if isinstance(windows, Windows) else self.checked(windows))
        return self.scores(z.unsqueeze(1), torch.ones(len(z), 1, dtype=torch.bool, device=z.device)).squeeze(1)

    def embed(self, windows: Windows) -> Float[Tensor, "batch embed_dim"]:
        """Return the embeddings of windows, standardised as in training."""
        if self.description.form.normalise == "window":
            windows = replace(windows, x={name: _standardised(x) for name, x in windows.x.items()})
        embedded: Tensor = self.encoder(windows)
        return embedded

    def scores(
        self, z: Float[Tensor, "batch length embed_dim"], present: Bool[Tensor, "batch length"]
    ) -> Float[Tensor, "batch length n_classes"]:
        """Return class scores for each window in sequences of embeddings."""
        known = z if self.sequence is None else self.sequence(z, present)
        return nn.functional.linear(known, self.weight, self.bias)

    @torch.no_grad()
    def probabilities(self, windows: Signals) -> Float[np.ndarray, "batch n_classes"]:
        """Return class probabilities of windows, each classified separately, in evaluation mode.

        Parameters
        ----------
        windows
            See `checked`.

        Raises
        ------
        ValueError
            If the windows do not have the shape that the encoder expects, or the network reads sequences: see
            `eegbench.inference.voting.probabilities_in_order`.
        """
        if self.sequence is not None:
            raise ValueError(
                f"This network reads sequences of {self.description.context} windows; give the windows of a recording "
                "in order of time to eegbench.inference.voting.probabilities_in_order(network, windows)."
            )
        self.eval()
        return np.asarray(self(self.checked(windows)).softmax(dim=1).cpu().numpy())

    def checked(self, windows: Signals) -> Windows:
        """Return signals as windows on the network's device.

        Parameters
        ----------
        windows
            Signals in µV (batch, n_channels, n_times); a mapping from group to signals if there are several groups.

        Raises
        ------
        ValueError
            If they do not have the shape that the encoder expects.
        """
        return as_windows(windows, self.description.form, self.weight.device)


def save_network(network: Network, folder: Path) -> None:
    """Write ``model.json`` and ``model.safetensors``; nothing is pickled."""
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(network.description.plain(), indent=2, ensure_ascii=False)
    (folder / "model.json").write_text(text + "\n", encoding="utf-8")
    save_file(
        {name: t.detach().cpu().contiguous() for name, t in network.state_dict().items()},
        folder / "model.safetensors",
    )


def describe(folder: Path) -> Description:
    """Read the description in ``model.json`` without building the network.

    Raises
    ------
    FileNotFoundError
        If the folder contains no model.
    ConfigError
        If the file is not that of a model.
    """
    path = folder / "model.json"
    if not path.is_file():
        raise FileNotFoundError(f"{path}: not found; a finished run of `eegbench train` writes its model to model/.")
    try:
        return read_description(read_json(path))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigError(f"{path}: this is not the description of a model ({error!r}).") from error


def encoder_weights(folder: Path) -> dict[str, Tensor]:
    """Return the saved encoder's parameters and buffers by their names in the encoder."""
    weights = _load_tensors(folder)
    prefix = "encoder."
    return {name.removeprefix(prefix): tensor for name, tensor in weights.items() if name.startswith(prefix)}


def load_weights(module: nn.Module, weights: Mapping[str, Tensor], folder: Path) -> None:
    """Load saved weights into a module.

    Raises
    ------
    ConfigError
        If their names or shapes differ from the module's; the message counts the tensors that fit, and names others.
    """
    wanted = {name: tensor.shape for name, tensor in module.state_dict().items()}
    fitting = [name for name, tensor in weights.items() if wanted.get(name) == tensor.shape]
    others = sorted({*wanted, *weights}.difference(fitting))
    if others:
        more = ", …" if len(others) > MAX_NAMES else ""
        raise ConfigError(
            f"{folder / 'model.safetensors'}: these weights do not fit the model: {len(fitting)} of its {len(wanted)} "
            f"tensors are there with their shape, and not {', '.join(others[:MAX_NAMES])}{more}."
        )
    module.load_state_dict(weights)


def load_network(folder: Path, expected: Spec[Encoder] | None = None) -> Network:
    """Load a network written by `save_network`, in evaluation mode on the CPU.

    Parameters
    ----------
    folder
        Folder of the model.
    expected
        Expected options of the encoder, if known. The saved ones must be the same, and classes of the modules that they
        trust may be built. If None, only classes of eegbench are built.

    Raises
    ------
    FileNotFoundError
        If the folder contains no model.
    ConfigError
        If the saved encoder differs from the expected one, or may not be built.
    """
    description = describe(folder)
    spec = expected or Spec(description.encoder, Encoder, "model")
    if dict(spec.node) != dict(description.encoder):
        raise ConfigError(f"{folder / 'model.json'}: the model is not the one in the run's config.yaml.")
    weights, n_classes = _load_tensors(folder), len(description.classes)
    encoder = build_encoder(spec, description.form)
    sequence = None
    if description.sequence is not None:
        of_sequence = Spec(description.sequence, SequenceEncoder, "task.sequence", spec.trusted)
        sequence = of_sequence.build(in_dim=encoder.embed_dim)
    network = Network(
        encoder,
        sequence=sequence,
        weight=torch.zeros(n_classes, encoder.embed_dim if sequence is None else sequence.out_dim),
        bias=torch.zeros(n_classes),
        description=description,
    )
    load_weights(network, weights, folder)
    return network.eval()


def _standardised(x: Float[Tensor, "batch n_channels n_times"]) -> Float[Tensor, "batch n_channels n_times"]:
    std, mean = torch.std_mean(x, dim=2, correction=0, keepdim=True)
    return (x - mean) / std.clamp_min(MIN_STD_UV)


def _load_tensors(folder: Path) -> dict[str, Tensor]:
    path = folder / "model.safetensors"
    try:
        return load_file(path)
    except SafetensorError as error:
        raise ConfigError(f"{path}: not a file of saved weights ({error}).") from error
