"""Clauses of preprocessing, and text about signals, windows and features."""

from collections.abc import Callable, Mapping
from typing import Any

from eegbench.document.prose import listed, sentence
from eegbench.report.methods.clause import Clause, Clauses, Options, describe, in_words
from eegbench.report.run_sources import RunSources
from eegbench.score.render import plural


def _band(low: int | float | None, high: int | float | None) -> str:
    kind = " (zero-phase FIR filter, MNE's firwin design)"
    if low is None and high is None:
        return "not filtered"
    if low is None:
        return f"low-pass filtered at {high:g} Hz{kind}"
    return f"high-pass filtered at {low:g} Hz{kind}" if high is None else f"filtered from {low:g} to {high:g} Hz{kind}"


def _filtered(options: Options) -> str:
    done = [_band(options.value("l_freq"), options.value("h_freq"))]
    if notches := options.value("notch_hz"):
        done.append(f"notch-filtered at {listed([f'{hz:g}' for hz in notches])} Hz")
    reference = options.value("reference")
    references = {
        "as_recorded": "kept in the reference as recorded",
        "average": "re-referenced to the average of the EEG channels",
    }
    done.append(references.get(reference, reference))
    sfreq = options.value("sfreq")
    done.append(
        "kept at the recorded rate" if sfreq is None else f"resampled to {sfreq:g} Hz with an anti-alias filter"
    )
    excluded = options.value("exclude")
    without = f" without {listed(list(excluded))}" if excluded else ""
    return f"{_which(options)}{without}, {listed(done)}{_missing(options)}"


def _which(options: Options) -> str:
    channels = options.value("channels")
    return "all channels that were read" if channels is None else f"the channels {in_words(channels, {})}"


def _missing(options: Options) -> str:
    rule = options.value("missing_channels")
    rules = {
        "refuse": "; recordings that lack a channel were not used",
        "zeros": "; channels that a recording lacks were set to 0",
        "interpolate": "; channels that a recording lacks were interpolated by spherical splines [@perrin1989]",
        "mark": "; channels that a recording lacks were left out and marked for the encoder",
    }
    return rules.get(rule, f"; missing channels: {rule}")


def _stepped(options: Options) -> str:
    return f"{_which(options)}, {_steps(options)}{_missing(options)}"


def _steps(options: Options) -> str:
    steps = options.value("steps")
    return listed([describe(node, PREPROCESSING) for node in steps.values()]) if steps else "left as recorded"


def _nested(options: Options) -> str:
    parts = options.value("parts")
    named = [f"{name}: {describe(node, PREPROCESSING)}" for name, node in parts.items()]
    after = f"; all of them then {_steps(options)}" if options.value("steps") else ""
    return f"parts prepared separately ({'; '.join(named)}){after}"


def _grouped(options: Options) -> str:
    groups = [f"{name}: {describe(node, PREPROCESSING)}" for name, node in options.value("groups").items()]
    only = options.value("features_only")
    unseen = f"; only features use {listed(list(only))}" if only else ""
    return f"groups of signals prepared separately ({'; '.join(groups)}{unseen})"


def _weighted_sum(options: Options) -> str:
    weights = options.value("weights")
    how = "summed" if weights is None else f"summed with the weights {in_words(weights, {})}"
    return f"{how} to one channel ({options['channel']})"


def _standard(options: Options) -> str:
    window, stride, rule = (options.value(name) for name in ("window_s", "stride_s", "label_rule"))
    step = "that follow each other" if window == stride else f"that begin {stride:g} s apart"
    rules = {
        "majority": "the class of more than half of its samples",
        "all_equal": "the class that all of its samples have",
        "centre": "the class at its centre",
    }
    padding = options.value("padding")
    padded = "" if padding is None else f"; recordings were padded by {describe(padding, PREPROCESSING)} in sequences"
    return (
        f"windows of {window:g} s {step} were cut within each labelled stretch and within the gaps between them; a "
        f"window has {rules.get(rule, rule)}, or no class if there is none{padded}"
    )


def _trial(options: Options) -> str:
    window, stride = options.value("window_s"), options.value("stride_s")
    text = "trials from {tmin_s} to {tmax_s} s after each cue were cut".format_map(options)
    if window is None:
        text += ", each as one window"
    else:
        text += f", each into crops of {window:g} s that begin {stride:g} s apart, the last one aligned with its end"
    next_cue = {"drop": "a trial with another cue in it was dropped", "keep": "trials may contain other cues"}
    rule = options.value("next_cue")
    return (
        f"{text}; a trial beyond an end of the recording was moved inside by {options['max_shift_s']} s at most, "
        f"or dropped; {next_cue.get(rule, rule)}"
    )


def _event(options: Options) -> str:
    return (
        "a window of {window_s} s was cut from the onset of each event, and from events of {long_from_s} s or more as "
        "many consecutive windows as fit"
    ).format_map(options)


