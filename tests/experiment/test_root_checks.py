"""Values at the root of the options are refused before anything is made of them."""

import pytest

from eegbench.__main__ import main
from eegbench.config import ConfigError
from eegbench.experiment.root_checks import MAX_SEED, check_seeds


def test_seeds_are_those_that_numpy_and_torch_take():
    check_seeds({"split": {"seed": 20261128131500}}, {"seed": (0,), "sweep.seeds": (0, MAX_SEED)})
    for key in ("seed", "sweep.seeds"):
        with pytest.raises(ConfigError, match=f"{key}=20261128131500: a whole number from 0 to 4294967295 is expected"):
            check_seeds({}, {key: (20261128131500,)})
    with pytest.raises(ConfigError, match=r"sweep\.seeds=\[1, 1\]: a seed is given twice"):
        check_seeds({}, {"sweep.seeds": (1, 1)})
    with pytest.raises(ConfigError, match=r"split\.seed=-1: whole numbers from 0 are expected"):
        check_seeds({"split": {"seed": -1}}, {})


def test_a_name_that_is_too_long_for_the_file_system_is_refused(capsys, tmp_path):
    assert main(["train", f"paths.outputs={tmp_path}", "name=" + "x" * 300]) == 1
    assert "with 1 to 150 bytes of printable characters" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_padding_that_no_sequence_would_reach_is_refused(capsys, tmp_path):
    words = ("task=supervised", "+preprocessing/padding=constant_padding")
    assert main(["train", *words, f"paths.outputs={tmp_path}"]) == 1
    assert "sampler=single_window does not draw sequences; choose task=supervised_sequence" in " ".join(
        capsys.readouterr().err.split()
    )
