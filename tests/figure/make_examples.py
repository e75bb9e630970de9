"""Draw every figure from data shaped like the real thing, to look at: python tests/figure/make_examples.py FOLDER."""

import json
import sys
from pathlib import Path

import mne
import numpy as np
import optuna
import pandas as pd
from scipy.stats import norm

from eegbench import figure
from eegbench.comparison.pretext_scores import panel_notes
from eegbench.interpretability import Attribution
from eegbench.score import confusion, evaluate, report_frame
from eegbench.types import Score

STAGES = ("W", "R", "N1", "N2", "N3")
NIGHT = "W12 1.4 2.18 3.9 2.10 3.14 2.6 R.8 2.20 3.12 2.8 R.16 1.3 2.24 W2 1.3 2.14 R.22 2.18 1.2 R.24 2.9 W10"
CAPTION = (
    "Where a correlation is positive, the score of the class rises as the amplitude is raised; this does not say that "
    "the amplitude is larger in the windows of that class. Marked: p < .05, corrected for all channels and frequencies."
)


def night(rng: np.random.Generator, name: str = "SC4001E0", skill: float = 2.2) -> pd.DataFrame:
    """One simulated night with an hour's worth of unscored windows left out."""
    names = {"W": "W", "1": "N1", "2": "N2", "3": "N3", "R": "R"}
    bouts = [(names[bout[0]], int(bout[1:].strip("."))) for bout in NIGHT.split()]
    label = np.repeat([stage for stage, _ in bouts], [3 * n for _, n in bouts])
    return predicted(rng, label, STAGES, skill, 30.0, name, gap=range(300, 340))


def predicted(rng, label, classes, skill, window_s, name, gap=()) -> pd.DataFrame:
    """A table of predictions whose probabilities are smooth in time and right more often than not."""
    index = pd.Index(classes).get_indexer(label)
    noise = rng.normal(size=(len(label) + 4, len(classes)))
    smooth = np.stack([np.convolve(column, np.ones(5) / 5**0.5, "valid") for column in noise.T], axis=1)
    smooth[np.arange(len(label)), index] += skill
    shares = np.exp(smooth) / np.exp(smooth).sum(axis=1, keepdims=True)
    frame = pd.DataFrame(shares, columns=list(classes)).assign(
        recording=name,
        subject=name[:5],
        start_s=np.arange(len(label)) * window_s,
        split="test",
        probe="linear",
        label=label,
        predicted=np.array(classes)[shares.argmax(axis=1)],
    )
    return frame.drop(index=list(gap))


def history(rng: np.random.Generator, n: int, every: int) -> pd.DataFrame:
    """A training that is best about its middle."""
    passes = np.arange(n + 1)
    train = 0.42 + 0.3 * np.exp(-passes / 9) + rng.normal(0, 0.004, n + 1)
    valid = 0.5 + 0.21 * np.exp(-passes / 7) + 0.0009 * passes + rng.normal(0, 0.008, n + 1)
    probe = 0.66 - 0.28 * np.exp(-passes / 6) + rng.normal(0, 0.01, n + 1)
    table = pd.DataFrame({"pass": passes, "train_loss": train, "valid_loss": valid, "lr": 5e-4})
    table["train_accuracy"], table["valid_accuracy"] = 1.1 - train, 1.15 - valid
    table["probe_valid_balanced_accuracy"] = np.where(passes % every == 0, probe, np.nan)
    table.loc[0, ["train_loss", "train_accuracy"]] = np.nan
    return table


def scatter(rng: np.random.Generator, folder: Path, n_subjects: int, n: int) -> None:
    """Windows whose first axis is depth of sleep and whose second is partly the subject."""
    stage, subject = rng.integers(0, 5, n), rng.integers(0, n_subjects, n)
    age = rng.integers(25, 90, n_subjects).astype(float)
    age[0] = np.nan
    centre = np.array([[-3, 1], [-1, -2], [-1.5, 0], [1, 0], [4, 1]])[stage]
    points = centre + rng.normal(0, 1, (n, 2)) + rng.normal(0, 0.7, (n_subjects, 2))[subject]
    sex = pd.Series(np.where(age[subject] > 55, "F", "M")).mask(subject == 1)
    panels = {
        "stage": pd.Series(pd.Categorical(np.array(STAGES)[stage], categories=STAGES)),
        "subject": pd.Series([f"SC{s:03d}" for s in subject]),
        "age (years)": pd.Series(age[subject]),
        "sex": sex,
        "split": pd.Series(np.where(subject % 3, "train", "test")),
    }
    axis_labels = ("PC 1 (34 % of the variance)", "PC 2 (11 % of the variance)")
    drawn = figure.embedding_scatter(points, panels=panels, title="PCA", axis_labels=axis_labels, rng=rng)
    figure.save(drawn, folder, f"embedding_{n_subjects}")


