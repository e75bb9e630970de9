"""A tampered run folder: no command calls, trusts or evaluates anything that its files contain."""

import json
import shutil

import pytest
import torch
import yaml
from safetensors.torch import save_file

from eegbench.__main__ import main
from eegbench.experiment.run_folder import finished_metrics

pytestmark = pytest.mark.slow

SMALL = [
    "dataset.n_subjects=4",
    "dataset.hours=1",
    "model.n_filters=4",
    "sampler.n_pairs=60",
    "sampler.tau_neg_s=600",
    "trainer.max_passes=1",
    "tracking=folder",
    "figures=[]",
    "device=cpu",
    "probe.of.linear.C=0.01",
]


@pytest.fixture(scope="module")
def honest(tmp_path_factory):
    """A finished run of shipped options."""
    outputs = tmp_path_factory.mktemp("honest")
    assert main(["train", *SMALL, f"paths.outputs={outputs}"]) == 0
    (run,) = outputs.glob("runs/*")
    return run


@pytest.fixture
def run(honest, tmp_path):
    """A copy of that run, for tampering."""
    outputs = tmp_path / "given"
    shutil.copytree(honest.parents[1], outputs)
    return outputs / "runs" / honest.name


@pytest.fixture
def trap(tmp_path):
    """Path of a file that is only created if a forbidden function is called."""
    return tmp_path / "called"


def command(trap):
    return {"_target_": "os.system", "command": f"touch {trap}"}


def own_program(trap):
    evil = f"+hydra.callbacks.evil={{_target_: os.system, command: 'touch {trap}'}}"
    return {"_target_": "eegbench.__main__.main", "argv": ["train", evil]}


def writer(trap):
    return {"_target_": "eegbench.atomic.write_text", "path": str(trap), "text": "x"}


def saver(trap):
    return {"_target_": "eegbench.inference.network.save_file", "tensors": {}, "filename": str(trap)}


MLFLOW = {
    "_target_": "eegbench.tracking.mlflow.Mlflow",
    "uri": None,
    "folder": "outputs",
    "experiment": None,
    "metrics": "headline",
}
NODES = [command, own_program, writer, saver]


def change(file, **changes):
    options = yaml.safe_load(file.read_text())
    file.write_text(yaml.safe_dump({**options, **changes}))


def refused(words, capfd, trap, message):
    status = main(words)
    said = capfd.readouterr().err
    assert status == 1
    assert message in said, said
    assert "Traceback" not in said
    assert not trap.exists()


GROUPS = ["dataset", "preprocessing", "split", "store", "tracking", "model", "task", "sampler", "trainer"]


@pytest.mark.parametrize(
    ("group", "node"), [*((group, command) for group in GROUPS), *(("dataset", node) for node in NODES)]
)
def test_explain_calls_nothing_that_config_yaml_names(run, capfd, trap, group, node):
    change(run / "config.yaml", **{group: node(trap)})
    refused(["explain", f"run={run}", "figures=[]", "device=cpu"], capfd, trap, f"{group}._target_=")


@pytest.mark.parametrize("key", ["uri", "folder"])
def test_explain_sends_nothing_to_a_tracker_that_config_yaml_names(run, capfd, tmp_path, monkeypatch, key):
    monkeypatch.setattr("socket.create_connection", lambda *_, **__: pytest.fail("an address was asked"))
    place = {"uri": "postgresql://me:geheim@127.0.0.1/db", "folder": str(tmp_path / "elsewhere")}[key]
    tracking = yaml.safe_load((run / "config.yaml").read_text())["tracking"]
    change(run / "config.yaml", tracking=MLFLOW | {key: place} if "uri" not in tracking else tracking | {key: place})
    words = ["explain", f"run={run}", "trust=[toy]", "figures=[]", "device=cpu", "interpretability=filter_spectrum"]
    assert main(words) == 0
    said = " ".join(capfd.readouterr().err.split())
    assert "only a command line may choose where data are sent" in said
    assert f"eegbench track {run} --tracking-uri URI" in said
    assert "geheim" not in said
    assert not (tmp_path / "elsewhere").exists()


def test_explain_does_not_take_the_folders_word_for_whom_to_trust(run, capfd, trap):
    change(run / "config.yaml", trust=["os"], dataset=command(trap))
    refused(["explain", f"run={run}"], capfd, trap, "this run used classes of os. A run's folder is not trusted")


def test_a_trusted_module_is_no_permission_to_call_its_functions(run, capfd, trap):
    change(run / "config.yaml", trust=["os"], dataset=command(trap))
    words = ["explain", f"run={run}", "trust=[os]"]
    refused(words, capfd, trap, "a concrete class that derives from eegbench.dataset.base.Dataset is expected here")


