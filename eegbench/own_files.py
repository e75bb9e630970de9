"""Check of a folder that may come from a stranger: its files are regular files, and lie in it.

A link may lead to private files, which a command would show or send; a pipe or a device is read without end.
"""

import os
import stat
from pathlib import Path


def check_own_files(folder: Path) -> None:
    """Refuse a folder with a link that leaves it, a pipe, a socket or a device.

    The folder itself may be a link.

    Parameters
    ----------
    folder
        The folder, with all folders below it.

    Raises
    ------
    ValueError
        If something in it is refused; the message names it.
    """
    root = folder.resolve()
    for place, folders, files in os.walk(root):
        for name in (*folders, *files):
            path = Path(place, name)
            if path.is_symlink():
                _check_link(path, root)
            elif name in files and not stat.S_ISREG(path.lstat().st_mode):
                raise ValueError(
                    f"{path}: this is a pipe, socket or device, and only files are read from a run's folder; remove it."
                )


def check_readable(folder: Path) -> None:
    """Refuse a run's folder whose name would be evaluated, or whose files are not its own.

    Raises
    ------
    ValueError
        If it is refused; the message names what is wrong. A folder that does not exist is not refused.
    """
    if "${" in str(folder):
        raise ValueError(f"{folder}: a folder whose name contains ${{ cannot be named in an option; rename it.")
    if folder.is_dir():
        check_own_files(folder)


def is_own_file(path: Path, folder: Path) -> bool:
    """Return whether a path is that of a regular file in a folder, not of a link that leaves it."""
    return path.is_file() and path.resolve().is_relative_to(folder.resolve())


def _check_link(path: Path, root: Path) -> None:
    try:
        leads = path.resolve(strict=False)
    except (OSError, RuntimeError) as error:  # a ring of links
        raise ValueError(f"{path}: this link leads nowhere ({error}); remove it.") from error
    if not leads.is_relative_to(root):
        raise ValueError(
            f"{path}: this link leads out of the folder, to {leads}, and only a run's own files are read; replace it "
            "by a copy of the file if it belongs to the run, or remove it."
        )
