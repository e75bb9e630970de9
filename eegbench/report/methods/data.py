"""Clauses of datasets, and text about their labels, classes and rejected windows."""

import re
from collections.abc import Collection, Mapping
from typing import Any

from eegbench.document.prose import listed, sentence
from eegbench.report.methods.clause import TARGET, Clause, Clauses, Options, describe, in_words
from eegbench.report.run_sources import RunSources
from eegbench.score.render import plural

PHYSIONET = "goldberger2000"


def _chosen(options: Options) -> str:
    """Return text about the selected subjects, if any were selected; their number is part of the coverage."""
    subjects = options.value("subjects")
    return "" if subjects is None else f", subjects {in_words(subjects, {})}"


def _channels(options: Options) -> str:
    channels = options.value("channels")
    return "" if channels is None else f", channels {in_words(channels, {})}"


def _simulated_sleep(options: Options) -> str:
    nights = plural(options.value("n_nights"), "night")
    return (
        f"nights simulated by eegbench (simulator version {{version}}, seed {{seed}}, {{n_subjects}} subjects with "
        f"{nights} each, records of {{hours}} h), whose hypnograms follow those of Sleep-EDF Expanded [@kemp2000] and "
        "whose disagreement of experts follows DOD-H [@guillot2020]"
    ).format_map(options)


def _sleep_physionet(options: Options) -> str:
    crop = options.value("crop_wake_min")
    cropped = "whole records" if crop is None else f"cropped to {crop:g} min of wake ({options['wake']}) around sleep"
    options.value("wake")
    labelled = "" if options.value("labelled") else ", without labels"
    text = "nights {nights} in the files of Sleep-EDF [@kemp2000; @goldberger2000]".format_map(options)
    return text + f"{_chosen(options)}{_channels(options)}, {cropped}{labelled}"


def _dod(name: str) -> Clause:
    def clause(options: Options) -> str:
        hypnograms = options.value("hypnograms")
        stages = "the consensus of the scorers in the files" if hypnograms is None else "separately stored hypnograms"
        return f"{name} of the Dreem Open Datasets [@guillot2020]{_channels(options)}, staged by {stages}"

    return clause


def _simulated_dod(options: Options) -> str:
    hours = options.value("hours")
    length = "of natural length" if hours is None else f"of {hours:g} h"
    text = (
        "records simulated by eegbench after the signals, stages and scorers of {set} of the Dreem Open Datasets "
        "[@guillot2020] (seed {seed}, {n_subjects} subjects, records "
    ).format_map(options)
    return f"{text}{length}){_channels(options)}"


def _eegbci(options: Options) -> str:
    text = ("the EEG Motor Movement/Imagery set of PhysioNet [@schalk2004; @goldberger2000], runs {runs}").format_map(
        options
    )
    other = {
        "leave_out": "recordings at 128 Hz left out",
        "resample": "recordings at 128 Hz resampled to 160 Hz",
    }
    rate = options.value("other_rate")
    return f"{text.replace('_', ' ')}{_chosen(options)}, {other.get(rate, rate)}"


def _mental_arithmetic(options: Options) -> str:
    text = "the set of EEG during mental arithmetic of PhysioNet [@zyma2019; @goldberger2000]"
    return text + _chosen(options) + _channels(options)


def _recordings(options: Options) -> str:
    return f"our own recordings, read with MNE-Python [@gramfort2013]{_channels(options)}"


def _h5_psg(options: Options) -> str:
    return f"our own recordings in the layout of the Dreem Open Datasets [@guillot2020]{_channels(options)}"


def _bids(options: Options) -> str:
    task = options.value("task")
    of = "" if task is None else f", task {in_words(task, {})}"
    return f"a data set in BIDS [@pernet2019] [@dataset]{of}{_chosen(options)}{_channels(options)}"


def _moabb(options: Options) -> str:
    return f"{options['name']} of MOABB [@jayaram2018] [@dataset]{_chosen(options)}{_channels(options)}"


def _braindecode(options: Options) -> str:
    return f"a data set saved by braindecode [@schirrmeister2017] [@dataset]{_chosen(options)}{_channels(options)}"


def _joined(options: Options) -> str:
    people = {
        "different_people": "the same id in two sets means different people",
        "same_person": "the same id in two sets means one person",
    }
    sets = options.value("sets")
    named = [f"{name}, {describe(_without_labels(node), DATASETS)}" for name, node in sets.items()]
    same = options.value("same_subject_id")
    return f"{len(sets)} sets joined ({'; '.join(named)}; {people.get(same, same)})"


_PACKAGE = "eegbench.dataset"

