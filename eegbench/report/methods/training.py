"""Clauses of trainers, and text about optimiser, schedule, early stopping and final weights."""

from collections.abc import Mapping
from typing import Any

from eegbench.document.prose import listed
from eegbench.report.methods.clause import Clauses, Options, describe
from eegbench.report.run_sources import RunSources
from eegbench.score.render import plural


def _loop(options: Options) -> str:
    text = f"{options['optimizer']} with a learning rate of {options['lr']} {options['schedule']}, {_batches(options)}"
    parts = [text, f"{plural(options.value('max_passes'), 'pass')} at most", _stopping(options), _kept(options)]
    precision = options.value("precision")
    parts.append("in the precision that the processor suggests" if precision == "auto" else f"in {precision}")
    if (norm := options.value("clip_norm")) is not None:
        parts.append(f"gradients clipped to a norm of {norm:g}")
    if penalties := options.value("penalties"):
        parts.append(f"penalties on weights ({listed([describe(one, TRAINERS) for one in penalties.values()])})")
    decayed = options.value("decayed")
    decay = {
        "all": "weight decay on all parameters",
        "weights": "weight decay on weights only, not on biases and normalisation parameters",
    }
    return ", ".join([*parts, decay.get(decayed, decayed)])


def _batches(options: Options) -> str:
    rule = options.value("short_batch")
    rules = {
        "keep": "a shorter last one kept",
        "drop": "a shorter last one dropped",
        "spread": "their sizes differing by one at most",
    }
    return f"batches of {options['batch_size']} examples ({rules.get(rule, rule)})"


def _stopping(options: Options) -> str:
    patience, monitor = options.value("patience"), _watched(options.value("monitor"))
    rule = options.value("stop_when")
    counts = {"patience_reached": "", "patience_exceeded": " more than"}
    if patience is None:
        return f"no early stopping (monitored: {monitor})"
    return f"early stopping after{counts.get(rule, f' {rule}')} {plural(patience, 'pass')} without a better {monitor}"


def _watched(monitor: str) -> str:
    """Return a column of the history as text."""
    return monitor.replace("_", " ").replace("valid", "validation")


def _kept(options: Options) -> str:
    final = options.value("final")
    kept = {"best": "the weights of the best pass kept", "last": "the weights of the last pass kept"}
    averaging = options.value("averaging")
    words = describe(averaging, TRAINERS)
    return f"{kept.get(final, final)}{words}"


def _adaptive(name: str) -> str:
    return f"{name} (β = {{betas}}, weight decay {{weight_decay}})"


_TR = "eegbench.trainer"

TRAINERS: Clauses = {
    f"{_TR}.loop.Loop": _loop,
    f"{_TR}.ddp.Ddp": lambda options: f"{_loop(options)}, several processes sharing each batch",
    "torch.optim.Adam": _adaptive("Adam [@kingma2015]"),
    "torch.optim.AdamW": _adaptive("AdamW [@loshchilov2019]"),
    f"{_TR}.schedule.constant.Constant": "that stays constant",
    f"{_TR}.schedule.cosine.Cosine": "that falls along half a cosine [@loshchilov2017]",
    f"{_TR}.schedule.warmup_exponential.WarmupExponential": "that rises linearly over {warmup_steps} steps and then "
    "falls by a factor of {decay} a pass",
    f"{_TR}.averaging.single_pass.SinglePass": "",
    f"{_TR}.averaging.swa.Swa": ", unless those after pass {from_pass} and all later ones are averaged [@izmailov2018]",
    f"{_TR}.penalty.l1.L1": "{factor} times the sum of absolute weights (without {leave_out})",
    f"{_TR}.penalty.l2.L2": "{factor} times half the sum of squared weights (without {leave_out})",
}
"""Clauses of trainers: noun phrases after "by"."""


def training_text(run: RunSources) -> str:
    """Return text about the training of the encoder and its actual length."""
    options, summary = run.options, run.summary
    if options["trainer"].get("max_passes") == 0:
        return "The encoder was not trained."
    told = [
        f"Encoder and task were trained by {describe(options['trainer'], TRAINERS)}.",
        f"A pass is one round of the training examples. Training took {plural(summary['n_passes'], 'pass')}, "
        f"{plural(summary['n_steps'], 'step')} of the optimiser and {plural(summary['n_examples'], 'example')}, in "
        f"{summary['precision']}, and {_end(summary['stopped'])}.",
        *_halvings(summary),
        _weights(summary),
        f"The seed of weights and examples was {options['seed']}.",
    ]
    return " ".join(told)


def _halvings(summary: Mapping[str, Any]) -> list[str]:
    """Return a sentence about each halving of the batch."""
    halved: Mapping[str, int] = summary.get("halved", {})  # runs of earlier versions have none
    return [f"As memory ran out, batches had {plural(size, 'example')} from pass {n} on." for n, size in halved.items()]


def _end(stopped: str) -> str:
    """Return the reason why training ended; the trainer's text begins with a column of the history or an option."""
    if stopped.startswith("trainer.max_passes"):
        return "ended with the maximum number of passes"
    monitor, _, rest = stopped.partition(" ")
    return f"ended because {_watched(monitor)} {rest.replace('trainer.patience=', '')}"


def _weights(summary: Mapping[str, Any]) -> str:
    if averaged := summary["averaged"]:
        return f"The weights are the mean of those after the last {plural(averaged['n_passes'], 'pass')}."
    final, best, monitor = (summary[name] for name in ("final_pass", "best_pass", "monitor"))
    watched = _watched(monitor)
    if final != best:
        return f"The weights are those of the last pass, {final}; pass {best} was the best by {watched}."
    chosen = f", the best by {watched}" if summary["counts"]["valid"]["n_windows"] else ""
    return f"The weights are those of pass {final}{chosen}."
