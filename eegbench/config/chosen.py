"""The resolver ``${chosen:GROUP}``, the name of the chosen option of a group, also without a running Hydra."""

from typing import Any

from hydra.core.hydra_config import HydraConfig
from omegaconf import OmegaConf

CHOSEN = "chosen"


def register() -> None:
    """Register the resolver with OmegaConf."""
    OmegaConf.register_new_resolver(CHOSEN, _chosen, replace=True)


def _chosen(group: str, *, _root_: Any) -> str:
    """Return the chosen option of a group: from Hydra if its options are there, otherwise the module of the class."""
    hydra = _root_.get("hydra") if "hydra" in _root_ else None
    if hydra is None and HydraConfig.initialized():
        hydra = HydraConfig.get()
    if hydra is not None:
        return str(hydra.runtime.choices[group])
    return str(_root_[group]["_target_"]).split(".")[-2]
