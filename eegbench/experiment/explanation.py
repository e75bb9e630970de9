"""Explanation of a run's network: attribution maps, class differences in the data, and checks of each method."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Int

from eegbench.atomic import read_csv
from eegbench.config import ConfigError, Spec
from eegbench.experiment.base import Experiment, Explanation
from eegbench.experiment.data import Data
from eegbench.experiment.documents import write_map_documents
from eegbench.experiment.probe_options import check_predictor
from eegbench.inference.model_folder import NETWORK, model_folder
from eegbench.inference.network import Network, load_network
from eegbench.interpretability import Attribution, Method, Scene
from eegbench.interpretability.amplitude import class_difference
from eegbench.interpretability.attention_map import AttentionMap
from eegbench.interpretability.faithfulness import faithfulness
from eegbench.interpretability.network_check import check_network
from eegbench.interpretability.randomised import randomised, similarity
from eegbench.interpretability.scene_of_group import scene_of_group
from eegbench.interpretability.stored_map import map_facts
from eegbench.model.base import Encoder
from eegbench.progress import tell
from eegbench.report.album import Album
from eegbench.report.attention_figures import plot_attention
from eegbench.report.attribution_figures import plot_attribution, plot_difference
from eegbench.report.colour_parts import WHOLE
from eegbench.report.console import print_checks
from eegbench.report.heading import heading, in_brackets
from eegbench.report.subject_figures import plot_subjects

FOLDER = "interpretability"
"""Default folder of maps, below ``figures`` and ``tables`` of a run."""

DRAWN = ("_map", "_scalp", "_subjects")
PARTS = ("", *DRAWN, *(f"{WHOLE[0]}{part}" for part in DRAWN), "_matrix", "_3d", "_difference", "_windows", "_tokens")
"""Suffixes of the files of a map, after the name of the map."""


def explain(asked: Explanation, experiment: Experiment, data: Data, folder: Path) -> dict[str, float]:
    """Plot and write the maps of each method for a run's network; return the checks by their names in MLflow.

    Each group of signals has its own map. Earlier maps of the same method are replaced, unless ``explain.folder``
    names another folder.

    Parameters
    ----------
    asked
        Methods and their options.
    experiment
        Experiment of the run, with its encoder and probes.
    data
        Windows of the run.
    folder
        Folder of the run.

    Raises
    ------
    ConfigError
        If the run has no such network, if its network does not use signals, or if the split has no scored window.
    ValueError
        If a method cannot explain the network; no map is written then.
    """
    if not experiment.model.target.takes_signals:
        raise ConfigError(not_explained(experiment.model))
    chosen, place = asked.explained, asked.explained.folder
    network, name = explained_network(asked, experiment, folder)
    split = _split(chosen.split, data)
    rows = _rows(data, split, chosen.n_windows, np.random.default_rng(asked.seed))
    seen = f"{split} (within subject)" if data.within_subject else split
    about = {"predictor": name, "split": seen, "n_windows": len(rows)}
    album = Album(folder, asked.figures)
    checks = []
    for group in data.store.form.groups:
        passed_hz = experiment.preprocessing.signal.group_plans[group].passed_hz
        there = data.part(split)
        scene = scene_of_group(network.to(data.store.device), data.store, there, rows, group, passed_hz=passed_hz)
        suffix = suffix_of(group, data.store.form.groups)
        checks += [check | about for check in _explain_group(asked, scene, suffix, about, album)]
    table = pd.DataFrame(checks)
    album.add_table(f"{place}/checks", _with_earlier(table, folder / "tables" / place / "checks.csv"))
    tables = folder / "tables" / place
    write_map_documents(tables, tables)
    print_checks(table)
    album.raise_failed()
    return _metrics(table, "explain" if place == FOLDER else f"explain/{place}")


def explained_network(asked: Explanation, experiment: Experiment, folder: Path) -> tuple[Network, str]:
    """Load the network to explain, with its name in titles, and check that each method can explain it.

    Its own standardisation is switched off, as the windows of the store are standardised; none of them is read.

    Raises
    ------
    ConfigError
        If the run has no such network.
    ValueError
        If a method cannot explain it.
    """
    network, name = _network(asked.explained.predictor, experiment, folder)
    plans = experiment.preprocessing.signal.group_plans
    passed_hz = {group: plans[group].passed_hz for group in network.description.form.groups}
    check_network((spec.build() for spec in asked.methods.values()), network, passed_hz)
    return network, name


def suffix_of(group: str, groups: Collection[str]) -> str:
    """Return the suffix of the names of a group's maps; empty if there is only one group of signals."""
    return "" if len(groups) == 1 else f"_{group}"


def not_explained(model: Spec[Encoder]) -> str:
    """Return the error message for a model that does not use signals."""
    return (
        f"model={model.option} does not use signals, and interpretability methods attribute its output to signals; "
        "leave them out (interpretability=[]), or choose another model."
    )


