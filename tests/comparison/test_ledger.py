"""A comparison says which subjects the encoders have seen that its runs loaded from other runs."""

import json
from collections import Counter
from dataclasses import replace

import pandas as pd
import pytest

from eegbench.__main__ import main
from eegbench.comparison.files import captions, points_of
from eegbench.comparison.groups import group_runs
from eegbench.comparison.notes import notes
from eegbench.comparison.page import Report, as_markdown, as_page
from eegbench.comparison.sheets import ledger_sheet, scores_sheet
from eegbench.comparison.tables import Question, compare_groups

QUESTION = Question(("encoder",), "balanced_accuracy", "pooled", "test", None)


def test_each_loaded_encoder_has_a_row_for_each_population(make_run):
    seen = {"sleep_edf": [f"{i:02}" for i in range(15)], "dod_h": ["<b>"]}
    loaded = replace(make_run(encoder="runs/a"), seen=seen)
    comparison = compare_groups(group_runs([loaded, make_run(encoder=None)], QUESTION.by), QUESTION)
    sheet = ledger_sheet(comparison)
    assert [row[1:] for row in sheet.rows] == [
        ("runs/a", "sleep_edf", "00, 01, 02, 03, 04, 05, 06, 07, 08, 09, 10, 11, …", "15", "no"),
        ("runs/a", "dod_h", "<b>", "1", "no"),
    ]
    report = Report(
        comparison, notes(comparison, Counter()), "eegbench compare", {}, captions(comparison, points_of(comparison))
    )
    assert "Subjects that loaded encoders have seen" in as_markdown(report)
    page = as_page(report, dict.fromkeys(report.captions, b"<svg/>"))
    assert "Subjects that loaded encoders have seen" in page
    assert "&lt;b&gt;" in page


def test_a_file_of_weights_has_a_row_that_says_that_its_subjects_are_not_known(make_run):
    loaded = replace(make_run(model__weights="labram.safetensors"), seen={"": ()})
    question = replace(QUESTION, by=("model.weights",))
    sheet = ledger_sheet(compare_groups(group_runs([loaded, make_run(model__weights=None)], question.by), question))
    assert [row[1:] for row in sheet.rows] == [("labram.safetensors", "not known", "not known", "?", "?")]


def test_encoders_that_were_trained_with_labels_are_marked_in_the_table_of_scores(make_run):
    with_labels = replace(make_run(tags={"task": "supcon"}), used_labels=True)
    question = replace(QUESTION, by=("task",))
    sheet = scores_sheet(
        compare_groups(group_runs([with_labels, make_run(tags={"task": "simclr"})], question.by), question)
    )
    assert {row[0] for row in sheet.rows[:2]} == {"supcon (labels)", "simclr"}
    assert sheet.note.endswith("(labels): labels of train trained the encoder, not only the probe.")
    plain = scores_sheet(compare_groups(group_runs([make_run(tags={"task": "simclr"})], question.by), question))
    assert "(labels)" not in plain.note


def test_without_loaded_encoders_there_is_no_table(make_run):
    assert ledger_sheet(compare_groups(group_runs([make_run()], ("seed",)), replace(QUESTION, by=("seed",)))) is None


@pytest.mark.slow
def test_the_subjects_are_those_of_both_runs(finished, train, outputs, tmp_path, capsys):
    status, (folder,) = train("name=with_encoder", f"encoder={finished}", "trainer.max_passes=1", "figures=[]")
    assert status == 0
    into = tmp_path / "comparison"
    words = [f"--outputs={outputs}", "--experiment=with_encoder", "--group-by=encoder", f"--into={into}", "--no-log"]
    assert main(["compare", *words]) == 0
    capsys.readouterr()
    splits = [json.loads((one / "split.json").read_text()) for one in (finished, folder)]
    used = {subject for one in splits for split in ("train", "valid") for subject in one[split]["subjects"]}
    (row,) = [line for line in (into / "comparison.md").read_text().splitlines() if f"| {len(used)} | " in line]
    assert str(finished) in row.replace("\\", "")
    assert len(pd.read_csv(into / "table.csv"))
