import pytest
from packaging.requirements import Requirement

from eegbench.installation.packages import check_requirements


@pytest.mark.parametrize(
    ("requirement", "said"),
    [
        ("numpy<1.0", "is installed, and <1.0 is required"),
        ("no-such-package>=2", "no-such-package is not installed"),
    ],
)
def test_a_package_that_does_not_fit_is_broken_with_the_command_that_mends_it(requirement, said):
    first, last = check_requirements([Requirement(requirement), Requirement("torch>=2")])
    assert first.state == "broken"
    assert said in first.text
    assert first.remedy == f"pip install '{requirement}'"
    assert last.text.startswith("1 of 2 required packages")


def test_packages_of_optional_parts_are_not_required():
    (only,) = check_requirements([Requirement('no-such-package; extra == "bids"')])
    assert only.state == "ok"
