"""Published networks of braindecode as encoders: the input that their authors state, and weights from a file."""

import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import torch
from jaxtyping import Float
from torch import Tensor, nn

from eegbench.config import ConfigError
from eegbench.model.load_audit import LoadAudit, load_matching, read_weights
from eegbench.types import Form, Group

HEAD = "final_layer"
"""Name of the head in braindecode's networks; encoders are loaded without it."""

ALIASES = {"T3": "T7", "T4": "T8", "T5": "P7", "T6": "P8"}
"""Older names of electrodes, used if a network does not have them as names of their own."""

Scale = Literal["100_uv", "percentile", "as_preprocessed"]


@dataclass(frozen=True)
class Input:
    """Input of a network, as its authors state it.

    Attributes
    ----------
    sfreq
        Sampling rate in Hz.
    patch
        Windows must be a multiple of this number of samples.
    scale
        ``100_uv``: signals in 100 µV; ``percentile``: each channel of a window is divided by the 95th percentile of its
        absolute values; ``as_preprocessed``: as the preprocessing of the run returns them.
    order
        Module and variable of braindecode with the names of channels that have an embedding; None takes any channels.
    derived
        Whether bipolar derivations are computed from their two electrodes. Channels in no derivation are left out.
    average_reference
        Whether the mean over the channels is subtracted.
    """

    sfreq: float
    patch: int
    scale: Scale
    order: tuple[str, str] | None = None
    derived: bool = False
    average_reference: bool = False


INPUTS: Mapping[str, Input] = {
    # Jiang 2024 (arXiv:2405.18765) and its code: 200 Hz, patches of 1 s, 0.1 mV, channel embeddings by name
    "Labram": Input(200.0, 200, "100_uv", ("labram", "LABRAM_CHANNEL_ORDER")),
    # Wang 2025 (arXiv:2412.07236) and its code: 200 Hz, patches of 1 s, 100 µV, any channels
    "CBraMod": Input(200.0, 200, "100_uv"),
    # Yang 2023 (arXiv:2305.10351) and its code: 200 Hz, 95th percentile, bipolar channels each with a token
    "BIOT": Input(200.0, 1, "percentile", ("biot", "BIOT_CHANNEL_ORDER"), derived=True),
    # Wang 2024 (NeurIPS 37, 39249) and its code: 256 Hz, average reference, channel embeddings by name
    "EEGPT": Input(256.0, 1, "as_preprocessed", ("eegpt", "EEGPT_CHANNELS"), average_reference=True),
}
"""Inputs of networks by the name of their class; other networks get windows as they are."""


class PublishedNetwork(nn.Module):
    """A network of braindecode without its head, with the input that its authors state.

    Parameters
    ----------
    name
        Name of the class in ``braindecode.models``.
    model
        This class.
    form
        Form of the windows.
    options
        Other arguments of the model.

    Raises
    ------
    ValueError
        If the windows do not have the sampling rate, length, unit or channels that the network needs.
    """

    mix: Tensor | None

    def __init__(self, name: str, model: type[nn.Module], form: Form, options: Mapping[str, Any]) -> None:
        super().__init__()
        group, self.input = form.only, INPUTS.get(name)
        channels, self.rows, mix = group.channels, tuple(range(group.n_channels)), None
        if self.input is not None:
            _check(name, self.input, group, form.normalise)
            channels, self.rows, mix = _montage(name, self.input, group)
        self.register_buffer("mix", mix, persistent=False)
        self.kwargs = {"ch_names": list(channels)} if name == "Labram" else {}
        self.n_patches = group.n_times // (self.input.patch if self.input else 1)
        self.name = name
        fixed: dict[str, Any] = {"n_chans": len(channels), "n_times": group.n_times, "sfreq": group.sfreq}
        if name == "EEGPT":
            fixed |= {"chs_info": [{"ch_name": one} for one in channels], "chan_proj_type": "none"}
        self.network = model(**{**options, **fixed, "n_outputs": 1})
        if hasattr(self.network, HEAD):
            setattr(self.network, HEAD, nn.Identity())
        if name == "EEGPT":  # indices of these channels: part of the form, not of the weights
            chosen = self.network.get_buffer("chans_id")
            delattr(self.network, "chans_id")
            self.network.register_buffer("chans_id", chosen, persistent=False)

    def forward(self, x: Float[Tensor, "batch n_channels n_times"]) -> Float[Tensor, "batch n_tokens dim"]:
        """Return the tokens before the head, for windows in µV or as they were standardised."""
        found: Tensor = self.network(self.prepared(x), return_features=True, **self.kwargs)["features"]
        return found.unsqueeze(1) if found.ndim == 2 else found.flatten(1, -2)

    def prepared(self, x: Float[Tensor, "batch n_channels n_times"]) -> Float[Tensor, "batch _ n_times"]:
        """Return windows with the channels and the scale that the network needs."""
        if self.mix is not None:
            x = torch.einsum("dc,bct->bdt", self.mix, x)
        if self.input is None:
            return x
        if self.input.average_reference:
            x = x - x.mean(1, keepdim=True)
        if self.input.scale == "100_uv":
            return x / 100
        if self.input.scale == "percentile":
            return x / (x.abs().quantile(0.95, dim=2, keepdim=True) + 1e-8)
        return x

    def load(self, path: Path) -> LoadAudit:
        """Load the weights of a file; embeddings of channels and times that the windows lack are left out.

        Raises
        ------
        ConfigError
                If no tensor matches, if one has another shape, or if the file lacks embeddings for these windows.
        FileNotFoundError
            If there is no such file.
        """
        tensors = read_weights(path)
        if self.name == "Labram":
            self._select(tensors, "temporal_embedding", 1, range(self.n_patches))
        if self.name == "BIOT":
            self._select(tensors, "encoder.channel_tokens.weight", 0, self.rows)
        if self.name == "EEGPT":
            tensors.pop("chans_id", None)  # of the channels that it was saved with
        return load_matching(self.network, tensors, path)

    def _select(self, tensors: dict[str, Tensor], name: str, axis: int, rows: Sequence[int]) -> None:
        """Replace a tensor by its rows for these windows, in the shape that the network has."""
        if name not in tensors:
            return
        if (n_there := tensors[name].shape[axis]) <= max(rows):
            raise ConfigError(
                f"{name} of the file has {n_there} embeddings, and these windows need number {max(rows) + 1}; choose "
                "fewer channels or shorter windows, or the file of another network."
            )
        chosen = tensors[name].index_select(axis, torch.tensor(rows))
        own = self.network.state_dict()[name].clone()
        if own.ndim == chosen.ndim and own.narrow(axis, 0, len(rows)).shape == chosen.shape:
            own.narrow(axis, 0, len(rows)).copy_(chosen)
            tensors[name] = own


