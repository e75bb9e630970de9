"""Real runs of the toy become a table, figures and a page, and MLflow keeps them."""

import csv
import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from eegbench.__main__ import main
from eegbench.comparison.sheets import display_name
from eegbench.document.bibliography import cited_keys

PROBES = ["random_weights", "hand_made", "majority", "chance"]
FILES = {
    "comparison.html",
    "comparison.md",
    "comparison.tex",
    "differences.csv",
    "figures/forest.pdf",
    "figures/forest.png",
    "figures/forest.svg",
    "methods.md",
    "per_subject.csv",
    "references.bib",
    "table.csv",
    "tracking.json",
}


@pytest.fixture(scope="module")
def four(two_models) -> list[Path]:
    """Two models, each with two seeds, on the same six subjects."""
    return sorted(path.parent for path in two_models[0].glob("*/scores.csv"))


@pytest.fixture(scope="module")
def compare(outputs):
    def run(*words):
        return main(["compare", "--outputs", str(outputs), *words])

    return run


@pytest.fixture(scope="module")
def made(four, compare, tmp_path_factory):
    """A comparison of the two models, logged."""
    folder = tmp_path_factory.mktemp("compared") / "new"
    words = ["--experiment", "two_models", "--group-by", "model,model.embed_dim", "--into", str(folder)]
    assert compare(*words) == 0
    return folder


@pytest.mark.slow
def test_the_table_is_that_of_the_runs_own_predictions(made, four):
    assert {str(path.relative_to(made)) for path in made.rglob("*") if path.is_file()} == FILES
    table = pd.read_csv(made / "table.csv").set_index("name")
    assert set(table.index) == {"embed_dim=8", "embed_dim=4", *PROBES}
    values = {}
    for folder in four:
        scores = pd.read_csv(folder / "scores.csv").set_index(["probe", "metric", "split", "aggregation"])["value"]
        size = "4" if "embed_dim: 4" in (folder / "config.yaml").read_text() else "8"
        for probe in ("linear", "hand_made"):
            value = scores[probe, "balanced_accuracy", "test", "pooled"]
            values.setdefault(f"embed_dim={size}" if probe == "linear" else probe, []).append(value)
    for name, found in values.items():
        assert table.loc[name, "value"] == pytest.approx(np.mean(found)), name
    assert list(table.loc["embed_dim=8", ["n_runs", "n_seeds", "n_subjects"]]) == [2, 2, 6]
    assert table.loc["hand_made", "n_replicates"] == 4
    assert table.loc["hand_made", "value"] == 1
    assert list(table.index[table["ci_low"].isna()]) == ["hand_made"]  # all subjects are alike at the end of the range


def test_the_differences_are_those_of_the_values_of_subjects(made):
    differences = pd.read_csv(made / "differences.csv")
    assert list(differences["kind"]) == ["groups"] + ["control"] * 8
    pair = differences.iloc[0]
    table = pd.read_csv(made / "table.csv").set_index("name")["value"]
    assert pair["value"] == pytest.approx(table[pair["a"]] - table[pair["b"]])
    wide = pd.read_csv(made / "per_subject.csv").pivot_table(index="subject", columns="name", values="value")
    each = wide[pair["a"]] - wide[pair["b"]]
    assert pair["d_z"] == pytest.approx(each.mean() / each.std())
    assert pair["n"] == 6
    assert 0 < pair["p"] <= pair["p_holm"] <= 1


def test_every_page_holds_the_table_the_notes_and_the_runs(made, four):
    with (made / "table.csv").open() as file:
        rows = list(csv.DictReader(file))
    texts = {name: (made / f"comparison.{name}").read_text() for name in ("md", "tex", "html")}
    for row in rows:
        value, low, high = (float(row[column] or "nan") for column in ("value", "ci_low", "ci_high"))
        cell = f"{value:.2f} [{low:.2f}, {high:.2f}]" if row["ci_low"] else f"{value:.2f}"
        assert all(cell in text for text in texts.values()), cell
        assert display_name(row["name"]) in texts["html"]
    ids = [json.loads((folder / "tracking.json").read_text())["run_id"] for folder in four]
    for text in (texts["md"], texts["html"]):
        assert all(id_ in text for id_ in ids)
        assert "averaged over all 4 runs of the table" in text
        assert "No critical-difference diagram: 2 groups, at least 3 are needed" in text
        assert "eegbench compare --outputs" in text
        assert "torch" in text
    assert texts["tex"].count(r"\toprule") == 3
    assert texts["tex"].count("{") == texts["tex"].count("}")


def test_the_methods_text_says_what_was_compared_and_cites_its_works(made):
    text, cited = (made / "methods.md").read_text(), (made / "references.bib").read_text()
    assert "by model and model.embed dim were compared by balanced accuracy" in text
    assert "pooled over the windows of 6 test subjects" in text
    assert "embed_dim=4 (2 runs, seeds 1 and 2)" in text
    assert "two-sided Wilcoxon signed-rank tests [@wilcoxon1945]" in text
    assert "Friedman" not in text  # of two groups there is no ranking
    assert re.findall(r"^@\w+\{([\w-]+),", cited, re.MULTILINE) == cited_keys(text)


