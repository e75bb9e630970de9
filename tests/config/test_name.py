"""Names that become folders and experiments."""

import pytest

from eegbench.config import ConfigError, check_name


@pytest.mark.parametrize(
    "name", ["sleep_physionet", "pilot/eeg", "schlaf🧠", "it's", ".hidden", "2024", "a b", "CON:1"]
)
def test_a_name_may_be_any_that_a_folder_can_have(name, tmp_path):
    check_name(name, "name")
    (tmp_path / name).mkdir(parents=True)
    assert [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*")][-1] == name


@pytest.mark.parametrize("name", ["", " ", "../up", "a//b", "/a", "a/", "x\ny", "x" * 151, "."])
def test_a_name_that_no_folder_below_the_outputs_can_have_is_refused(name):
    with pytest.raises(ConfigError, match="name=.*: a name of a folder is expected, with 1 to 150 bytes"):
        check_name(name, "name")
