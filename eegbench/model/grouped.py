"""An encoder for each group of signals, with concatenated embeddings."""

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
    """Encode each group of signals separately and concatenate the embeddings, in the order of ``encoders``.

    Parameters
    ----------
    form
        Form of the windows, taken from the store.
    encoders
        Encoder of each group, by the group's name.

    Raises
    ------
    ValueError
        If the groups of the encoders differ from those of the signals.
    """

    def __init__(self, *, form: Form, encoders: Mapping[str, Spec[Encoder]]) -> None:
        super().__init__()
        if set(encoders) != set(form.groups):
            raise ValueError(
                f"model.encoders has {', '.join(encoders)}, but the signals have the groups {', '.join(form.groups)}; "
                "give each group an encoder, or choose a preprocessing with the groups of the encoders "
                "(preprocessing=sleep_groups)."
            )
        built = {name: build_encoder(spec, form.of(name)) for name, spec in encoders.items()}
        self.encoders = nn.ModuleDict(built)
        self.embed_dim = sum(encoder.embed_dim for encoder in built.values())
        self.bf16_on_cpu = all(encoder.bf16_on_cpu for encoder in built.values())
        self.takes_missing_channels = all(encoder.takes_missing_channels for encoder in built.values())

    def tokens(self, windows: Windows) -> Float[Tensor, "batch n_groups embed_dim"]:
        """Return the embedding of each group as a token, padded with zeros to the size of the embedding."""
        parts, at = [], 0
        for part in self._embedded(windows):
            parts.append(nn.functional.pad(part, (at, self.embed_dim - at - part.shape[1])))
            at += part.shape[1]
        return torch.stack(parts, dim=1)

    def forward(self, windows: Windows) -> Float[Tensor, "batch embed_dim"]:
        """Return one embedding per window."""
        return torch.cat(self._embedded(windows), dim=1)

    def fit(self, windows: Callable[[], Iterable[Windows]]) -> None:
        """Fit each encoder to the windows of its group."""
        for name, encoder in self._each().items():
            encoder.fit(lambda name=name: (one.of(name) for one in windows()))  # type: ignore[misc]

    def after_step(self) -> None:
        """Call the same method of each encoder."""
        for encoder in self._each().values():
            encoder.after_step()

    def _embedded(self, windows: Windows) -> list[Float[Tensor, "batch _"]]:
        return [encoder(windows.of(name)) for name, encoder in self._each().items()]

    def _each(self) -> dict[str, Encoder]:
        return {name: encoder for name, encoder in self.encoders.items() if isinstance(encoder, Encoder)}
