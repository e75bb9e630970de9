"""The node that a shipped option stands for, its defaults laid below it, as Hydra composes it."""

from pathlib import Path
from typing import Any

from omegaconf import OmegaConf

EXPLAIN = Path(__file__).resolve().parents[1] / "conf" / "explain" / "default.yaml"


def node_of(path: Path) -> dict[str, Any]:
    tree = OmegaConf.load(path)
    below = [base for base in tree.pop("defaults", []) if isinstance(base, str) and base != "_self_"]
    merged = OmegaConf.merge(*(node_of(path.with_name(f"{base.partition('@')[0]}.yaml")) for base in below), tree)
    root = OmegaConf.create({"explain": OmegaConf.load(EXPLAIN), "node": merged})  # which some options take from
    return OmegaConf.to_container(root.node, resolve=True)
