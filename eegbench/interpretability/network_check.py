"""Check that methods can explain a network, from the form of its windows alone."""

from collections.abc import Iterable, Mapping

import numpy as np
import torch

from eegbench.inference.network import Network
from eegbench.interpretability.base import Method, Scene
from eegbench.store.windows import Windows, blank_windows
from eegbench.types import EVERY_HZ


def check_network(
    methods: Iterable[Method], network: Network, passed_hz: Mapping[str, tuple[float, float]] | None = None
) -> None:
    """Refuse methods that cannot explain a network; no map is computed, and no window is read.

    Parameters
    ----------
    methods
        The methods.
    network
        The network, in evaluation mode; its weights do not matter.
    passed_hz
        Pass band of the filters of each group in Hz; None if all frequencies pass.

    Raises
    ------
    ValueError
        The message of the first method that cannot explain it.
    """
    bands = passed_hz or {}
    scenes = [blank_scene(network, group, bands.get(group, EVERY_HZ)) for group in network.description.form.groups]
    for method in methods:
        for scene in scenes:
            method.check(scene)


def blank_scene(network: Network, group: str, passed_hz: tuple[float, float] = EVERY_HZ) -> Scene:
    """Return a scene of one window of zeros, in which only signals of one group are explained."""
    form = network.description.form
    blank = blank_windows(form, network.weight.device)

    def scores(x: torch.Tensor) -> torch.Tensor:
        others = {name: one.expand(len(x), -1, -1) for name, one in blank.x.items()}
        known = {name: one.expand(len(x), -1) for name, one in blank.features.items()}
        found: torch.Tensor = network(Windows(others | {group: x}, None, known))
        return found

    return Scene(
        network=network,
        gather=lambda part: blank.x[group][part],
        labels=np.zeros(1, dtype=np.int64),
        classes=network.classes,
        group=form.groups[group],
        bind=lambda _: lambda _part: scores,
        passed_hz=passed_hz,
    )
