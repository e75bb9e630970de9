"""Clauses of pretext tasks: noun phrases after "The task was"."""

from eegbench.document.prose import listed
from eegbench.report.methods.augmenting import AUGMENTATIONS, augmented
from eegbench.report.methods.clause import Clause, Clauses, Options, describe


def _relative_positioning(options: Options) -> str:
    rule = options.value("batch_statistics")
    statistics = {"joint": "both windows", "view": "each window of a pair apart"}
    return (
        "relative positioning [@banville2021]: whether two windows are close in time, by logistic regression on the "
        f"absolute difference of their embeddings (dropout {options['dropout']}; batch statistics of "
        f"{statistics.get(rule, rule)})"
    )


def _two_views(text: str) -> Clause:
    """Return a clause of a task that compares two augmented views of each window."""
    return lambda options: text.format_map(options) + augmented(options)


def _ts_tcc(options: Options) -> str:
    text = (
        "TS-TCC [@eldele2021]: each of two views of a window predicts the last {future} of the other's tokens, by "
        "InfoNCE (weight {temporal}), and their summaries agree, by NT-Xent (weight {contextual}, temperature "
        "{temperature}); the summary came from a transformer with {n_layers} layers, {n_heads} heads, {hidden_dim} "
        "units and dropout {dropout}"
    ).format_map(options)
    parts = [
        f"{which} views were made by {listed([describe(one, AUGMENTATIONS) for one in options.value(name).values()])}"
        for which, name in (("first", "weak"), ("second", "strong"))
        if options.value(name)
    ]
    return "; ".join([text, *parts])


def _masked_autoencoder(options: Options) -> str:
    text = (
        "masked autoencoding [@he2022; @chien2022]: hidden patches of {patch_s} s, a proportion of {hidden} of the "
        "window, are predicted from the embedding of the rest, by a perceptron with {hidden_dim} units and the mean "
        "squared error of "
    ).format_map(options)
    target = options.value("target")
    return text + {"samples": "samples", "spectrum": "amplitude spectra [@jiang2024]"}.get(target, target)


def _masked_channel(options: Options) -> str:
    target = options.value("target")
    names = {"samples": "samples", "spectrum": "complex spectrum"}
    return (
        f"masked-channel prediction: the {names.get(target, target)} of a hidden channel, from the embedding of the "
        f"others, by a perceptron with {options['hidden_dim']} units and the mean squared error"
    )


_PROJECTOR = "a projector with {hidden_dim} hidden units to {out_dim}"
_TEACHER = "a teacher that follows with momentum {momentum}"


_T = "eegbench.task"

PRETEXT_TASKS: Clauses = {
    f"{_T}.relative_positioning.RelativePositioning": _relative_positioning,
    f"{_T}.temporal_shuffling.TemporalShuffling": "temporal shuffling [@banville2021]: whether the third of "
    "three windows "
    "lies between the other two, by logistic regression on absolute differences of embeddings (dropout {dropout})",
    f"{_T}.cpc.Cpc": "contrastive predictive coding [@vandenoord2018; @banville2021]: which windows follow a "
    "context, by InfoNCE with a bilinear map for each predicted step; the context encoder was {context}",
    f"{_T}.simclr.Simclr": _two_views(
        "SimCLR [@chen2020]: the normalised, temperature-scaled cross-entropy (temperature {temperature}) of two "
        "views of each window, after a projection with {hidden_dim} hidden units to {out_dim}"
    ),
    f"{_T}.vicreg.Vicreg": _two_views(
        "VICReg [@bardes2022]: agreement of two views of each window (weight {invariance}), variance of dimensions "
        "(weight {variance}) and their covariance (weight {covariance}), after " + _PROJECTOR
    ),
    f"{_T}.barlow_twins.BarlowTwins": _two_views(
        "Barlow Twins [@zbontar2021]: the cross-correlation of the dimensions of two views is the identity matrix "
        "(redundancy weight {redundancy}), after " + _PROJECTOR
    ),
    f"{_T}.byol.Byol": _two_views(
        f"BYOL [@grill2020]: each view predicts the other view's projection by {_TEACHER}, with {_PROJECTOR} and a "
        "predictor of the same sizes"
    ),
    f"{_T}.simsiam.Simsiam": _two_views(
        "SimSiam [@chen2021]: each view predicts the projection of the other, without a gradient through it, with a "
        "projector of three layers of {out_dim} units and a predictor with {predictor_dim} hidden units"
    ),
    f"{_T}.moco.Moco": _two_views(
        f"MoCo [@he2020]: InfoNCE (temperature {{temperature}}) of one view against the other, by {_TEACHER}, and a "
        f"queue of {{n_queue}} views, after {_PROJECTOR}"
    ),
    f"{_T}.contrawr.Contrawr": _two_views(
        f"ContraWR [@yang2023]: a view is closer to the other, by {_TEACHER}, than to a mean of the batch (weights "
        "with temperature {temperature}; Gaussian similarity of width {width}; margin {margin}), after " + _PROJECTOR
    ),
    f"{_T}.supcon.Supcon": _two_views(
        "supervised contrastive learning with the labels of train [@khosla2020]: the cross-entropy (temperature "
        "{temperature}) of views of windows with the same label among all views, after " + _PROJECTOR
    ),
    f"{_T}.ts_tcc.TsTcc": _ts_tcc,
    f"{_T}.autoencoder.Autoencoder": "autoencoding [@banville2021]: the samples of a window, from its embedding, by a "
    "perceptron with {hidden_dim} units and the mean squared error",
    f"{_T}.masked_autoencoder.MaskedAutoencoder": _masked_autoencoder,
    f"{_T}.masked_channel.MaskedChannel": _masked_channel,
    f"{_T}.phase_swap.PhaseSwap": "phase swap [@lemkhenter2021]: whether the amplitudes and phases of a window come "
    "from the same window, by logistic regression on its embedding (dropout {dropout})",
}
"""Clauses of tasks that are no classification by the dataset's labels."""
