"""A resumed run has its original overrides and no others."""

import contextlib
import io
import json
import shlex

import pytest
from hydra import compose, initialize_config_dir
from hydra.types import RunMode

from eegbench.__main__ import main
from eegbench.config import conf_folder, quoted, typed
from eegbench.launch import resume
from eegbench.launch.plugin import register
from eegbench.launch.resume import with_resume


def test_without_resume_the_words_stay_as_they_are():
    assert with_resume(["seed=1", "-m"]) == ["seed=1", "-m"]


def test_resume_without_a_folder_is_refused():
    with pytest.raises(ValueError, match="resume= names no folder"):
        with_resume(["resume=", "seed=1"])


def run_folder(tmp_path):
    (tmp_path / ".hydra").mkdir()
    (tmp_path / ".hydra" / "overrides.yaml").write_text("- seed=3\n- resume='/elsewhere'\n- model=stager_net\n")
    return tmp_path


def test_resume_takes_the_options_of_the_run_and_its_folder(tmp_path):
    folder = run_folder(tmp_path)
    words = with_resume([f"resume={folder}", "--config-dir=mine"])
    own = [f'resume="{folder}"', f'hydra.run.dir="{folder}"', "hydra.mode=RUN"]
    assert words == ["--config-dir=mine", "seed=3", "model=stager_net", *own]


def test_a_resumed_run_may_iterate_longer(tmp_path):
    folder = run_folder(tmp_path)
    words = with_resume([f"resume={folder}", "probe.of.linear.max_iter=9"])
    assert words[2:4] == ["probe.of.linear.max_iter=9", f'resume="{folder}"']


def test_a_job_of_a_sweep_in_a_file_is_resumed_by_itself(tmp_path):
    (tmp_path / ".hydra").mkdir()
    (tmp_path / ".hydra" / "overrides.yaml").write_text("- split.fold=3\n- +sweep=folds\n")
    words = with_resume([f"resume={tmp_path}"])
    register()
    with initialize_config_dir(str(conf_folder()), version_base="1.3"):
        made = compose("train", overrides=["name=test", *words], return_hydra_config=True)
    assert (made.hydra.mode, made.split.fold, made.split.n_folds) == (RunMode.RUN, 3, 25)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["Anna's Drive", "two words", "site=A", "a,b", "a(1)", "Zürich", "a\\b", 'say "hi"'])
def test_a_run_is_resumed_wherever_its_folder_lies(tmp_path, name):
    (tmp_path / name).mkdir()
    folder = run_folder(tmp_path / name)
    for typed_words in (shlex.split(typed("resume", folder)), [f"resume={quoted(str(folder))}"], [f"resume={folder}"]):
        words = with_resume(typed_words)
        with initialize_config_dir(str(conf_folder()), version_base="1.3"):
            config = compose("train", overrides=["name=test", *words])
        assert config.resume == str(folder)


@pytest.mark.parametrize("other", ["seed=4", "-m"])
def test_resume_takes_no_other_options(tmp_path, other):
    with pytest.raises(ValueError, match=f"leave {other} out"):
        with_resume([f"resume={run_folder(tmp_path)}", other])


def test_resume_of_a_folder_without_a_run_and_of_a_finished_run_is_refused(tmp_path, capsys):
    assert main(["train", f"resume={tmp_path}"]) == 1
    assert "there is no run in this folder" in capsys.readouterr().err
    run_folder(tmp_path)
    (tmp_path / "summary.json").write_text("{}")
    assert main(["train", f"resume={tmp_path}"]) == 1
    assert "this run is finished" in capsys.readouterr().err


def finished_folder(tmp_path, stopped, max_passes=2):
    folder = run_folder(tmp_path)
    (folder / "config.yaml").write_text(f"trainer: {{max_passes: {max_passes}}}\n")
    (folder / "summary.json").write_text(json.dumps({"stopped": stopped}))
    return folder


def test_a_finished_run_is_extended_by_a_larger_number_of_passes(tmp_path, monkeypatch):
    monkeypatch.setattr(resume, "_places", lambda folder: {})
    folder = finished_folder(tmp_path, "trainer.max_passes=2 reached")
    assert "trainer.max_passes=4" in with_resume([f"resume={folder}", "trainer.max_passes=4"])
    for words, said in (
        ([], "this run is finished; .* To train it for more passes, add trainer.max_passes=N"),
        (["trainer.max_passes=2"], "expected a number above 2"),
        (["trainer.max_passes=many"], "expected a number above 2"),
        (["trainer.max_passes=4", "seed=1"], "leave seed=1 out"),
    ):
        with pytest.raises(ValueError, match=said):
            with_resume([f"resume={folder}", *words])


def test_a_run_that_stopped_early_or_was_pruned_is_not_extended(tmp_path):
    folder = finished_folder(tmp_path, "valid_loss had not improved for trainer.patience=3 passes")
    with pytest.raises(ValueError, match=r"ended early \(valid_loss had not improved .*encoder="):
        with_resume([f"resume={folder}", "trainer.max_passes=4"])
    (folder / "summary.json").write_text('{"pruned": {"pass": 1, "value": 0.5}}')
    with pytest.raises(ValueError, match="its sweep pruned it"):
        with_resume([f"resume={folder}", "trainer.max_passes=4"])


@pytest.mark.slow
def test_an_extended_run_is_that_which_had_all_passes_from_the_start_and_is_marked(train, toy_options, tmp_path, capfd):
    words = [f"paths.outputs={tmp_path}", "name=extended", "figures=[]"]
    assert train(*words, "trainer.max_passes=1")[0] == 0
    (folder,) = tmp_path.glob("runs/*")
    again = [f"--config-dir={toy_options}", "trust=[toy]", f"resume={folder}", "trainer.max_passes=2"]
    assert main(["train", *again]) == 0
    assert "had been finished after 1 passes" in " ".join(capfd.readouterr().err.split())
    assert "1 run was extended by more passes after the test scores were known" in compared_notes(tmp_path)
    assert train(*words, "trainer.max_passes=2")[0] == 0
    (whole,) = set(tmp_path.glob("runs/*")) - {folder}
    one, two = (json.loads((run / "summary.json").read_text()) for run in (folder, whole))
    scores = [name for name in two["metrics"] if name.startswith(("test/", "valid/"))]
    assert scores
    assert [one["metrics"][name] for name in scores] == [two["metrics"][name] for name in scores]
    assert (one["extended"], two["extended"]) == ([1], [])
    assert one["identity"] != two["identity"]
    assert "it had been finished after 1 passes" in (folder / "report.html").read_text()


def compared_notes(outputs):
    """Compare the runs of an outputs folder; return what is printed on standard error."""
    with contextlib.redirect_stderr(io.StringIO()) as said:
        assert (
            main(["compare", "--experiment", "extended", "--outputs", str(outputs), "--group-by", "trainer.max_passes"])
            == 0
        )
    return " ".join(said.getvalue().split())
