"""Clauses of probes, and text about probes and their controls."""

from collections.abc import Mapping
from typing import Any

from eegbench.inference.model_folder import NETWORK
from eegbench.probe.control import HAND_MADE, UNFITTED
from eegbench.report.methods.clause import Clauses, Options, describe, in_words
from eegbench.report.methods.network import MODELS
from eegbench.report.methods.training import TRAINERS
from eegbench.report.run_sources import RunSources


def _several(values: Any, name: str) -> str:
    if isinstance(values, list | tuple) and len(values) > 1:
        return f"{name} chosen from {in_words(values, {})} by the balanced accuracy on the validation subjects"
    return f"{name} = {in_words(values, {})}"


def _linear(options: Options) -> str:
    strength = _several(options.value("C"), "the inverse strength C")
    return (
        "multinomial logistic regression on the frozen encoder's standardised embeddings, with an L2 penalty and "
        f"balanced classes ({strength})"
    )


def _knn(options: Options) -> str:
    k = _several(options.value("k"), "k")
    weights = options.value("weights")
    votes = {"distance": "weighted by the inverse of distance", "uniform": "of equal weight"}
    balanced = ", divided by the size of the class" if options.value("balanced") else ""
    return (
        f"k nearest neighbours [@wu2018] among the frozen encoder's standardised embeddings ({k}; {options['metric']} "
        f"distance; votes {votes.get(weights, weights)}{balanced})"
    )


def _ridge(options: Options) -> str:
    penalty = _several(options.value("alpha"), "the penalty")
    return (
        "ridge regression [@hoerl1970] on the frozen encoder's standardised embeddings to targets of 1 for the class "
        f"and -1 for the others, with balanced classes ({penalty})"
    )


def _mlp(options: Options) -> str:
    return (
        "a multilayer perceptron on the frozen encoder's standardised embeddings (one hidden layer of "
        f"{options['hidden_dim']} units with ReLU, dropout {options['dropout']}; AdamW [@loshchilov2019], learning "
        f"rate {options['lr']}, weight decay {options['weight_decay']}, batches of {options['batch_size']}, balanced "
        f"classes, up to {options['max_passes']} passes, patience {options['patience']}; the best pass on the "
        "validation subjects kept)"
    )


def _random_forest(options: Options) -> str:
    depth = options.value("max_depth")
    limit = "no limit of depth" if depth is None else f"maximum depth {depth}"
    balanced = "; classes of equal weight" if options.value("class_balanced") else ""
    tried = {"sqrt": "the square root", "log2": "the binary logarithm"}
    name = options.value("max_features")
    return (
        f"a random forest [@breiman2001] on the frozen encoder's embeddings ({options['n_trees']} trees, {limit}, "
        f"{tried.get(name, name)} of the number of features tried at a split{balanced})"
    )


def _finetune(options: Options) -> str:
    first = options.value("first")
    began = f", which started from {describe(first, PROBES)} [@kumar2022]" if first else ""
    drawn = "classes drawn equally often" if options.value("class_balanced") else "each window drawn once a pass"
    trainer = describe(options.value("trainer"), TRAINERS)
    return (
        f"a copy of the encoder trained with a linear layer (dropout {options['dropout']}; {drawn}) by {trainer}"
        f"{began}, the best pass on the validation subjects kept"
    )


def _label_curve(options: Options) -> str:
    axes = {"n_labels": "labels in each class", "n_subjects": "labelled subjects"}
    sizes = [f"{in_words(options.value(axis), {})} {name}" for axis, name in axes.items() if options.value(axis)]
    share = options.value("choose_share")
    chosen = f"settings chosen on {100 * share:g} % of each subset" if share else "the first of the settings used"
    return (
        f"{describe(options.value('probe'), PROBES)}, and the same fitted to random subsets of the training labels "
        f"({' and '.join(sizes)}, as far as there are so many; {options['n_draws']} draws of each size, {chosen} and "
        "none on the validation subjects) and scored on each test subject"
    )


def _csp_lda(options: Options) -> str:
    return (
        f"common spatial patterns [@blankertz2008] ({options['n_components']} filters, shrunk covariances, log powers) "
        "and a linear discriminant analysis with equal priors"
    )


def _tangent_space(options: Options) -> str:
    return (
        "tangent vectors of shrunk covariance matrices at their Riemannian mean [@barachant2012] and a logistic "
        f"regression ({_several(options.value('C'), 'the inverse strength C')})"
    )


def _xdawn(options: Options) -> str:
    return (
        f"xDAWN covariances [@rivet2009; @barachant2014] ({options['n_filters']} filters a class) in the tangent space "
        f"and a logistic regression ({_several(options.value('C'), 'the inverse strength C')})"
    )


_P = "eegbench.probe"

PROBES: Clauses = {
    f"{_P}.linear.Linear": _linear,
    f"{_P}.knn.Knn": _knn,
    f"{_P}.ridge.Ridge": _ridge,
    f"{_P}.mlp.Mlp": _mlp,
    f"{_P}.finetune.Finetune": _finetune,
    f"{_P}.label_curve.LabelCurve": _label_curve,
    f"{_P}.random_forest.RandomForest": _random_forest,
    f"{_P}.csp_lda.CspLda": _csp_lda,
    f"{_P}.tangent_space.TangentSpace": _tangent_space,
    f"{_P}.xdawn.Xdawn": _xdawn,
}
"""Clauses of probes: noun phrases."""


def probing_text(run: RunSources) -> str:
    """Return text about the fitted classifiers and their controls."""
    summary, options = run.summary, run.options["probe"]
    named = {n: f"{_name(n)}: {describe(node, PROBES)}{_chosen(summary, n)}" for n, node in options["of"].items()}
    of_windows = [name for name in named if summary["fitted_with"].get(name) == name]
    of_encoder = "; ".join(text for name, text in named.items() if name not in of_windows)
    told = [f"Probes were fitted to the training subjects' labels after training ({of_encoder})."]
    if any(score["probe"] == NETWORK for score in summary["scores"]):
        told.append("The network with the head that was trained with the encoder was scored as well.")
    told.append(f"As controls the same probes were fitted to {_controls(summary, options['hand_made'])}.")
    if of_windows:
        told.append(
            "Controls without an encoder were fitted to the signals of the training windows "
            f"({'; '.join(named[name] for name in of_windows)})."
        )
    told.append("Further controls were the most frequent class of the training windows and uniform guesses.")
    told.append("Each test window was predicted once, after all choices were made.")
    return " ".join(told)


def _controls(summary: Mapping[str, Any], features: Mapping[str, Any]) -> str:
    random_weights = "the same encoder with random weights"
    if UNFITTED in summary["fitted_with"]:
        random_weights += " (its batch-normalisation statistics fitted to the training signals, without labels)"
    if not any(control.endswith(HAND_MADE) for control in summary["fitted_with"]):
        return random_weights
    return f"{random_weights}, and to features of windows that were not standardised: {describe(features, MODELS)}"


def _chosen(summary: Mapping[str, Any], name: str) -> str:
    facts = {fact: value for fact, value in summary["probes"].get(name, {}).items() if fact != "n_iter"}
    return f"; chosen was {', '.join(f'{fact} = {value}' for fact, value in facts.items())}" if facts else ""


def _name(probe: str) -> str:
    return probe.replace("_", " ")
