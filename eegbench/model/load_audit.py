"""Loading of weights from a safetensors file into a network, with an account of which tensors matched by name."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from eegbench.config import ConfigError

MAX_NAMES = 4
"""Maximum number of tensors that a message names."""


@dataclass(frozen=True)
class LoadAudit:
    """Account of a load.

    Attributes
    ----------
    file, sha256
        Path and digest of the file.
    n_tensors, n_matched
        Number of tensors of the network, and of those among them that were loaded.
    missing
        Tensors of the network that are not in the file and keep their random values.
    unused
        Tensors of the file that the network does not have, such as those of a head.
    """

    file: str
    sha256: str
    n_tensors: int
    n_matched: int
    missing: tuple[str, ...]
    unused: tuple[str, ...]

    def __str__(self) -> str:
        """Return the account in one line, with the first names."""
        told = f"{self.n_matched} of {self.n_tensors} tensors of the encoder are loaded"
        if self.missing:
            told += f"; not in the file, so random: {_named(self.missing)}"
        if self.unused:
            told += f"; in the file and not used: {_named(self.unused)}"
        return told


def check_weights_file(path: Path) -> None:
    """Check that a path leads to a safetensors file; nothing is loaded.

    Raises
    ------
    ConfigError
        If it has another suffix, because files of other formats may execute code when they are opened.
    FileNotFoundError
        If there is no such file.
    """
    if path.suffix != ".safetensors":
        raise ConfigError(
            f"{path}: weights are read from safetensors files only; convert this file once, with "
            "safetensors.torch.save_file(tensors, 'FILE.safetensors')."
        )
    if not path.is_file():
        raise FileNotFoundError(f"{path}: no such file; model.weights is the path of a safetensors file.")


def read_weights(path: Path) -> dict[str, Tensor]:
    """Return the tensors of a safetensors file by name.

    Raises
    ------
    ConfigError
        If it is not a safetensors file.
    FileNotFoundError
        If there is no such file.
    """
    check_weights_file(path)
    try:
        return load_file(path)
    except SafetensorError as error:
        raise ConfigError(f"{path}: not a safetensors file ({error}).") from error


def load_matching(network: nn.Module, tensors: Mapping[str, Tensor], path: Path) -> LoadAudit:
    """Load the tensors whose names the network has.

    Parameters
    ----------
    network
        Network to load into.
    tensors
        Tensors by name.
    path
        File that they were read from.

    Raises
    ------
    ConfigError
        If no name matches, or if a tensor of the same name has another shape. The network is then unchanged.
    """
    wanted = network.state_dict()
    matched = [name for name in wanted if name in tensors]
    missing, unused = (tuple(sorted(set(a) - set(b))) for a, b in ((wanted, tensors), (tensors, wanted)))
    if not matched:
        raise ConfigError(
            f"{path}: none of the {len(wanted)} tensors of the network is in the file, so it would be random. The "
            f"network has {_named(missing)}; the file has {_named(unused)}. Set the model.name of this file, or rename "
            "its tensors as braindecode does."
        )
    for name in matched:
        if tensors[name].shape != wanted[name].shape:
            raise ConfigError(
                f"{path}: {name} has the shape {tuple(tensors[name].shape)}, and that of the network is "
                f"{tuple(wanted[name].shape)}; set model.options to those of the file."
            )
    network.load_state_dict({name: tensors[name] for name in matched}, strict=False)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return LoadAudit(str(path), digest, len(wanted), len(matched), missing, unused)


def _named(names: tuple[str, ...]) -> str:
    more = f", … ({len(names)})" if len(names) > MAX_NAMES else ""
    return ", ".join(names[:MAX_NAMES]) + more
