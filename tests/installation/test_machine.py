from collections import namedtuple

import pytest

from eegbench.installation import machine


@pytest.mark.parametrize(
    ("free_gb", "state", "remedy"),
    [(0.5, "broken", "paths.outputs=FOLDER"), (5.0, "warning", "will not fit"), (50.0, "ok", "")],
)
def test_the_space_of_the_disk_decides(monkeypatch, tmp_path, free_gb, state, remedy):
    usage = namedtuple("usage", "free")(free_gb * 1e9)
    monkeypatch.setattr(machine.shutil, "disk_usage", lambda path: usage)
    (found,) = machine.check_outputs(tmp_path / "outputs")
    assert found.state == state
    assert remedy in found.remedy


def test_a_file_in_place_of_the_outputs_folder_is_a_fault(tmp_path):
    (tmp_path / "outputs").write_text("")
    (found,) = machine.check_outputs(tmp_path / "outputs" / "deeper")
    assert found.state == "broken"
    assert "is a file" in found.text


def test_a_gpu_that_torch_does_not_see_is_a_warning(monkeypatch):
    monkeypatch.setattr(machine, "has_gpu", lambda: False)
    assert machine.check_device(has_driver=False).state == "ok"
    found = machine.check_device(has_driver=True)
    assert found.state == "warning"
    assert "install a CUDA build of torch" in found.remedy


def test_more_threads_than_cores_are_a_warning(monkeypatch):
    monkeypatch.setattr(machine, "n_threads", lambda: 8)
    monkeypatch.setattr(machine, "n_cores", lambda: 2)
    monkeypatch.setenv("OMP_NUM_THREADS", "8")
    found = machine.check_threads()
    assert (found.state, found.remedy) == ("warning", "export OMP_NUM_THREADS=2")
    assert "OMP_NUM_THREADS=8" in found.text


def test_little_memory_is_a_warning(monkeypatch):
    memory = namedtuple("memory", "available total")(1e9, 8e9)
    monkeypatch.setattr(machine.psutil, "virtual_memory", lambda: memory)
    assert machine.check_memory().state == "warning"