def _explain_group(
    asked: Explanation, scene: Scene, suffix: str, about: Mapping[str, Any], album: Album
) -> Iterator[dict[str, Any]]:
    """Plot and write each method's map of one group of signals, and yield the checks.

    Parameters
    ----------
    asked
        Methods and their options.
    scene
        Network and windows of the group.
    suffix
        Suffix of the names of maps: the name of the group if there are several.
    about
        Names of the predictor and the split, and number of windows.
    album
        Writes the maps.
    """
    chosen, seed, place = asked.explained, asked.seed, asked.explained.folder
    shuffled = scene.of(randomised(scene.network, scene, np.random.default_rng([seed, 1])))
    difference = class_difference(scene)
    for method, spec in asked.methods.items():
        name, stem = f"{method}{suffix}", f"{place}/{method}{suffix}"
        tell(f"{name}: {about['predictor']}, {about['split']}, {len(scene)} windows")
        found, check = _ask(name, spec, scene, shuffled, seed)
        if found.is_by_class and found.by_subject is None:
            tell(f"{name}: maps of single subjects would take too much memory, so none are kept")
        made = {"options": spec.node, "explain": asdict(chosen), "seed": seed}
        album.remove(stem, PARTS)
        album.add_data(stem, found.drawn.table())
        album.add_facts(stem, {**check, **about, **made, "map": map_facts(found.drawn, scene.group, scene.passed_hz)})
        title = _title(name, found, f"{about['predictor']}, {about['split']}")
        plot_attribution(found.drawn, difference, scene, bands_hz=chosen.bands_hz, title=title, stem=stem, album=album)
        plot_subjects(found.drawn, scene, bands_hz=chosen.bands_hz, title=title, stem=stem, album=album)
        if isinstance(found, AttentionMap):
            plot_attention(found, scene, title=title, stem=stem, album=album)
        yield check
    stem = f"{place}/class_difference{suffix}"
    plot_difference(
        difference, scene, title=f"Differences between classes in the data ({about['split']})", stem=stem, album=album
    )


def _title(method: str, found: Attribution, seen: str) -> str:
    return in_brackets(f"{heading(method)}: {found.setting}" if found.setting else heading(method), seen)


def _with_earlier(checks: pd.DataFrame, file: Path) -> pd.DataFrame:
    """Return the checks together with those of other methods that are in the file already."""
    if not file.is_file():
        return checks
    earlier = read_csv(file, ["method"])
    others = earlier[~earlier["method"].isin(checks["method"])]
    return pd.concat([others, checks], ignore_index=True) if len(others) else checks


def _ask(name: str, spec: Spec[Method], scene: Scene, shuffled: Scene, seed: int) -> tuple[Attribution, dict[str, Any]]:
    """Return the map of a method and its checks: similarity to the map of shuffled weights, and faithfulness."""
    method = spec.build()
    found = method.explain(scene, np.random.default_rng([seed, 2]))
    if isinstance(found, AttentionMap):  # the shuffled network would select other windows, or none
        shuffled = replace(shuffled, labels=np.where(found.windows["used"], shuffled.labels, -1))
    of_shuffled = method.unselective().explain(shuffled, np.random.default_rng([seed, 2]))
    faithful = faithfulness(found, scene, np.random.default_rng([seed, 3]))
    known = {} if faithful is None else asdict(faithful)
    n_used = int(found.windows["used"].sum()) if isinstance(found, AttentionMap) else len(scene)
    return found, {"method": name, "n_used": n_used, "shuffled_similarity": similarity(found, of_shuffled), **known}


def _network(wanted: str, experiment: Experiment, folder: Path) -> tuple[Network, str]:
    """Load the network, without its own standardisation."""
    check_predictor(wanted, experiment.probes)
    name = _predictor(wanted, experiment.probes.main, folder)
    place = model_folder(folder, name, experiment.probes.main)
    if name == experiment.probes.main and not place.is_dir():
        raise ConfigError(f"{folder}: the saved encoder ({place.name}) is missing; copy the whole folder of the run.")
    network = load_network(place, experiment.model) if place.is_dir() else None
    if network is None or not network.classes:
        raise ConfigError(
            f"explain.predictor={wanted}: the probe {name} has no head with a score for each class, so it cannot be "
            "explained; set explain.predictor to another probe of the run that has one (other probes: "
            f"{', '.join(other for other in experiment.probes.of_encoder if other != name) or 'none'})."
        )
    form = replace(network.description.form, normalise="none")
    network.description = replace(network.description, form=form)
    return network, name if name == NETWORK else f"encoder and {name.replace('_', ' ')} probe"


def _predictor(wanted: str, main: str, folder: Path) -> str:
    """Return ``network`` or the name of a probe."""
    has_network = (folder / NETWORK).is_dir()
    if wanted == NETWORK and not has_network:
        raise ConfigError(
            f"explain.predictor=network: {folder} has no network with a head for the classes; "
            "set explain.predictor=probe."
        )
    if wanted == "auto":
        return NETWORK if has_network else main
    return main if wanted == "probe" else wanted


def _split(wanted: str, data: Data) -> str:
    if wanted != "auto":
        return wanted
    return next((split for split in ("test", "valid") if len(data.part(split))), "train")


def _rows(data: Data, split: str, n: int, rng: np.random.Generator) -> Int[np.ndarray, "n"]:
    """Return up to n rows of a split's scored windows, crops of trials included; a selection is balanced by class."""
    table = data.part(split)
    rows = table.index.to_numpy()[(table["scored"] & ~table["rejected"]).to_numpy()]
    if not len(rows):
        raise ConfigError(f"explain.split={split}: this split has no scored window; choose another.")
    if len(rows) <= n:
        return rows
    labels, drawn = data.labels(rows), rng.permutation(len(rows))
    rank = pd.Series(labels[drawn]).groupby(labels[drawn]).cumcount().to_numpy()  # position within its class
    return np.sort(rows[drawn[np.argsort(rank, kind="stable")[:n]]])


def _metrics(checks: pd.DataFrame, prefix: str) -> dict[str, float]:
    columns = [name for name in checks.select_dtypes("number").columns if name not in ("n_windows", "n_used")]
    return {f"{prefix}/{row['method']}/{name}": float(row[name]) for _, row in checks.iterrows() for name in columns}
