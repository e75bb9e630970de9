"""Clauses of tasks and samplers, and text about the task and its examples."""

from collections.abc import Callable

from eegbench.report.methods.augmenting import augmented
from eegbench.report.methods.clause import Clauses, Options, describe
from eegbench.report.methods.network import MODELS
from eegbench.report.methods.pretext import PRETEXT_TASKS
from eegbench.report.run_sources import RunSources
from eegbench.score.render import plural


def _weighted(options: Options) -> str:
    rule = options.value("class_weights")
    weights = {"none": "", "balanced": ", in which each class counts equally"}
    return weights.get(rule, f", with {rule} class weights")


def _labelled(text: str) -> Callable[[Options], str]:
    """Return a clause of a task that is trained with labels."""

    def clause(options: Options) -> str:
        told = text.format_map(options)
        return f"{told} (dropout {options['dropout']}) and the cross-entropy{_weighted(options)}{augmented(options)}"

    return clause


def _sequence(options: Options) -> str:
    outputs = options.value("outputs")
    which = {"many": "every window of a sequence", "one": "the middle window of a sequence"}
    return _labelled(
        f"the classes of {which.get(outputs, outputs)}, by a sequence encoder ({{sequence}}), a linear layer"
    )(options)


_T = "eegbench.task"

TASKS: Clauses = {
    **PRETEXT_TASKS,
    f"{_T}.supervised.Supervised": _labelled("the class of a window, by a linear layer on its embedding"),
    f"{_T}.cropped.Cropped": _labelled(
        "the class of a window, by a linear layer on every token of the encoder [@schirrmeister2017], their "
        "log-probabilities averaged"
    ),
    f"{_T}.supervised_sequence.SupervisedSequence": _sequence,
}
"""Clauses of tasks: noun phrases after "The task was"."""


def _partners(options: Options) -> str:
    rule = options.value("no_partner")
    rules = {
        "redraw": "windows without a partner redrawn",
        "drop": "examples without a partner dropped",
        "raise": "every window has partners",
    }
    return rules.get(rule, rule)


def _pairs(options: Options) -> str:
    most = options.value("tau_max_s")
    near, far = options["tau_pos_s"], options["tau_neg_s"]
    apart = f"{far} s apart or more" + ("" if most is None else f", {most:g} s at most")
    others = f"of the same recording {apart}" if options.value("same_recording") else "of another recording"
    text = f"{options['n_pairs']} pairs a recording, windows at most {near} s apart against windows {others}"
    return f"{text} ({_partners(options)})"


def _legacy_pairs(options: Options) -> str:
    state = options.value("random_state")
    drawn = "drawn anew for each pass" if state is None else f"the same in every pass (seed {state})"
    text = (
        "{n_pairs} pairs a recording in the order of braindecode, windows at most {tau_pos_s} s apart against windows "
        "of the same recording {tau_neg_s} s apart or more"
    ).format_map(options)
    return f"{text}, {drawn}"


def _triplets(options: Options) -> str:
    text = (
        "{n_triplets} triplets a recording, anchors at most {tau_pos_s} s apart and a third window between them, or "
        "outside at least {tau_neg_s} s away"
    ).format_map(options)
    return f"{text} ({_partners(options)})"


def _predicted_sequences(options: Options) -> str:
    where = options.value("negatives")
    negatives = {"same_recording": "the same recording", "other_recordings": "other recordings"}
    return (
        "{n_sequences} sequences a recording of {n_context} context windows and {n_steps} predicted windows, each "
        "told from {n_negatives} windows of "
    ).format_map(options) + negatives.get(where, where)


def _single(options: Options) -> str:
    if options.value("class_balanced"):
        return "windows with a class, as many as there are, drawn with replacement so that classes are equally frequent"
    return "every window with a class once a pass, in random order"


def _stretches(options: Options) -> str:
    ends = options.value("ends")
    rules = {"within": "within a stretch of the recording", "absent": "around every window"}
    every = plural(options.value("every"), "window")
    text = f"sequences of {options['length']} windows that begin {every} apart, "
    return f"{text}{rules.get(ends, ends)}, in random order"


_S = "eegbench.sampler"

SAMPLERS: Clauses = {
    f"{_S}.relative_positioning.RelativePositioning": _pairs,
    f"{_S}.legacy_relative_positioning.LegacyRelativePositioning": _legacy_pairs,
    f"{_S}.temporal_shuffling.TemporalShuffling": _triplets,
    f"{_S}.cpc.Cpc": _predicted_sequences,
    f"{_S}.single_window.SingleWindow": _single,
    f"{_S}.unlabelled_window.UnlabelledWindow": "every window once a pass, in random order, without its label",
    f"{_S}.amplitude_phase.AmplitudePhase": "every window once a pass, in random order, with the phases of itself or, "
    "with probability one half, of another window of the recording",
    f"{_S}.window_twice.WindowTwice": "every window once a pass, in random order, as two views of itself",
    f"{_S}.stretch.Stretch": _stretches,
}
"""Clauses of samplers: noun phrases after "The examples of a pass were"."""


def question_text(run: RunSources) -> str:
    """Return text about the task and its training examples."""
    options = run.options
    clauses = {**TASKS, **MODELS}
    dropped = run.summary["n_dropped"]
    told = [
        f"The task was {describe(options['task'], clauses)}.",
        f"The examples of a pass were {describe(options['sampler'], SAMPLERS)}.",
    ]
    return " ".join([*told, *([f"{dropped:,} examples could not be drawn."] if dropped else [])])