def study(rng: np.random.Generator, n: int, objectives: list[str]) -> optuna.Study:
    """A search in which the learning rate matters most, then the model; every ninth trial failed, some are pruned."""
    directions = ["maximize", "minimize"][: len(objectives)]
    made = optuna.create_study(directions=directions, sampler=optuna.samplers.RandomSampler(seed=7))
    for _ in range(n):
        trial = made.ask()
        rate = trial.suggest_float("trainer.lr", 1e-5, 1e-1, log=True)
        model = trial.suggest_categorical("model", ["chambon2018", "stager_net"])
        trial.suggest_categorical("sampler.tau_pos_s", [30, 60, 120])
        trial.suggest_float("trainer.optimizer.weight_decay", 1e-6, 1e-2, log=True)
        filters = trial.suggest_int("model.n_filters", 2, 16)
        score = 0.64 - 0.05 * (np.log10(rate) + 3.2) ** 2 - 0.03 * (model == "stager_net") + rng.normal(0, 0.008)
        pruned = len(objectives) == 1 and rng.random() < 0.3
        for step in range(1, (5 if pruned else 13) * (len(objectives) == 1)):
            trial.report(score - 0.3 * np.exp(-step / 4) + rng.normal(0, 0.006), step)
        state = optuna.trial.TrialState.PRUNED if pruned else None
        if trial.number % 9 == 4:
            state = optuna.trial.TrialState.FAIL
        made.tell(trial, None if state else [score, 30 + 3 * filters + rng.gamma(2, 6)][: len(objectives)], state)
    return made


def sweep(rng: np.random.Generator, folder: Path, n: int, stem: str) -> None:
    """Every figure of a sweep of n trials, of one objective and of two."""
    both = ["valid/linear/balanced_accuracy", "run/seconds"]
    evaluator = optuna.importance.FanovaImportanceEvaluator(seed=0)
    for objectives in (both[:1], both):
        made = study(rng, n, objectives)
        for name, draw in figure.study_figures(made, objectives=objectives, evaluator=evaluator).items():
            figure.save(draw(), folder, f"{stem}_{len(objectives)}_{name}")


def comparison(folder: Path) -> None:
    """Five groups of which two pairs are not told apart, and their controls."""
    names = ("chambon2018", "stager net", "temporal block, lr=0.001", "temporal block, lr=0.0001", "eegnet")
    ranks = np.array([1.4, 1.9, 3.2, 3.6, 4.9])
    drawn = figure.critical_difference(names, ranks, ((0, 1), (2, 3)), label="mean rank over 20 subjects (1 is best)")
    figure.save(drawn, folder, "critical_difference")
    values = [("group", name, 0.75 - 0.03 * i) for i, name in enumerate(names)]
    values += [("control", name, 0.5) for name in ("random weights", "chance")]
    table = pd.DataFrame(values, columns=["kind", "name", "value"])
    table = table.assign(ci_low=table["value"] - 0.04, ci_high=table["value"] + 0.03)
    pairs = [
        (a, b, 0.03 * (j - i), 0.3 / (j - i) ** 4) for i, a in enumerate(names) for j, b in enumerate(names) if i < j
    ]
    differences = pd.DataFrame(pairs, columns=["a", "b", "value", "p_holm"])
    differences = differences.assign(ci_low=differences["value"] - 0.04, ci_high=differences["value"] + 0.05)
    drawn = figure.forest(table, differences, metric="balanced accuracy", title="Balanced accuracy, test")
    figure.save(drawn, folder, "forest")


def pretext(rng: np.random.Generator, folder: Path) -> None:
    """Runs of four tasks, one of which has a loss only, and one of which does not follow the probe."""
    tasks = {"relative_positioning": 0.5, "temporal_shuffling": 0.0, "cpc": 0.8, "vicreg": -0.6}
    parts = []
    for task, share in tasks.items():
        own = rng.normal(0, 1, 24)
        score = 0.58 + 0.03 * (share * own + (1 - abs(share)) * rng.normal(0, 1, 24))
        is_loss = task == "vicreg"
        pretext = 12 + own if is_loss else 0.66 + 0.03 * own
        parts.append(pd.DataFrame({"task": task, "pretext": pretext, "downstream": score}))
        parts[-1]["pretext_metric"] = "loss" if is_loss else "accuracy"
    points = pd.concat(parts, ignore_index=True)
    drawn = figure.pretext_scatter(points, notes=panel_notes(points), measure="balanced accuracy")
    figure.save(drawn, folder, "pretext_scores")