def test_explain_evaluates_no_interpolation_of_the_folder(run, capfd, trap, monkeypatch):
    monkeypatch.setenv("SECRET", "hidden")
    explained = yaml.safe_load((run / "config.yaml").read_text())["explain"]
    change(run / "config.yaml", explain={**explained, "bands_hz": [["${oc.env:SECRET}", 1.0, 4.0]]})
    refused(["explain", f"run={run}"], capfd, trap, "contains an interpolation")
    change(run / "config.yaml", explain=explained, name="${oc.env:SECRET}")
    assert main(["explain", f"run={run}", "figures=[]", "device=cpu", "interpretability=amplitude_gradient"]) == 0
    assert "hidden" not in "".join(file.read_text(errors="ignore") for file in run.rglob("*") if file.is_file())


@pytest.mark.parametrize("node", NODES)
def test_explain_builds_no_other_model_than_that_of_the_config(run, capfd, trap, node):
    file = run / "model" / "model.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"encoder": node(trap)}))
    refused(["explain", f"run={run}", "device=cpu"], capfd, trap, "the model is not the one in the run's config.yaml")


@pytest.mark.parametrize("node", NODES)
def test_explain_builds_no_other_sequence_encoder_than_one_of_eegbench(run, capfd, trap, node):
    file = run / "model" / "model.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"sequence": node(trap)}))
    refused(["explain", f"run={run}", "device=cpu"], capfd, trap, "task.sequence._target_=")


@pytest.mark.parametrize("node", NODES)
def test_an_encoder_to_start_from_is_compared_before_anything_is_built(run, capfd, trap, node):
    file = run / "model" / "model.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"encoder": node(trap)}))
    words = ["train", *SMALL, f"paths.outputs={run.parents[1]}", f"encoder={run}"]
    refused(words, capfd, trap, "contains another model")


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"format": 3}', '{"format": 2, "encoder": {}, "classes": [], "form": {}}']
)
def test_a_model_that_is_none_is_named(run, capfd, trap, text):
    (run / "model" / "model.json").write_text(text)
    words = ["train", *SMALL, f"paths.outputs={run.parents[1]}", f"encoder={run}"]
    refused(words, capfd, trap, "model.json: this is not the description of a model")


STORED = {
    "--config-dir=/tmp": "it is a flag",
    "--info": "it is a flag",
    "-m": "it is a flag",
    "+hydra.callbacks.evil={_target_: os.system, command: touch x}": "sets up Hydra",
    "++hydra.callbacks.evil._target_=os.system": "sets up Hydra",
    "+hydra/callbacks=evil": "sets up Hydra",
    "hydra/job_logging=evil": "sets up Hydra",
    "hydra.searchpath=[file:///tmp]": "sets up Hydra",
    "hydra.run.dir=/tmp/elsewhere": "sets up Hydra",
    "~hydra.callbacks.sweeping": "sets up Hydra",
    "+model@hydra.callbacks.evil=chambon2018": "sets up Hydra",
    "hydra/launcher@hydra.launcher=joblib": "sets up Hydra",
    "trust=[os]": "sets the trusted modules",
    "+trust=[os]": "sets the trusted modules",
    "++trust=[os]": "sets the trusted modules",
    "~trust": "sets the trusted modules",
    "trust.0=os": "sets the trusted modules",
    "name=${oc.env:SECRET}": "computed on this machine",
    "name=${paths.${oc.env:SECRET}}": "cannot be read as an override",
    "name='${paths.${oc.env:SECRET}}'": "computed on this machine",
    "name='a${oc.decode:${oc.env:SECRET}}'": "computed on this machine",
    "tracking.uri=http://127.0.0.1:5995": "says where data are sent",
    "++tracking.uri=http://127.0.0.1:5995": "says where data are sent",
    "tracking.folder=/tmp": "says where data are sent",
    "+tracking={uri: 'http://127.0.0.1:5995'}": "says where data are sent",
    "tracking._target_=eegbench.tracking.mlflow.Mlflow": "says where data are sent",
    "name=": "",
    "not an override": "cannot be read as an override",
    "a=1\nhydra.run.dir=/tmp": "",
    " hydra.run.dir=/tmp": "",
}


@pytest.mark.parametrize("word", STORED)
def test_resume_refuses_stored_words_that_could_do_more_than_set_an_option(run, capfd, trap, word):
    (run / "summary.json").unlink()
    file = run / ".hydra" / "overrides.yaml"
    file.write_text(yaml.safe_dump([*yaml.safe_load(file.read_text()), word]))
    refused(["train", f"resume={run}"], capfd, trap, STORED[word])


