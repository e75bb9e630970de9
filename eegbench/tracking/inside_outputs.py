"""Check that the database of an outputs folder stores files in that folder: it may come from a stranger."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

from eegbench.tracking.database import Place


def check_inside(files: str, place: Place, outputs: Path) -> None:
    """Check where a database stores the files of a run or an experiment.

    Parameters
    ----------
    files
        Address of the files, as the database has it.
    place
        The database.
    outputs
        The outputs folder.

    Raises
    ------
    ValueError
        If the files are not in the outputs folder.
    """
    address = urlsplit(files)
    folder = Path(unquote(address.path))
    if address.scheme in ("", "file") and folder.resolve().is_relative_to(outputs.resolve()):
        return
    named = f"tracking.uri={place.public_uri} (eegbench track: --tracking-uri {place.public_uri})"
    raise ValueError(
        f"{place.public_uri} stores files of this run in {files}, outside {outputs}; the database is a copy, or was "
        f"made by someone else. If the place is right, confirm it with {named}; otherwise use another folder, or "
        "tracking=folder."
    )
