"""Clauses of interpretability methods, and text about the maps of a run's network."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from eegbench.config import read_json
from eegbench.document.prose import listed
from eegbench.report.methods.clause import Clauses, Options, describe
from eegbench.score.render import plural


def _perturbation(options: Options) -> str:
    kind, unit = options.value("kind"), options.value("unit")
    units = {
        "bin_std": "standard deviations of each bin's amplitude over windows",
        "raw": "units of the Fourier transform",
    }
    noise = {
        "additive": f"normal noise added to spectral amplitudes ({options['scale']} {units.get(unit, unit)})",
        "multiplicative": f"spectral amplitudes times 1 + normal noise of {options['scale']}",
        "phase": f"noise on phases of up to {options['scale']} half turns",
    }
    layer = options.value("layer")
    of = "the scores" if layer is None else f"the filters of {layer}"
    n = options.value("n_permutations")
    tested = f", p values from {n} permutations" if n else ", without p values"
    return (
        f"input-perturbation correlation maps [@schirrmeister2017]: {noise.get(kind, kind)}, correlated with the "
        f"change of {of} over {options['n_iterations']} iterations{tested} (unit of noise: {unit})"
    )


def _rollout(options: Options) -> str:
    weighting = options.value("weighting")
    kinds = {
        "attention": "attention rollout [@abnar2020]",
        "gradient": "attention rollout weighted by gradients [@chefer2021]",
        "upstream_compat": "attention rollout [@abnar2020] as eeg-transformer computes it",
    }
    left_out = "windows without a correct prediction left out, " if options.value("only_correct") else ""
    least = options["min_confidence"]
    return f"{kinds.get(weighting, weighting)} ({options['heads']} over heads, {left_out}least confidence {least})"


def _grad_cam(options: Options) -> str:
    layer = options.value("layer")
    return f"Grad-CAM [@selvaraju2017] of {'the last convolution over time' if layer is None else f'the layer {layer}'}"


_I = "eegbench.interpretability"

METHODS: Clauses = {
    f"{_I}.amplitude_gradient.AmplitudeGradient": "gradients of the scores by the amplitude of each frequency "
    "and channel",
    f"{_I}.amplitude_perturbation.AmplitudePerturbation": _perturbation,
    f"{_I}.attention_rollout.AttentionRollout": _rollout,
    f"{_I}.filter_spectrum.FilterSpectrum": "amplitude spectra of the first filters",
    f"{_I}.grad_cam.GradCam": _grad_cam,
    f"{_I}.input_x_gradient.InputXGradient": "input times gradient [@shrikumar2016]",
    f"{_I}.integrated_gradients.IntegratedGradients": "integrated gradients [@sundararajan2017] with {n_steps} steps",
    f"{_I}.occlusion.Occlusion": "occlusion [@zeiler2014] of channels and of their bands ({bands_hz} Hz)",
    f"{_I}.saliency.Saliency": "saliency [@simonyan2014]: the mean absolute gradient by each sample",
}
"""Noun phrases."""


def attribution_text(tables: Path) -> str:
    """Return text about the maps of a run and their checks; an empty string if there are no maps.

    Parameters
    ----------
    tables
        Folder of the data of maps, with a JSON file of facts for each.
    """
    maps: dict[str, list[str]] = {}
    for name, facts in _facts(tables):
        maps.setdefault(_windows(facts), []).append(_named(name, describe(facts["options"], METHODS)))
    told = [f"{windows}: {listed(named)}." for windows, named in maps.items()]
    if told:
        told.append(
            "Each map was compared with that of the same network with shuffled weights [@adebayo2018], and where "
            "possible checked by deleting and inserting its highest places [@petsiuk2018]."
        )
    return " ".join(told)


def _named(name: str, clause: str) -> str:
    """Return a clause with the name of its map, unless it begins with this name."""
    return clause if clause.lower().replace("-", " ").startswith(name) else f"{name}, {clause}"


def _windows(facts: Mapping[str, Any]) -> str:
    """Return text about the predictor and windows of a map."""
    n = facts["n_windows"]
    is_limited = n >= facts["explain"]["n_windows"]
    drawn = f", drawn evenly from the classes (seed {facts['seed']})" if is_limited else " with a class"
    n_used = facts.get("n_used", n)
    counted = plural(n, "window") if n_used == n else f"{n_used} of {plural(n, 'window')}"
    windows = f"{counted} of the split {facts['split']}"
    return f"Maps of the {facts['predictor']} were made on {windows}{drawn}"


def _facts(tables: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the name and facts of each map."""
    for path in sorted(tables.glob("*.json")):
        facts = read_json(path)
        if isinstance(facts.get("options"), Mapping) and "n_windows" in facts:
            yield path.stem.replace("_", " "), facts
