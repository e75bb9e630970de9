"""An encoder for each group of signals; the embedding is what they return, one after the other."""

from collections.abc import Callable, Iterable, Mapping

import torch
from jaxtyping import Float
from torch import Tensor, nn

from eegbench.config import Spec
from eegbench.model.base import Encoder
from eegbench.model.build import build_encoder
from eegbench.store.windows import Windows
from eegbench.types import Form


class Grouped(Encoder):
    """Encodes each group of signals by itself and concatenates the embeddings, in the order of ``encoders``.

    Parameters
    ----------
    form
        Form of the windows; comes from the store.
    encoders
        The encoder of each group by the group's name.

    Raises
    ------
    ValueError
        Where the groups of the encoders are not those of the signals.
    """

    def __init__(self, *, form: Form, encoders: Mapping[str, Spec[Encoder]]) -> None:
        super().__init__()
        if set(encoders) != set(form.groups):
            raise ValueError(
                f"model.encoders has {', '.join(encoders)}, and the signals have the groups {', '.join(form.groups)}; "
                "give each group an encoder, or choose a preprocessing with the groups of the encoders "
                "(preprocessing=sleep_groups)."
            )
        built = {name: build_encoder(spec, form.of(name)) for name, spec in encoders.items()}
        self.encoders = nn.ModuleDict(built)
        self.embed_dim = sum(encoder.embed_dim for encoder in built.values())
        self.bf16_on_cpu = all(encoder.bf16_on_cpu for encoder in built.values())
        self.takes_missing_channels = all(encoder.takes_missing_channels for encoder in built.values())

    def tokens(self, windows: Windows) -> Float[Tensor, "batch n_groups embed_dim"]:
        """Return the embedding of each group as a token, filled with zeros to the size of the embedding."""
        parts, at = [], 0
        for part in self._embedded(windows):
            parts.append(nn.functional.pad(part, (at, self.embed_dim - at - part.shape[1])))
            at += part.shape[1]
        return torch.stack(parts, dim=1)

    def forward(self, windows: Windows) -> Float[Tensor, "batch embed_dim"]:
        """Return one embedding a window."""
        return torch.cat(self._embedded(windows), dim=1)

    def fit(self, windows: Callable[[], Iterable[Windows]]) -> None:
        """Let each encoder learn from the windows of its group."""
        for name, encoder in self._each().items():
            encoder.fit(lambda name=name: (one.of(name) for one in windows()))  # type: ignore[misc]

    def after_step(self) -> None:
        """Do what follows an optimiser's step in each encoder."""
        for encoder in self._each().values():
            encoder.after_step()

    def _embedded(self, windows: Windows) -> list[Float[Tensor, "batch _"]]:
        return [encoder(windows.of(name)) for name, encoder in self._each().items()]

    def _each(self) -> dict[str, Encoder]:
        return {name: encoder for name, encoder in self.encoders.items() if isinstance(encoder, Encoder)}
