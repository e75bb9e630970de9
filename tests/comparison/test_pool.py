import pytest

from eegbench.comparison.pool import find_runs


def test_a_folder_that_does_not_exist_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="nothere: there is no such folder"):
        find_runs([tmp_path, tmp_path / "nothere"])
    assert find_runs([tmp_path]) == []
