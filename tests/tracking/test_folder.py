from eegbench.tracking import tracked
from eegbench.tracking.folder import Folder


def test_the_run_s_folder_stays_as_it_is(make_facts):
    facts = make_facts()
    (facts.folder / "scores.csv").write_text("probe\n")
    with tracked(Folder(), facts) as run:
        run.log_pass(0, {"loss": 1.0})
        run.finish(metrics={"loss": 1.0}, model=None)
    assert [file.name for file in facts.folder.iterdir()] == ["scores.csv"]
    assert run.link == str(facts.folder)
