"""Options below ``probe``: they are checked, and probes are built from them."""

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from eegbench.config import ConfigError, Index, Node, Spec, Text, build
from eegbench.experiment.base import Probes
from eegbench.experiment.root_checks import check_chosen
from eegbench.inference.model_folder import NETWORK
from eegbench.model.base import Encoder
from eegbench.probe import Probe
from eegbench.probe.control import CONTROLS, UNFITTED
from eegbench.sweep.objective import MAIN
from eegbench.trainer import Trainer

PREDICTORS = ("auto", NETWORK, "probe")
"""Values of ``explain.predictor`` that are not names of probes."""

TAKEN = (*PREDICTORS, *CONTROLS, UNFITTED, MAIN, "pretext", "training")
"""Names that probes cannot have, because tables, metrics or options use them otherwise."""


@dataclass(frozen=True)
class ProbeOptions:
    """The keys below ``probe``."""

    of: Mapping[str, Node]
    main: Text | None
    every: Index
    hand_made: Node


def read_probes(options: ProbeOptions, hand_made: Spec[Encoder], trusted: Sequence[str]) -> Probes:
    """Build the probes that were chosen.

    Parameters
    ----------
    options
        Options below ``probe``.
    hand_made
        Features of the control.
    trusted
        Modules whose classes may be built.

    Raises
    ------
    ConfigError
        If no probe is chosen, if a name is not allowed, or if the main probe is not among those chosen or is a control.
    ValueError
        If a value is invalid.
    """
    _check_chosen(options)
    built = {name: build(node, Probe, path=f"probe.of.{name}", trusted=trusted) for name, node in options.of.items()}
    of_encoder = [name for name, probe in built.items() if probe.needs != "windows"]
    main = options.main or next(iter(of_encoder or built))
    if main not in built:
        raise ConfigError(
            f"probe.main={main} is not among the probes chosen ({', '.join(built)}); add it: "
            f"probe=[{','.join((*built, main))}]."
        )
    if main not in of_encoder:
        raise ConfigError(
            f"probe.main={main}: this is a control, which is fitted to windows without the encoder; choose a probe of "
            f"the encoder, too: probe=[{','.join(dict.fromkeys(('linear', *built)))}]."
        )
    return Probes(of={main: built[main], **built}, main=main, every=options.every, hand_made=hand_made)


def check_predictor(predictor: str, probes: Probes) -> None:
    """Refuse a predictor that the run does not have.

    Raises
    ------
    ConfigError
        If there is no such predictor; the message lists the predictors of the run.
    """
    known = (*PREDICTORS, *probes.of_encoder)
    if predictor not in known:
        near = difflib.get_close_matches(predictor, known, n=1)
        hint = f" Did you mean {near[0]}?" if near else ""
        raise ConfigError(f"explain.predictor={predictor}: one of {', '.join(known)} is expected.{hint}")


def check_processes(probes: Probes, trainer: Trainer) -> None:
    """Refuse probes that train a copy of the encoder between passes if several processes train together.

    Raises
    ------
    ConfigError
        If the main probe is such a probe and ``probe.every`` is above 0.
    """
    if probes.every > 0 and trainer.joins_processes and probes.of[probes.main].needs == "encoder":
        raise ConfigError(
            f"probe.every={probes.every}: the probe {probes.main} trains a copy of the encoder, which is not possible "
            "between passes if several processes train together; set probe.every=0, or another probe.main."
        )


def _check_chosen(options: ProbeOptions) -> None:
    if not options.of:
        raise ConfigError("probe=[]: at least one probe is expected; choose one with probe=OPTION.")
    check_chosen(options.of, "probe.of", "probe")
    for name in options.of:
        if name in TAKEN or not re.fullmatch(r"\w+", name):
            raise ConfigError(
                f"probe.of.{name}: a name of letters, digits and _ is expected, other than {', '.join(TAKEN)}; set "
                "another name in the first line of its YAML file, # @package probe.of.NAME."
            )