DATASETS: Clauses = {
    f"{_PACKAGE}.simulated_sleep.SimulatedSleep": _simulated_sleep,
    f"{_PACKAGE}.sleep_physionet.SleepPhysionet": _sleep_physionet,
    f"{_PACKAGE}.dod_h.DodH": _dod("DOD-H"),
    f"{_PACKAGE}.dod_o.DodO": _dod("DOD-O"),
    f"{_PACKAGE}.simulated_dod.SimulatedDod": _simulated_dod,
    f"{_PACKAGE}.eegbci.Eegbci": _eegbci,
    f"{_PACKAGE}.mental_arithmetic.MentalArithmetic": _mental_arithmetic,
    f"{_PACKAGE}.recordings.Recordings": _recordings,
    f"{_PACKAGE}.h5_psg.H5Psg": _h5_psg,
    f"{_PACKAGE}.bids.Bids": _bids,
    f"{_PACKAGE}.moabb.Moabb": _moabb,
    f"{_PACKAGE}.braindecode.Braindecode": _braindecode,
    f"{_PACKAGE}.joined.Joined": _joined,
}
"""Clauses of datasets: noun phrases after "We used"."""


def describe_dataset(node: Mapping[str, Any], classes: Collection[str]) -> str:
    """Return text about the data set and the labels of each class."""
    clauses = DATASETS if node[TARGET] in DATASETS else {node[TARGET]: f"`{node[TARGET]}` [@dataset]"}
    return f"We used {describe(_without_labels(node), clauses)}. {describe_labels(node, classes)}".strip()


def describe_labels(node: Mapping[str, Any], classes: Collection[str]) -> str:
    """Return text about the labels of each class, for each data set with labels."""
    sets = node.get("sets")
    if isinstance(sets, Mapping):
        return " ".join(f"Of {name}: {text}" for name, one in sets.items() if (text := describe_labels(one, classes)))
    labels, ignored = node.get("labels") or {}, node.get("ignored") or ()
    texts: dict[str, list[str]] = {}
    for text, name in labels.items():
        texts.setdefault(str(name), []).append(str(text))
    named = [f"{n} ({', '.join(of)})" if of != [n] else n for n, of in texts.items() if n in classes]
    brackets = ", with their labels in brackets," if any(n in classes and of != [n] for n, of in texts.items()) else ""
    told = [f"The classes{brackets} were {listed(named)}."] if named else []
    told += [f"Labels without a class were {listed(list(map(str, ignored)))}."] if ignored else []
    return " ".join(told)


def data_text(run: RunSources) -> str:
    """Return text about the data set, recordings that were left out, and rejected windows."""
    summary, counts = run.summary, run.summary["counts"].values()
    total = {name: sum(of[name] for of in counts) for name in next(iter(counts))}
    skipped = summary["skipped"]
    told = [describe_dataset(run.options["dataset"], _classes(total)), sentence(f"we used {summary['coverage']}")]
    told.append(
        sentence(f"{plural(len(skipped), 'recording')} could not be used: {_reasons(skipped)}")
        if skipped
        else "All listed recordings could be used."
    )
    told += [sentence(OPTION.sub("", note)) for note in summary["notes"]]
    rejected = [f"{total[f'n_{kind}']:,} {words}" for kind, words in _REJECTED.items() if total[f"n_{kind}"]]
    told.append(
        f"Of {plural(total['n_windows'], 'window')} {listed(rejected)} were rejected."
        if rejected
        else f"None of {plural(total['n_windows'], 'window')} was rejected."
    )
    if absent := [name for name in _classes(total) if not total[f"n_{name}"]]:
        told.append(f"No window had the class {listed(absent)}.")
    if total["n_unscored"]:
        told.append(f"{total['n_unscored']:,} windows had no class and were used without labels only.")
    return " ".join(told)


OPTION = re.compile(r" \([a-z_]+\.[a-z_.]+(?:=[^()]*)?\)")
"""Name of an option in a note, which is removed from the text."""

_REJECTED = {"flat": "with a flat channel", "saturated": "with a saturated channel", "marked_bad": "marked as bad"}


def _classes(total: Mapping[str, int]) -> list[str]:
    others = {"n_subjects", "n_recordings", "n_windows", "n_unscored", *(f"n_{kind}" for kind in _REJECTED)}
    return [name.removeprefix("n_") for name in total if name not in others]


def _reasons(skipped: list[Mapping[str, Any]]) -> str:
    return "; ".join(f"{one['recording']} ({one['reason']})" for one in skipped)


def _without_labels(node: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in node.items() if name not in ("labels", "ignored")}
