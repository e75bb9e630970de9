"""Text about the software of a run, with citations."""

from collections.abc import Mapping

from eegbench.document.bibliography import misc
from eegbench.document.prose import listed

CITED = {"torch": "PyTorch", "mne": "MNE-Python", "scikit-learn": "scikit-learn"}
KEYS = {"torch": "paszke2019", "mne": "gramfort2013", "scikit-learn": "pedregosa2011"}


def software_text(versions: Mapping[str, str]) -> str:
    """Return a sentence with the software and its versions."""
    commit = f", commit {versions['git_commit'][:12]}" if "git_commit" in versions else ""
    changed = " with local changes" if versions.get("git_state") == "modified" else ""
    own = f"eegbench {versions['eegbench']} [@eegbench]{commit}{changed}"
    named = [f"{name} {versions[package]} [@{KEYS[package]}]" for package, name in CITED.items()]
    others = [f"NumPy {versions['numpy']}", f"Python {versions['python']}"]
    return f"Software: {listed([own, *named, *others])}."


def package_entry(versions: Mapping[str, str]) -> dict[str, str]:
    """Return the BibTeX entry of eegbench, by its key."""
    commit = f"git commit {versions['git_commit']}" if "git_commit" in versions else ""
    return {"eegbench": misc("eegbench", "eegbench", version=versions["eegbench"], note=commit)}