def _check(name: str, needed: Input, group: Group, normalise: str) -> None:
    """Refuse windows of another rate or length, and signals without their unit."""
    if group.sfreq != needed.sfreq:
        raise ValueError(
            f"model.name={name} was made for signals at {needed.sfreq:g} Hz, and these have {group.sfreq:g} Hz; set "
            f"preprocessing.signal.sfreq={needed.sfreq:g}."
        )
    if group.n_times % needed.patch:
        raise ValueError(
            f"model.name={name} takes windows of a multiple of {needed.patch / needed.sfreq:g} s, and these have "
            f"{group.window_s:g} s; set preprocessing.window_s."
        )
    if needed.scale != "as_preprocessed" and normalise != "none":
        raise ValueError(
            f"model.name={name} has a scale of its own and needs signals in µV, and preprocessing.normalise is "
            f"{normalise}; set preprocessing.normalise=none."
        )


def _montage(name: str, needed: Input, group: Group) -> tuple[tuple[str, ...], tuple[int, ...], Tensor | None]:
    """Return the network's channels, their rows in its order of names, and the matrix that makes them of ours."""
    if needed.order is None:
        return group.channels, tuple(range(group.n_channels)), None
    module, variable = needed.order
    order = [one.upper() for one in getattr(importlib.import_module(f"braindecode.models.{module}"), variable)]
    ours = [_plain(one, order, derived=needed.derived) for one in group.channels]
    if needed.derived:
        made = {row: weights for row, one in enumerate(order) if (weights := _derivation(one, ours)) is not None}
        if not made:
            raise ValueError(
                f"model.name={name} takes the bipolar channels {', '.join(order)}; none of them can be made of "
                f"{', '.join(group.channels)}. Choose another model.name."
            )
        return tuple(order[row] for row in made), tuple(made), torch.stack(list(made.values()))
    unknown = [theirs for theirs, one in zip(group.channels, ours, strict=True) if one not in order]
    if unknown:
        raise ValueError(
            f"model.name={name} has no embedding of the channels {', '.join(unknown)}; leave them out with "
            f"'preprocessing.signal.exclude=[{','.join(unknown)}]', or choose another model.name."
        )
    return tuple(ours), tuple(order.index(one) for one in ours), None


def _plain(channel: str, order: Sequence[str], *, derived: bool) -> str:
    """Return a channel's name in capitals, by the newer name of its electrodes if the network lacks the older one."""
    name = channel.upper().removeprefix("EEG ").strip(". ")
    if name in order:
        return name
    parts = [ALIASES.get(part, part) for part in name.split("-")] if derived else [ALIASES.get(name, name)]
    return "-".join(parts)


def _derivation(name: str, ours: Sequence[str]) -> Tensor | None:
    """Return the weights of our channels in a bipolar channel; None if it cannot be made of them."""
    weights = torch.zeros(len(ours))
    if name in ours:
        weights[ours.index(name)] = 1.0
        return weights
    plus, _, minus = name.partition("-")
    if plus not in ours or minus not in ours:
        return None
    weights[ours.index(plus)], weights[ours.index(minus)] = 1.0, -1.0
    return weights
