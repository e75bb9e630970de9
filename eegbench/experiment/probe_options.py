"""The keys below ``probe``, and how they become probes by their names."""

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from eegbench.config import ConfigError, Node, Spec, build
from eegbench.experiment.base import Probes
from eegbench.experiment.root_checks import check_chosen
from eegbench.inference.model_folder import NETWORK
from eegbench.model.base import Encoder
from eegbench.probe import Probe
from eegbench.probe.control import CONTROLS, UNFITTED
from eegbench.sweep.objective import MAIN
from eegbench.trainer import Trainer

PREDICTORS = ("auto", NETWORK, "probe")
"""Values of ``explain.predictor`` that are no probe's name."""

TAKEN = (*PREDICTORS, *CONTROLS, UNFITTED, MAIN, "pretext", "training")
"""Names that tables, metrics or options have for something else."""


@dataclass(frozen=True)
class ProbeOptions:
    """The keys below ``probe``."""

    of: Mapping[str, Node]
    main: str | None
    every: int
    hand_made: Node


def read_probes(options: ProbeOptions, hand_made: Spec[Encoder], trusted: Sequence[str]) -> Probes:
    """Build the probes that were chosen.

    Parameters
    ----------
    options
        The keys below ``probe``.
    hand_made
        The control's features.
    trusted
        Modules whose classes may be built.

    Raises
    ------
    ConfigError
        Where no probe was chosen, a name cannot be one, or the main probe is not among those chosen.
    ValueError
        Where a value cannot be.
    """
    _check_chosen(options)
    built = {name: build(node, Probe, path=f"probe.of.{name}", trusted=trusted) for name, node in options.of.items()}
    main = options.main or next(iter(built))
    if main not in built:
        raise ConfigError(
            f"probe.main={main} is not among the probes chosen ({', '.join(built)}); add it: "
            f"probe=[{','.join((*built, main))}]."
        )
    return Probes(of={main: built[main], **built}, main=main, every=options.every, hand_made=hand_made)


def check_predictor(predictor: str, probes: Probes) -> None:
    """Refuse to explain a probe that the run does not have.

    Raises
    ------
    ConfigError
        Naming the predictors that there are.
    """
    known = (*PREDICTORS, *probes.of)
    if predictor not in known:
        near = difflib.get_close_matches(predictor, known, n=1)
        hint = f" Did you mean {near[0]}?" if near else ""
        raise ConfigError(f"explain.predictor={predictor}: one of {', '.join(known)} is expected.{hint}")


def check_processes(probes: Probes, trainer: Trainer) -> None:
    """Refuse to train a copy of the encoder in one process while the others wait for it to train on.

    Raises
    ------
    ConfigError
        Saying what to set.
    """
    if probes.every > 0 and trainer.joins_processes and probes.of[probes.main].needs == "encoder":
        raise ConfigError(
            f"probe.every={probes.every}: the probe {probes.main} trains a copy of the encoder, which one of several "
            "processes cannot do between passes; set probe.every=0, or another probe.main."
        )


def _check_chosen(options: ProbeOptions) -> None:
    if not options.of:
        raise ConfigError("probe=[]: at least one probe is expected; choose one with probe=OPTION.")
    check_chosen(options.of, "probe.of", "probe")
    for name in options.of:
        if name in TAKEN or not re.fullmatch(r"\w+", name):
            raise ConfigError(
                f"probe.of.{name}: a probe's name is of letters, digits and _, and none of {', '.join(TAKEN)}; set "
                "another in the first line of its option, # @package probe.of.NAME."
            )
