"""`eegbench doctor` reports the state of an installation, and ends with 1 if something is broken."""

import json

from eegbench.__main__ import main


def test_a_new_installation_is_in_order(tmp_path, capsys):
    assert main(["doctor", f"paths.outputs={tmp_path}"]) == 0
    lines = capsys.readouterr().out.splitlines()
    topics = [line.split()[1] for line in lines if line.startswith(("ok", "warning"))]
    assert {"python", "packages", "device", "threads", "memory", "outputs", "data", "store", "tracking"} <= set(topics)
    assert lines[-1].startswith("0 broken, ")
    assert list(tmp_path.iterdir()) == []


def test_faults_are_named_with_what_to_do(tmp_path, capsys):
    (tmp_path / "mlflow.db").write_text("<html>" * 100)
    words = [f"paths.outputs={tmp_path}", "paths.roots.sleep_physionet=/no/such/folder"]
    assert main(["doctor", "--json", *words]) == 1
    found = json.loads(capsys.readouterr().out)
    broken = {one["topic"]: one for one in found if one["state"] == "broken"}
    assert broken["data"]["text"] == "paths.roots.sleep_physionet=/no/such/folder: there is no such folder"
    assert broken["tracking"]["text"].startswith(f"{tmp_path}/mlflow.db: is not a database of MLflow")
    assert broken["tracking"]["remedy"].startswith("move it aside")
    assert all(one["remedy"] for one in broken.values())


def test_a_folder_in_place_of_an_override_is_refused(capsys):
    assert main(["doctor", "outputs"]) == 1
    assert "an override is expected, say paths.outputs=outputs" in capsys.readouterr().err
