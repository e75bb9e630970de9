"""Words of the command line are found however they are typed."""

import pytest

from eegbench.launch.override import config_dir


@pytest.mark.parametrize(
    "argv", [["x", "--config-dir", "mine"], ["x", "--config-dir=mine"], ["x", "a=1", "-cd", "mine"]]
)
def test_the_users_folder_is_found_however_it_is_given(argv):
    assert config_dir(argv) == "mine"