def attributions(rng: np.random.Generator, folder: Path) -> None:
    """A network that takes μ and β over the motor cortex for a fist, and a sleep stager of two channels."""
    montage = mne.channels.make_standard_montage("biosemi64")
    info = mne.create_info(montage.ch_names, sfreq=160.0, ch_types="eeg").set_montage(montage)
    names, positions = tuple(info.ch_names), np.array([channel["loc"][:3] for channel in info["chs"]])
    left, right = (
        np.exp(-((positions - positions[names.index(name)]) ** 2).sum(axis=1) / 2 / 0.025**2) for name in ("C3", "C4")
    )
    frequencies = np.fft.rfftfreq(450, 1 / 160)
    band = np.exp(-((frequencies - 11) ** 2) / 18) + 0.4 * np.exp(-((frequencies - 22) ** 2) / 32)
    values = 0.05 * np.stack([left - right, right - left])[..., None] * band
    noisy, error = values + rng.normal(0, 0.005, values.shape), np.full(values.shape, 0.005)
    fists = ("left fist", "right fist")
    p = np.minimum(1, 2 * norm.sf(np.abs(noisy / error)) * noisy[0].size)
    drawn = Attribution(noisy, "correlation", "frequency_hz", frequencies, fists, names, error, p)
    words = {"title": "Amplitude perturbation", "caption": CAPTION}
    figure.save(figure.channel_heatmap(drawn, **words), folder, "attribution_heatmap")
    page = figure.attribution_page(drawn, positions=positions, **words)
    (folder / "attribution.html").write_text(page, encoding="utf-8")

    bands = {"μ 7–14 Hz": (7, 14), "β 14–30 Hz": (14, 30)}
    inside = [(low <= frequencies) & (frequencies <= high) for low, high in bands.values()]
    means = np.stack([noisy[..., some].mean(axis=-1) for some in inside], axis=1)
    maps = figure.Maps(means, "correlation", "network", np.abs(means) > 0.01)
    data = figure.Maps(
        -12 * means + rng.normal(0, 0.05, means.shape), "class minus others (standard deviations)", "data"
    )
    names_of = {"rows": fists, "columns": tuple(bands), "channels": names, "positions": positions}
    figure.save(figure.topomap(maps, **names_of, **words, beside=data), folder, "attribution_maps")

    peaks = np.array([10, 5, 13, 1, 4])[:, None, None]
    values = 0.1 * np.exp(-((frequencies[:140] - peaks) ** 2) / 4) + rng.normal(0, 0.01, (5, 2, 140))
    two = ("EEG Fpz-Cz", "EEG Pz-Oz")
    stages = Attribution(values, "score per µV", "frequency_hz", frequencies[:140], ("W", "N1", "N2", "N3", "R"), two)
    figure.save(
        figure.channel_heatmap(stages, title="Amplitude gradient", caption=CAPTION), folder, "attribution_heatmap_sleep"
    )


def main(folder: Path) -> None:
    """Write every example."""
    rng = np.random.default_rng(7)
    one = night(rng)
    counts = confusion(one, STAGES)
    values = evaluate(counts, STAGES)
    scores = {"accuracy": float(values["accuracy"]), "κ": float(values["cohen_kappa"])}
    figure.save(figure.hypnogram(one, classes=STAGES, window_s=30.0, scores=scores), folder, "hypnogram_night")
    task = predicted(rng, np.repeat(["rest", "subtraction"], [30, 31]), ("rest", "subtraction"), 0.7, 2.0, "S01")
    figure.save(figure.hypnogram(task, classes=("rest", "subtraction"), window_s=2.0), folder, "hypnogram_task")

    figure.save(figure.confusion_matrix(counts, STAGES, "linear, test"), folder, "confusion_5")
    pair = np.array([[512, 231], [220, 467]])
    figure.save(figure.confusion_matrix(pair, ("rest", "subtraction"), "linear, test"), folder, "confusion_2")
    many = rng.integers(0, 900, (20, 20)) + 20000 * np.eye(20, dtype=int)
    many[3] = 0
    names = tuple(f"class {i + 1}" for i in range(20))
    figure.save(figure.confusion_matrix(many, names, "linear, test"), folder, "confusion_20")
    counts = counts.copy()
    counts[:, 1] = 0
    report = report_frame(counts, STAGES)
    figure.save(figure.classification_report(report, "linear, test"), folder, "report")

    figure.save(figure.learning_curves(history(rng, 50, 5), best_pass=22), folder, "curves")
    short = history(rng, 6, 99)[["pass", "train_loss", "valid_loss", "lr"]]
    figure.save(figure.learning_curves(short, best_pass=4), folder, "curves_loss")
    figure.save(
        figure.learning_curves(history(rng, 10, 5).drop(columns=["train_accuracy", "valid_accuracy"])),
        folder,
        "curves_probe",
    )
    scatter(rng, folder, 4, 1800)
    scatter(rng, folder, 38, 20000)

    probes = {"linear": 0.62, "hand_made": 0.55, "random_weights": 0.5, "majority": 0.2, "chance": 0.2}
    bars = [
        Score(name, "balanced_accuracy", "test", "pooled", v, v - 0.07 * (v > 0.3), v + 0.05 * (v > 0.3), 8421)
        for name, v in probes.items()
    ]
    controls = tuple(probes)[1:]
    figure.save(figure.score_bars(bars, metric="balanced_accuracy", controls=controls, chance=0.2), folder, "scores")
    sweep(rng, folder, 36, "sweep")
    sweep(rng, folder, 4, "sweep_of_four")

    comparison(folder)
    pretext(np.random.default_rng(3), folder)
    attributions(rng, folder)
    print(json.dumps(sorted(path.name for path in folder.iterdir())))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
