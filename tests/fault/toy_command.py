"""The command whose processes are killed: a small run on the toy, with a probe after each pass."""

from collections.abc import Sequence
from pathlib import Path

from toy import SMALL

TOY = """
_target_: toy.ToyDataset
folder: {folder}/toy
n_subjects: 6
on_bad_recording: raise
bad: []
"""


def options_in(folder: Path) -> Path:
    """Write the options of the toy below a folder, and return their folder."""
    file = folder / "mine/dataset/toy.yaml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(TOY.format(folder=folder))
    return folder / "mine"


def words_for(options: Path, outputs: Path) -> list[str]:
    """Return the command that trains in an outputs folder."""
    more = ["trainer.max_passes=2", "probe.every=1", f"paths.outputs={outputs}"]
    return ["train", f"--config-dir={options}", *SMALL, *more]


def again(words: Sequence[str], options: Path, outputs: Path) -> list[str]:
    """Return the command after a fault: the run in its folder if there is one, otherwise the same command."""
    found = [file.parents[1] for file in outputs.glob("runs/*/.hydra/overrides.yaml")]
    return ["train", f"--config-dir={options}", "trust=[toy]", f"resume={found[0]}"] if found else list(words)
