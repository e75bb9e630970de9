"""Check of a folder that may come from a stranger: its files are regular files, and lie in it.

A link may lead to private files, which a command would show or send; a pipe or a device is read without end.
"""

import os
import stat
from pathlib import Path

LARGE, LEAST_SHARE = 2**27, 0.01
"""Files of more bytes than this are refused if a smaller share of them is on disk: a copy would fill the disk."""


def check_own_files(folder: Path) -> None:
    """Refuse a folder with a link that leaves it, a pipe, a socket, a device, or a large file that is not on disk.

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
            elif name in files:
                _check_file(path)


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
    if path.parent == folder and not path.is_symlink():
        return path.is_file()
    return path.is_file() and path.resolve().is_relative_to(folder.resolve())


def _check_file(path: Path) -> None:
    found = path.lstat()
    if not stat.S_ISREG(found.st_mode):
        raise ValueError(
            f"{path}: this is a pipe, socket or device, and only files are read from a run's folder; remove it."
        )
    on_disk = 512 * getattr(found, "st_blocks", found.st_size)  # Windows does not tell
    if found.st_size > LARGE and on_disk < LEAST_SHARE * found.st_size:
        raise ValueError(
            f"{path}: this file has {found.st_size:,} bytes, of which {on_disk:,} are on disk; no run writes such a "
            "file: remove it."
        )


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