@pytest.mark.parametrize("node", NODES)
def test_resume_builds_what_the_words_compose_not_what_config_yaml_says(run, capfd, trap, node):
    (run / "summary.json").unlink()
    change(run / "config.yaml", dataset=node(trap))
    refused(["train", f"resume={run}"], capfd, trap, "set the earlier value, or start a new run")


@pytest.mark.parametrize("node", NODES)
def test_resume_calls_no_function_that_a_stored_word_names(run, capfd, trap, node):
    (run / "summary.json").unlink()
    (run / "config.yaml").unlink()
    file = run / ".hydra" / "overrides.yaml"
    words = [word for word in yaml.safe_load(file.read_text()) if not word.startswith("model.")]
    values = [f"++model.{name}={json.dumps(value)}" for name, value in node(trap).items() if name != "argv"]
    file.write_text(yaml.safe_dump([*words, *values]))
    refused(["train", f"resume={run}"], capfd, trap, "model._target_=")


def test_the_user_may_type_what_the_folder_may_not_say(run, capfd, monkeypatch):
    monkeypatch.setenv("NAME", "simulated_sleep")
    (run / "summary.json").unlink()
    file = run / ".hydra" / "overrides.yaml"
    file.write_text(yaml.safe_dump([*yaml.safe_load(file.read_text()), "name=${oc.env:NAME}"]))
    assert main(["train", f"resume={run}"]) == 1
    assert "add it to this command" in capfd.readouterr().err
    assert main(["train", f"resume={run}", "name=${oc.env:NAME}"]) == 0


def test_pool_reads_hostile_folders_as_text(run, honest, capfd, trap, monkeypatch, tmp_path):
    monkeypatch.setenv("SECRET", "hidden")
    change(run / "config.yaml", dataset=command(trap), trust=["os"], name="${oc.env:SECRET}")
    assert main(["pool", str(run), str(honest), "--into", str(tmp_path / "pooled")]) == 1
    said = capfd.readouterr().err
    assert "the runs differ in dataset" in said
    assert "hidden" not in said
    assert not trap.exists()


@pytest.mark.parametrize("content", [b"", b"x", b"\xff" * 64])
def test_weights_that_are_none_are_named(run, capfd, trap, content):
    (run / "model" / "model.safetensors").write_bytes(content)
    words = ["train", *SMALL, f"paths.outputs={run.parents[1]}", f"encoder={run}"]
    refused(words, capfd, trap, "not a file of saved weights")
    refused(["explain", f"run={run}", "device=cpu"], capfd, trap, "not a file of saved weights")


def test_weights_of_another_model_are_named(run, capfd, trap):
    save_file({"encoder.other": torch.zeros(3)}, run / "model" / "model.safetensors")
    words = ["train", *SMALL, f"paths.outputs={run.parents[1]}", f"encoder={run}"]
    refused(words, capfd, trap, "these weights do not fit the model")
    refused(["explain", f"run={run}", "device=cpu"], capfd, trap, "these weights do not fit the model")


DAMAGED = [
    "[" * 100_000,
    "",
    "{",
    "[]",
    "3",
    "null",
    '{"metrics": 3}',
    '{"metrics": {"a": "b"}}',
    '{"pruned": 3}',
    '{"metrics": null}',
]


@pytest.mark.parametrize("text", DAMAGED)
def test_a_summary_that_is_none_is_named(run, text):
    (run / "summary.json").write_text(text)
    with pytest.raises(ValueError, match=r"summary\.json"):
        finished_metrics(run)


@pytest.mark.parametrize("threads", ["-3", "many", None])
def test_a_resumed_run_takes_no_number_of_threads_that_cannot_be(run, threads):
    (run / "summary.json").unlink()
    file = run / "environment.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"threads": threads}))
    assert main(["train", f"resume={run}"]) == 0


@pytest.mark.parametrize("text", ["", "[]", '{"seen": 3}', '{"seen": {"a": 3}}', "{}"])
def test_an_encoder_whose_subjects_are_not_known_is_refused(run, capfd, trap, text):
    (run / "split.json").write_text(text)
    refused(["train", *SMALL, f"paths.outputs={run.parents[1]}", f"encoder={run}"], capfd, trap, "split.json")


@pytest.mark.parametrize("text", ["", "- a", "3", "a: [", "explain: 3", "paths: 3\nexplain: {}", "\x00"])
def test_a_config_that_is_none_is_named(run, capfd, trap, text):
    (run / "config.yaml").write_text(text)
    refused(["explain", f"run={run}"], capfd, trap, "config.yaml")
