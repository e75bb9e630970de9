"""Clauses of models, and text about the encoder and its initial weights."""

from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

from eegbench.document.prose import listed
from eegbench.report.methods.clause import Clause, Clauses, Options, describe, in_words
from eegbench.report.run_sources import RunSources
from eegbench.score.render import plural


def _eeg_transformer(options: Options) -> str:
    crop = options.value("crop_s")
    used = "the whole window" if crop is None else f"{crop:g} s of the window"
    text = (
        "a transformer [@vaswani2017] whose tokens are the samples of one channel in each of {n_chunks} pieces of "
        "time, with {n_layers} layers, {n_heads} heads, tokens of size {dim} and a class token"
    ).format_map(options)
    hidden = options.value("hidden_dim")
    embedding = "the class token" if hidden is None else f"{hidden} units that follow it"
    return f"{text}; it used {used}, and the embedding is {embedding}"


def _braindecode(options: Options) -> str:
    weights, embed_dim = options.value("weights"), options.value("embed_dim")
    of_features = weights is not None or embed_dim is None
    embedding = "the mean of its features" if of_features else "{embed_dim} outputs"
    text = f"{{name}} of braindecode [@schirrmeister2017] with {embedding} as the embedding".format_map(options)
    own = options.value("options")
    return f"{text} and {in_words(own, {})}" if own else text


def _in_order(nodes: Mapping[str, Any]) -> str:
    return listed([describe(node, MODELS) for node in nodes.values()]) if nodes else "no normalisation"


def _modulo_net(options: Options) -> str:
    before = _in_order(options.value("normalisers"))
    return f"a network of {before}, then {options['epoch_encoder']}, then {options['reducer']}"


def _with_features(options: Options) -> str:
    before = _in_order(options.value("normalisers"))
    return f"{options['signals']}, next to {options['features']} on the features of the window after {before}"


def _features_only(options: Options) -> str:
    before = _in_order(options.value("normalisers"))
    return f"{options['features']} on the features of the window after {before}, without the signals"


def _grouped(options: Options) -> str:
    named = [f"{name}: {describe(node, MODELS)}" for name, node in options.value("encoders").items()]
    return f"an encoder for each group of signals, their embeddings concatenated ({'; '.join(named)})"


def _directions(options: Options) -> str:
    return "bidirectional" if options.value("bidirectional") else "unidirectional"


def _recurrent(text: str) -> Clause:
    def clause(options: Options) -> str:
        return f"{_directions(options)} {text.format_map(options)}"

    return clause


_TIMES = (
    "two convolutions of 0.5 s over time with {n_filters} filters, each max-pooled over 0.125 s, and a linear layer "
)
_LAYERS = "{hidden_dim} units a direction, layers: {n_layers}, dropout {dropout}"
_M = "eegbench.model"