def test_the_page_asks_nothing_of_any_other_place(made):
    page = (made / "comparison.html").read_text()
    assert set(re.findall(r"<(?:link|script|iframe|object)\b", page)) == set()
    sources = re.findall(r'\bsrc="([^"]{0,30})', page)
    assert sources
    assert all(source.startswith("data:image/svg+xml;base64,") for source in sources)
    assert "@import" not in page
    assert "url(" not in page
    assert "prefers-color-scheme: dark" in page


def test_mlflow_keeps_the_comparison_beside_its_runs_and_never_compares_it(made, outputs, compare, tmp_path, capfd):
    from mlflow import MlflowClient

    client = MlflowClient(f"sqlite:///{outputs}/mlflow.db")
    run = client.get_run(json.loads((made / "tracking.json").read_text())["run_id"])
    assert client.get_experiment(run.info.experiment_id).name == "two_models"
    assert run.info.run_name.startswith("comparison")
    assert run.info.status == "FINISHED"
    assert run.data.tags["kind"] == "comparison"
    assert run.data.params["group_by"] == "model,model.embed_dim"
    assert len(run.data.params["runs"].split(", ")) == 4
    table = pd.read_csv(made / "table.csv").set_index("name")["value"]
    assert run.data.metrics["test/embed_dim_8/balanced_accuracy"] == pytest.approx(table["embed_dim=8"])
    assert {file.path for file in client.list_artifacts(run.info.run_id)} >= {"comparison.html", "table.csv", "figures"}

    assert compare("--experiment", "two_models", "--into", str(tmp_path / "again"), "--no-log") == 0
    shown = capfd.readouterr()
    assert "2 runs left out: 1 the parent of a sweep, 1 made by eegbench compare" in shown.err.replace("\n", " ")
    assert "balanced accuracy" in shown.out
    assert not (tmp_path / "again" / "tracking.json").exists()


@pytest.mark.slow
def test_folds_pool_as_eegbench_pool_does(train, compare, outputs, tmp_path):
    before = set(outputs.glob("sweeps/*"))
    words = ["name=folds", "split=subject_kfold", "split.n_folds=2", "split.fold=range(0,2)", "trainer.max_passes=0"]
    assert train("-m", *words)[0] == 0
    (sweep,) = set(outputs.glob("sweeps/*")) - before
    assert compare("--experiment", "folds", "--into", str(tmp_path / "c"), "--no-log", "--metric", "macro_f1") == 0
    table = pd.read_csv(tmp_path / "c" / "table.csv").set_index("name")
    pooled = pd.read_csv(sweep / "sweep" / "pooled_scores.csv").query(
        "metric == 'macro_f1' and aggregation == 'pooled'"
    )
    pooled = pooled.set_index("probe")
    columns = ["value", "ci_low", "ci_high"]
    for probe in ("linear", *PROBES):
        row = table.iloc[0] if probe == "linear" else table.loc[probe]
        np.testing.assert_allclose(row[columns].astype(float), pooled.loc[probe, columns].astype(float))
    assert list(table.iloc[0][["n_runs", "n_replicates", "n_subjects"]]) == [2, 1, 14]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "give the runs to compare: --experiment NAME, --parent RUN or --filter TEXT."),
        (["--experiment", "two_model"], "there is no experiment 'two_model' (did you mean two_models?)"),
        (["--experiment", "two_models", "--metric", "acuracy"], "no metric 'acuracy' (did you mean accuracy?)"),
        (["--experiment", "two_models", "--group-by", "modle"], "--group-by modle: no run has such a parameter"),
        (["--experiment", "two_models", "--reference", "x"], "--reference x: there is no such group"),
        (["--experiment", "two_models", "--aggregation", "pooled,mean_per_recording"], "one table has one aggregation"),
        (["--filter", "tags.model = 'none'"], "no finished runs with predictions on test match the selection"),
        (["--filter", "nonsense"], "MLflow cannot read the filter 'nonsense'"),
        (["--parent", "nobody"], "there is no run nobody"),
        (["--experiment", "a", "--experiment=two_models"], "--experiment is given 2 times; give it once."),
        (["--experiment", "two_models", "--tracking-uri", "sqlite:////nowhere/x.db"], "there is no /nowhere/x.db"),
    ],
)
def test_bad_words_get_a_sentence(four, compare, capfd, words, message):
    assert compare(*words, "--no-log") == 1
    error = capfd.readouterr().err
    assert message in error
    assert "Traceback" not in error


def test_a_folder_with_files_is_not_written_into(four, compare, capfd):
    assert compare("--experiment", "two_models", "--into", str(four[0])) == 1
    assert "the folder already contains files" in capfd.readouterr().err
