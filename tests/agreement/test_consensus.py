"""`eegbench consensus`: published figures come out of published stages, and what cannot be compared is refused."""

import json
import re

import numpy as np
import pandas as pd
import pytest

from eegbench.__main__ import main
from eegbench.agreement.nights import read_lights, read_nights, read_predictions
from eegbench.agreement.report import agree
from eegbench.dataset.dod_lights import LIGHTS

DODH = {
    "soft_agreement": (88.6648, 90.7237, 91.7156, 84.2571, 91.5881),
    "consensus": (3, 3037, 1505, 11879, 3514, 4727),
    "mean_weight": 0.89955,
    "ties": 1673,
    "all scorers": (86.84, 86.49, 79.87),
}
DODO = {
    "soft_agreement": (87.5305, 87.4544, 88.0080, 88.4896, 91.2370),
    "consensus": (0, 10502, 2860, 26271, 5500, 8103),
    "mean_weight": 0.88687,
    "ties": 4192,
    "all scorers": (85.03, 84.78, 76.51),
}


def night(rng, n=200):
    return np.repeat(rng.integers(0, 5, n // 10), 10)


@pytest.fixture
def folder(tmp_path):
    """Four scorers of seven nights, who change a tenth of the epochs each, and a model."""
    rng = np.random.default_rng(3)
    for record in range(7):
        true = night(rng)
        for name in ("scorers/anna", "scorers/ben", "scorers/chen", "scorers/dora", "models/net"):
            stages = np.where(rng.random(len(true)) < 0.1, rng.integers(0, 5, len(true)), true)
            write(tmp_path / name / f"night{record}.json", stages)
    return tmp_path


def write(path, stages):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(np.asarray(stages).tolist()))


def run(folder, *words):
    return main(["consensus", "--scorers", str(folder / "scorers"), "--out", str(folder / "out"), *words])


def compared(scorers, predictions=None, lights=LIGHTS):
    names, nights = read_nights(scorers, lights)
    return agree(names, nights, read_predictions(predictions, nights) if predictions else {})


@pytest.mark.realdata
@pytest.mark.parametrize(("name", "expected"), [("dodh", DODH), ("dodo", DODO)])
def test_the_published_figures_of_the_dreem_open_datasets_come_out(shared_data, name, expected):
    data = shared_data / "dod-scorers"
    found = compared(data / "scorers" / name, data / "predictions" / name if name == "dodh" else None)
    table, epochs = found.table.set_index("rater"), found.epochs
    assert table["soft_agreement"].iloc[:5].round(4).tolist() == list(expected["soft_agreement"])
    assert tuple(epochs[["unscored", "W", "N1", "N2", "N3", "R"]].sum()) == expected["consensus"]
    weight = np.average(epochs["mean_weight"], weights=epochs["n_epochs"])
    assert weight.round(5) == expected["mean_weight"]
    assert epochs["n_tied"].sum() == expected["ties"]
    metrics = ["f1", "accuracy", "kappa"]
    assert tuple(table.loc["all scorers", metrics].astype(float).round(2)) == expected["all scorers"]
    if name == "dodh":
        assert tuple(table.loc["SimpleSleepNet", metrics].astype(float).round(2)) == (89.92, 89.93, 84.55)


@pytest.mark.slow
def test_tables_and_figures_are_written_and_a_table_is_printed(folder, capsys):
    assert run(folder, "--predictions", str(folder / "models")) == 0
    out = folder / "out"
    assert "all scorers" in (printed := capsys.readouterr().out)
    assert "net" in printed
    table = pd.read_csv(out / "consensus.csv").set_index("rater")
    assert list(table.index) == ["anna", "ben", "chen", "dora", "all scorers", "net"]
    assert (table["f1_ci_low"] < table["f1"]).all()
    assert (table["f1"] < table["f1_ci_high"]).all()
    per_night = pd.read_csv(out / "per_night.csv")
    assert len(per_night) == 7 * 5
    ranks = per_night[per_night["kind"] == "scorer"].groupby("record")["rank"].apply(sorted)
    assert all(one == [1, 2, 3, 4] for one in ranks)
    statistics = pd.read_csv(out / "sleep_statistics.csv")
    assert set(statistics["rater"]) == {"anna", "ben", "chen", "dora", "net"}
    assert {"human_ceiling.png", "scorer_confusion.png"} <= {path.name for path in (out / "figures").iterdir()}
    stages = json.loads((out / "consensus" / "night0.json").read_text())
    assert len(stages["stage"]) == len(stages["weight"]) == 200


def test_sleep_statistics_of_a_rater_who_always_says_a_quarter_of_an_hour_more_have_that_bias(folder):
    rng = np.random.default_rng(0)
    for record in range(7):
        true = np.r_[np.zeros(40, int), night(rng, 120) % 3 + 2, np.zeros(40, int)]
        for name in ("anna", "ben", "chen", "dora"):
            write(folder / "scorers" / name / f"night{record}.json", true)
        more = true.copy()
        more[10:40] = 2
        write(folder / "models" / "net" / f"night{record}.json", more)
    found = compared(folder / "scorers", folder / "models").statistics.set_index(["rater", "statistic"])
    row = found.loc[("net", "total_sleep_time")]
    assert (row["bias"], row["limit_low"], row["limit_high"]) == (15, 15, 15)
    assert found.loc[("net", "sleep_onset_latency"), "bias"] == -15
    assert found.loc[("anna", "total_sleep_time"), "bias"] == 0


def test_nights_are_kept_between_the_first_and_the_last_epoch_that_all_staged(folder):
    path = folder / "scorers" / "ben" / "night0.json"
    stages = json.loads(path.read_text())
    write(path, [-1] * 7 + stages[7:195] + [-1] * 5)
    (folder / "lights.csv").write_text("record,lights_off,lights_on\nnight1,20,\nnight2,,150\n")
    epochs = compared(folder / "scorers", lights=read_lights(folder / "lights.csv")).epochs
    assert epochs["n_epochs"].tolist() == [188, 180, 150, 200, 200, 200, 200]
    assert epochs["first_epoch"].tolist()[:3] == [7, 20, 0]


def test_a_model_may_have_staged_the_kept_epochs_or_all_but_nothing_else(folder):
    (folder / "lights.csv").write_text("record,lights_off,lights_on\nnight0,20,190\n")
    lights = read_lights(folder / "lights.csv")
    path = folder / "models" / "net" / "night0.json"
    stages = json.loads(path.read_text())
    whole = compared(folder / "scorers", folder / "models", lights).table
    write(path, stages[20:190])
    pd.testing.assert_frame_equal(whole, compared(folder / "scorers", folder / "models", lights).table)
    write(path, stages[20:])
    with pytest.raises(ValueError, match="night0.json: has 180 epochs; the scorers' lists have 200, of which 170 are"):
        compared(folder / "scorers", folder / "models", lights)


def test_a_model_that_staged_some_nights_is_scored_on_those(folder):
    (folder / "models" / "net" / "night3.json").unlink()
    table = compared(folder / "scorers", folder / "models").table
    assert table["n_nights"].tolist() == [7, 7, 7, 7, 7, 6]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[0, 1, 7]", "epoch 2 is 7; expected 0 .W."),
        ('["W"]', "epoch 0 is 'W'"),
        ("[true]", "epoch 0 is True"),
        ("[NaN]", "epoch 0 is nan"),
        ("{}", "expected a list of stages"),
        ("[0, 1", "is not a JSON file"),
        ("[0, 1]", "night1: scorers gave different numbers of epochs .anna 2, ben 200"),
        (json.dumps([-1] * 200), "night1: anna staged no epoch"),
    ],
)
def test_files_that_are_no_list_of_stages_are_refused_by_name(folder, capsys, text, message):
    (folder / "scorers" / "anna" / "night1.json").write_text(text)
    assert run(folder) == 1
    assert re.search(message, capsys.readouterr().err)


