"""Checks that a model fits the windows, and that methods can explain it, before anything is trained."""

from dataclasses import replace

import numpy as np
import torch

from eegbench.config import Spec
from eegbench.experiment.base import Experiment
from eegbench.inference.description import Description
from eegbench.inference.model_folder import NETWORK
from eegbench.inference.network import Network
from eegbench.interpretability.network_check import check_network
from eegbench.model.base import Encoder
from eegbench.model.build import build_encoder
from eegbench.model.sequence import SequenceEncoder
from eegbench.preprocessing.build import Plan
from eegbench.task.supervised_sequence import SupervisedSequence
from eegbench.types import Form, Group


def check_model(experiment: Experiment, form: Form) -> None:
    """Refuse a model that does not fit the windows, and methods that cannot explain it; nothing is trained.

    Methods are not checked if they explain a probe that trains its own copy of the encoder.

    Parameters
    ----------
    experiment
        The experiment.
    form
        Form of the windows.

    Raises
    ------
    ValueError
        If the model cannot be built for these windows, or if a method cannot explain it.
    """
    with torch.random.fork_rng(devices=()):  # the weights of the run stay the same
        encoder = build_encoder(experiment.model, form).eval()
        methods = [spec.build() for spec in experiment.explanation.methods.values()]
        if methods and _is_linear_or_network(experiment):
            plans = experiment.preprocessing.signal.group_plans
            passed_hz = {name: plans[name].passed_hz for name in form.groups}
            check_network(methods, _network(experiment, encoder, form), passed_hz)


def check_model_early(experiment: Experiment, plan: Plan) -> None:
    """Check the model before preprocessing, for windows of the first recording (see `check_model`).

    If shards exist, the form is known soon, and nothing is checked here. Neither is it if features are added or if
    recordings may lack channels, because the form is then known only after preprocessing.
    """
    preprocessing = experiment.preprocessing
    signal, plans = preprocessing.signal, preprocessing.signal.group_plans
    if not plan.missing or preprocessing.features:
        return
    if any(one.missing_channels == "mark" and one.out_channels is None for one in plans.values()):
        return
    first = plan.missing[0]
    found = signal.select(first.dataset, first.recording)
    groups = {}
    for name in signal.model_groups:
        channels = plans[name].out_channels or found[name].channels
        sfreq = plans[name].sfreq or float(found[name].first.info["sfreq"])
        places = np.zeros((len(channels), 3))
        groups[name] = Group(tuple(channels), sfreq, preprocessing.n_times(sfreq), places)
    check_model(experiment, Form(groups, preprocessing.normalise))


def _is_linear_or_network(experiment: Experiment) -> bool:
    """Return whether the network of the task or a probe of its embeddings is explained."""
    name, probes = experiment.explanation.explained.predictor, experiment.probes
    if name == NETWORK or (name == "auto" and experiment.task.target.is_supervised()):
        return True
    probe = probes.of.get(probes.main if name in ("auto", "probe") else name)
    return probe is not None and probe.needs == "embeddings"


def _network(experiment: Experiment, encoder: Encoder, form: Form) -> Network:
    """Return the encoder with an untrained head, and with the sequence encoder if its network is explained."""
    task, sequence, classes = experiment.task, None, experiment.dataset.classes
    if issubclass(task.target, SupervisedSequence) and experiment.explanation.explained.predictor in (NETWORK, "auto"):
        of_sequence = Spec(task.node["sequence"], SequenceEncoder, f"{task.path}.sequence", task.trusted)
        sequence = of_sequence.build(in_dim=encoder.embed_dim)
    dim = encoder.embed_dim if sequence is None else sequence.out_dim
    description = Description(experiment.model.node, classes, replace(form, normalise="none"))
    network = Network(
        encoder,
        sequence=sequence,
        weight=torch.zeros(len(classes), dim),
        bias=torch.zeros(len(classes)),
        description=description,
    )
    return network.eval()