def _cut(cutting: Callable[[Options], str]) -> Clause:
    """Return a clause about windows (how they are cut, standardised and rejected) and their features."""

    def clause(options: Options) -> str:
        cut = cutting(options)
        over = options.value("normalise")
        normalised = {
            "window": "each channel was standardised to mean 0 and standard deviation 1 in each window",
            "recording": "each channel was standardised to mean 0 and standard deviation 1 in each recording",
            "none": "amplitudes were not standardised",
        }
        parts = [cut, normalised.get(over, over)]
        flat, share = options.value("flat_uv"), options.value("saturated_share")
        limits = [f"a channel, as recorded, stays within {flat:g} µV"] if flat is not None else []
        if share is not None:
            limits.append(f"more than {100 * share:g} % of a channel's samples lie at its limit")
        parts.append(
            f"a window is rejected if {' or '.join(limits)}" if limits else "no window is rejected by its signal"
        )
        if features := options.value("features"):
            parts.append(f"additional inputs are {listed([describe(one, PREPROCESSING) for one in features.values()])}")
        options.value("signal")
        return ". ".join(f"{part[:1].upper()}{part[1:]}" for part in parts)

    return clause


def _constant_padding(options: Options) -> str:
    seen = "were fitted to" if options.value("in_normalisers") else "were not fitted to"
    return (
        f"{options['padding_s']} s of the value {options['value']} µV on each side [@guillot2020] (normalisers {seen} "
        "padding and windows without a class)"
    )


_STEP, _FEATURE, _OWN = "eegbench.preprocessing.step", "eegbench.preprocessing.feature", "eegbench.preprocessing"

PREPROCESSING: Clauses = {
    f"{_OWN}.standard.Standard": _cut(_standard),
    f"{_OWN}.trial.Trial": _cut(_trial),
    f"{_OWN}.event.Event": _cut(_event),
    f"{_OWN}.filtered.Filtered": _filtered,
    f"{_OWN}.stepped.Stepped": _stepped,
    f"{_OWN}.nested.Nested": _nested,
    f"{_OWN}.grouped.Grouped": _grouped,
    f"{_OWN}.padding.constant_padding.ConstantPadding": _constant_padding,
    f"{_STEP}.bessel_band.BesselBand": "filtered by a causal Bessel band pass of order 2 from {low_hz} to {high_hz} Hz",
    f"{_STEP}.dreem_filter.DreemFilter": "filtered by the causal filters of the Dreem Open Datasets [@guillot2020]: a "
    "Butterworth band pass from 0.4 to 18 Hz and band stops around 50 and 60 Hz",
    f"{_STEP}.linear_resampling.LinearResampling": "resampled to {sfreq} Hz by linear interpolation",
    f"{_STEP}.weighted_sum.WeightedSum": _weighted_sum,
    f"{_FEATURE}.cycle_index_window.CycleIndexWindow": "cosines of the number of the sleep epoch [@guillot2020] "
    "(epochs of {increment_s} s, half periods of {cycles} epochs)",
    f"{_FEATURE}.index_window.IndexWindow": "the number of the sleep epoch divided by {divisor} [@guillot2020] "
    "(epochs of {increment_s} s)",
    f"{_FEATURE}.fft.Fft": "the amplitude spectrum of each channel (group {group})",
    f"{_FEATURE}.shannon_entropy.ShannonEntropy": "the Shannon entropy of absolute values (group {group})",
    f"{_FEATURE}.signal_statistics.SignalStatistics": "statistics ({statistics}) of absolute values in parts of "
    "{part_s} s [@guillot2020] (group {group})",
    f"{_FEATURE}.spectral_power.SpectralPower": "sums of spectral magnitudes in bands [@guillot2020] (group {group}; "
    "bands {bands_hz} Hz; parts of {part_s} s that share {overlap_s} s; statistics over parts: {statistics})",
}
"""Clauses of preprocessing: participles after "Signals were", sentences about windows, noun phrases of features."""


def signal_text(run: RunSources) -> str:
    """Return text about the preprocessing of signals, and the input of the encoder."""
    node = run.options["preprocessing"]
    groups = [
        f"{plural(group.n_channels, 'channel')} at {group.sfreq:g} Hz ({plural(group.n_times, 'sample')} a window)"
        for group in run.form.groups.values()
    ]
    return f"{describe_preprocessing(node)} The input of the encoder was {listed(groups)}."


def describe_preprocessing(node: Mapping[str, Any]) -> str:
    """Return text about the preprocessing of signals and the cutting of windows."""
    signal, windows = describe(node["signal"], PREPROCESSING), sentence(describe(node, PREPROCESSING))
    return f"Signals were read with MNE-Python [@gramfort2013] and prepared as follows: {signal}. {windows}"
