"""Check of Python and of the installed packages against the requirements of eegbench."""

import platform
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, requires, version

from packaging.requirements import Requirement

from eegbench import __version__
from eegbench.installation.finding import Finding

SHOWN = ("torch", "numpy", "mne", "scikit-learn", "hydra-core", "optuna", "mlflow")
"""Packages whose versions are shown."""

OPTIONAL = {"braindecode": "braindecode", "bids": "mne-bids", "moabb": "moabb", "riemann": "pyriemann"}
"""Package that each optional part of eegbench needs."""


def check_packages() -> list[Finding]:
    """Check the versions of Python, of eegbench and of all packages that it requires."""
    python = Finding("python", "ok", f"Python {platform.python_version()}, eegbench {__version__}")
    try:
        required = requires("eegbench") or []
    except PackageNotFoundError:
        text, remedy = (
            "eegbench runs from a folder and is not installed",
            "pip install -e . in the folder of its source",
        )
        return [python, Finding("packages", "warning", text, remedy)]
    return [python, *check_requirements([Requirement(one) for one in required]), _optional()]


def check_requirements(required: Sequence[Requirement]) -> list[Finding]:
    """Compare installed versions with requirements; those of optional parts are left out."""
    needed = [one for one in required if one.marker is None or one.marker.evaluate({"extra": ""})]
    wrong = [Finding("packages", "broken", said, f"pip install '{one}'") for one in needed if (said := _wrong(one))]
    shown = ", ".join(f"{name} {version(name)}" for name in SHOWN if _is_there(name))
    right = f"{len(needed) - len(wrong)} of {len(needed)} required packages have a supported version ({shown})"
    return [*wrong, Finding("packages", "ok", right)]


def _wrong(needed: Requirement) -> str:
    """Return what is wrong with the installed version; empty if nothing is."""
    if not _is_there(needed.name):
        return f"{needed.name} is not installed"
    found = version(needed.name)
    fits = needed.specifier.contains(found, prereleases=True)
    return "" if fits else f"{needed.name} {found} is installed, and {needed.specifier} is required"


def _optional() -> Finding:
    there = [extra for extra, package in OPTIONAL.items() if _is_there(package)]
    missing = [extra for extra in OPTIONAL if extra not in there]
    add = f"; pip install 'eegbench[{','.join(missing)}]' adds {', '.join(missing)}" if missing else ""
    return Finding("optional", "ok", f"optional parts: {', '.join(there) or 'none'}{add}")


def _is_there(package: str) -> bool:
    try:
        version(package)
    except PackageNotFoundError:
        return False
    return True
