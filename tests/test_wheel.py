"""A wheel runs away from its source: in an environment of its own, in an empty folder, with a user's options."""

import json
import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[1]


def run(*command: object, cwd: Path) -> str:
    alone = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    done = subprocess.run(
        [str(word) for word in command], cwd=cwd, env=alone, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def eegbench(tmp_path_factory) -> Path:
    """The command of a wheel; its dependencies are this environment's, which is not asked for eegbench."""
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--wheel-dir", folder, ROOT, cwd=folder)
    (wheel,) = folder.glob("eegbench-*.whl")
    run(sys.executable, "-m", "venv", "--without-pip", folder / "venv", cwd=folder)
    python = folder / "venv" / "bin" / "python"
    run(sys.executable, "-m", "pip", "--python", python, "install", "-q", "--no-deps", wheel, cwd=folder)
    # a path file adds one folder, not the path files in it: an editable eegbench there stays unseen
    (packages,) = (folder / "venv" / "lib").glob("python*/site-packages")
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return folder / "venv" / "bin" / "eegbench"


def test_the_wheel_brings_its_options_and_nothing_of_the_source(eegbench, tmp_path):
    where = "import eegbench, eegbench.config; print(eegbench.__file__, eegbench.config.conf_folder())"
    code, conf = run(eegbench.with_name("python"), "-c", where, cwd=tmp_path).split()
    assert str(ROOT) not in code
    assert (Path(conf) / "train.yaml").is_file()
    assert not (Path(code).parents[1] / "tests").exists()


def test_its_metadata_describe_it(eegbench):
    words = "from importlib.metadata import metadata as m; import json; print(json.dumps(m('eegbench').json))"
    about = json.loads(run(eegbench.with_name("python"), "-c", words, cwd=eegbench.parent))
    assert about["summary"].startswith("An experiment workbench for EEG")
    assert about["license_expression"] == "BSD-3-Clause"
    assert (about["author"], about["requires_python"]) == ("eegbench maintainers", ">=3.11")
    assert {f"Programming Language :: Python :: 3.{n}" for n in (11, 12, 13)} <= set(about["classifier"])
    assert about["description_content_type"] == "text/markdown"
    assert "# eegbench" in about["description"]


def test_it_helps_and_composes_in_an_empty_folder(eegbench, tmp_path):
    assert "train" in run(eegbench, "--help", cwd=tmp_path)
    assert "_target_: eegbench.trainer.loop.Loop" in run(eegbench, "train", "--cfg", "job", cwd=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_user_s_options_come_before_the_shipped_ones(eegbench, tmp_path):
    mine = tmp_path / "mine"
    (mine / "tracking").mkdir(parents=True)
    shipped = (ROOT / "conf" / "tracking" / "mlflow.yaml").read_text()
    (mine / "tracking" / "mlflow.yaml").write_text(shipped.replace("experiment: null", "experiment: my own"))
    (mine / "tracking" / "quiet.yaml").write_text("_target_: eegbench.tracking.folder.Folder\n")

    same_name = run(eegbench, "train", "--config-dir", "mine", "--cfg", "job", cwd=tmp_path)
    assert "experiment: my own" in same_name
    new_name = run(eegbench, "train", "--config-dir", "mine", "tracking=quiet", "--cfg", "job", cwd=tmp_path)
    assert "_target_: eegbench.tracking.folder.Folder" in new_name


@pytest.mark.study
def test_it_trains_in_an_empty_folder(eegbench, tmp_path):
    small = ["dataset.n_subjects=4", "sampler.n_pairs=20", "trainer.max_passes=1", "device=cpu"]
    words = run(eegbench, "train", *small, cwd=tmp_path)
    (line,) = [line for line in words.splitlines() if line.startswith("run: ")]
    folder = tmp_path / line.removeprefix("run: ")
    assert (folder / "scores.csv").is_file()
    assert json.loads((folder / "tracking.json").read_text())["uri"] == f"sqlite:///{tmp_path}/outputs/mlflow.db"
    assert [file.name for file in tmp_path.iterdir()] == ["outputs"]