MODELS: Clauses = {
    f"{_M}.chambon2018.Chambon2018": "the network of Chambon et al. [@chambon2018] with padding: spatial filters, "
    + _TIMES
    + "to an embedding of {embed_dim}",
    f"{_M}.stager_net.StagerNet": "StagerNet of Banville et al. [@banville2021]: spatial filters, "
    + _TIMES
    + "to an embedding of {embed_dim}",
    f"{_M}.deep4.Deep4": "the deep ConvNet of Schirrmeister et al. [@schirrmeister2017] with {n_filters} filters of "
    "lengths {kernels} in its four rounds",
    f"{_M}.shallow_fbcsp.ShallowFbcsp": "the shallow ConvNet of Schirrmeister et al. [@schirrmeister2017] with "
    "{n_filters} filters of {kernel} samples, and means of {pool_length} samples every {pool_stride}",
    f"{_M}.eegnet.Eegnet": "EEGNet [@lawhern2018] with {n_filters} filters over time and {n_spatial} spatial filters "
    "of each, kernels of {kernels} and pools of {pools}",
    f"{_M}.eeg_transformer.EegTransformer": _eeg_transformer,
    f"{_M}.spectral_features.SpectralFeatures": "hand-made features without a parameter [@banville2021; "
    "@hjorth1970]: log band powers between {bands_hz} Hz, their log ratios, moments, peak-to-peak and Hjorth's "
    "parameters of each channel",
    f"{_M}.banville_features.BanvilleFeatures": "the hand-made features of Banville et al. [@banville2021] of each "
    "channel: moments, log band powers between {bands_hz} Hz and all their log ratios, peak-to-peak, Hurst exponent, "
    "approximate entropy and Hjorth's parameters [@hjorth1970]",
    f"{_M}.braindecode.Braindecode": _braindecode,
    f"{_M}.channel_mean.ChannelMean": "{encoder}, applied to each channel with the same weights and averaged "
    "over channels",
    f"{_M}.grouped.Grouped": _grouped,
    f"{_M}.modulo_net.ModuloNet": _modulo_net,
    f"{_M}.with_features.WithFeatures": _with_features,
    f"{_M}.features_only.FeaturesOnly": _features_only,
    f"{_M}.epoch_encoder.chambon.Chambon": "the convolutions of Chambon et al. [@chambon2018] in the sizes of "
    "Guillot et al. [@guillot2020] ({n_filters} filters of {kernel} samples, pools of {pool}, dropout {dropout})",
    f"{_M}.epoch_encoder.deep_sleep.DeepSleep": "the two branches of convolutions of DeepSleepNet [@supratak2017] in "
    "the sizes of Guillot et al. [@guillot2020] ({n_filters} first filters, dropout {dropout})",
    f"{_M}.epoch_encoder.seq_sleep.SeqSleep": _recurrent(
        "learned filter bank and GRU of SeqSleepNet [@phan2019] ({n_filters} filters, {hidden_dim} units, "
        "dropout {dropout})"
    ),
    f"{_M}.epoch_encoder.simple_sleep.SimpleSleep": _recurrent(
        "GRU over frames of SimpleSleepNet [@guillot2020] ({hidden_dim} units, {n_frequencies} mixed frequencies, "
        "dropout {dropout})"
    ),
    f"{_M}.epoch_encoder.tsinalis.Tsinalis": "the convolutions of Tsinalis et al. [@tsinalis2016] in the sizes of "
    "Guillot et al. [@guillot2020] ({n_filters} filters of {kernel} samples)",
    f"{_M}.feature_encoder.fully_connected.FullyConnected": "linear layers with ReLU (sizes {layers}, dropout "
    "{dropout})",
    f"{_M}.normaliser.affine.Affine": "a gain of {gain} and an offset of {offset}",
    f"{_M}.normaliser.clip.Clip": "clipping at ±{limit}",
    f"{_M}.normaliser.clip_and_scale.ClipAndScale": "clipping from {low} to {high} µV and scaling to ±1",
    f"{_M}.normaliser.log_spectrogram.LogSpectrogram": "log spectrograms in frames of {frame_s} s every {hop_s} s "
    "(least power {floor})",
    f"{_M}.normaliser.standardise.Standardise": "standardisation by the training windows",
    f"{_M}.reducer.attention.Attention": "attention over steps [@luong2015] ({context_dim} context units)",
    f"{_M}.reducer.flatten.Flatten": "all steps one after the other",
    f"{_M}.reducer.fully_connected.FullyConnected": "all steps through linear layers with ReLU (sizes {layers}, "
    "dropout {dropout})",
    f"{_M}.reducer.pool.Pool": "the {kind} of each feature over steps",
    f"{_M}.sequence.gru.Gru": _recurrent(f"GRUs [@cho2014] ({_LAYERS})"),
    f"{_M}.sequence.lstm.Lstm": _recurrent(f"LSTMs [@hochreiter1997] ({_LAYERS})"),
    f"{_M}.sequence.residual_gru.ResidualGru": _recurrent(f"GRUs with skip connections [@guillot2020] ({_LAYERS})"),
    f"{_M}.sequence.residual_lstm.ResidualLstm": _recurrent(
        f"LSTMs with a skip connection [@supratak2017] ({_LAYERS})"
    ),
}
"""Clauses of models and their parts: noun phrases."""


def _of_file(audit: Mapping[str, Any]) -> str:
    """Return text about the file of initial weights."""
    name = PurePath(audit["file"]).name
    loaded = f"{audit['n_matched']} of {audit['n_tensors']} tensors of the encoder, matched by name"
    return (
        f"Its initial weights were those of the file {name} (SHA-256 {audit['sha256'][:12]}…; {loaded}). The people "
        "whose signals trained them are not known to eegbench."
    )


def network_text(run: RunSources) -> str:
    """Return text about the encoder, its size and its initial weights."""
    options = run.options
    n = run.summary["n_parameters"]
    size = f"had {plural(n, 'parameter')}" if n else "had no parameters"
    told = [f"The encoder was {describe(options['model'], MODELS)}; it {size}, without the heads of tasks and probes."]
    files = run.summary.get("weights_files", [])
    if not options["encoder"] and not files:
        return f"{told[0]} Its initial weights were random (seed {options['seed']})." if n else told[0]
    checkpoint, trainable = options["checkpoint"], options["trainable"]
    of = "the saved encoder" if checkpoint is None else f"its checkpoint {checkpoint}, with the task's layers"
    if options["encoder"]:
        told.append(f"Its initial weights were those of the earlier run {options['encoder']} ({of}).")
    told += [_of_file(one) for one in files]
    which = {"all": "All of its layers were trained further.", "none": "None of its layers was trained further."}
    told.append(which[trainable] if isinstance(trainable, str) else f"Of its layers {listed(trainable)} were trained.")
    return " ".join(told)