def test_scorers_of_other_records_too_few_scorers_and_full_folders_are_refused(folder, capsys):
    (folder / "scorers" / "chen" / "night6.json").rename(folder / "scorers" / "chen" / "night9.json")
    assert run(folder) == 1
    assert "anna and chen staged other records: night6, night9" in capsys.readouterr().err
    assert main(["consensus", "--scorers", str(folder / "models"), "--out", str(folder / "out")]) == 1
    assert "1 folder with JSON files, and 3 scorers are needed" in capsys.readouterr().err
    assert main(["consensus", "--scorers", str(folder / "scorers"), "--out", str(folder / "models")]) == 1
    assert "the folder already contains files" in capsys.readouterr().err
    assert main(["consensus", "--scorers", str(folder / "nowhere"), "--out", str(folder / "out")]) == 1
    assert "nowhere: no such folder" in capsys.readouterr().err


def test_a_model_of_unknown_records_is_refused(folder, capsys):
    write(folder / "models" / "net" / "other.json", [0] * 200)
    assert run(folder, "--predictions", str(folder / "models")) == 1
    assert "other is not among the records that the scorers staged" in capsys.readouterr().err


def test_a_table_of_lights_that_cannot_be_read_is_refused_with_its_line(folder, capsys):
    (folder / "lights.csv").write_text("record,lights_off,lights_on\nnight1,ten,\n")
    assert run(folder, "--lights", str(folder / "lights.csv")) == 1
    assert "lights.csv, line 2: 'ten': whole numbers of epochs are expected" in capsys.readouterr().err
    (folder / "lights.csv").write_text("night,off\nnight1,1\n")
    assert run(folder, "--lights", str(folder / "lights.csv")) == 1
    assert "columns record, lights_off, lights_on" in capsys.readouterr().err


@pytest.mark.slow
def test_lights_on_after_the_end_of_a_night_are_told_with_its_name(folder, capsys):
    rows = ["night0,20,190", "night1,,200", "night2,10,201", "night3,5,"]
    (folder / "lights.csv").write_text("\n".join(["record,lights_off,lights_on", *rows]) + "\n")
    assert run(folder, "--lights", str(folder / "lights.csv")) == 0
    told = [line for line in capsys.readouterr().err.splitlines() if "lights off" in line]
    assert told == [
        "night0: lights off at epoch 20, on at epoch 190",
        "night1: lights off at epoch 0, on at epoch 200",
        "night2: lights off at epoch 10, on at epoch 201, which is after its end: its lists have 200 epochs, "
        "so it is kept up to there",
        "night3: lights off at epoch 5",
    ]
    assert pd.read_csv(folder / "out" / "epochs.csv")["n_epochs"].tolist()[:4] == [170, 200, 190, 195]


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("record,lights_off,lights_on\nnight1,1,\nother,1,\n", "--lights: other: no such record; there are"),
        ("record,lights_off,lights_on\nnight1,1,\nnight1,2,\n", "lines 2 and 3 both name night1"),
        ("record,lights_off,lights_on\nnight1,9,3\n", "line 2: lights on at epoch 3 is not after off at 9"),
        (None, "lights.csv: there is no such file; a table with the columns record, lights_off, lights_on"),
    ],
)
def test_lights_that_do_not_fit_the_nights_are_refused(folder, capsys, table, message):
    if table:
        (folder / "lights.csv").write_text(table)
    assert run(folder, "--lights", str(folder / "lights.csv")) == 1
    assert message in capsys.readouterr().err
