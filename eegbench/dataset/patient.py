"""The patient field in the header of an EDF or BDF file.

Conventions
-----------
EDF+ stores code, sex, date of birth and name, with ``X`` for unknown values; plain EDF stores any text. Sleep-EDF has
sex and age in place of the name: ``X F X Female_33yr``.
"""

import re
from pathlib import Path

NOT_IDENTIFYING = re.compile(
    r"[\W_]*(x+|0+|f|m|female|male|(fe)?male_\d+yr|anon\w*|unknown|unnamed|no_?name|none|null|na|n/a|patient|subject|test"
    r"|01-jan-\d{4})?[\W_]*",
    re.IGNORECASE,
)
"""Words that do not identify a person: sex and age, placeholders written by anonymising programs, and the first of
January, which replaces a date of birth if only the year is given."""

_MAGIC = (b"0       ", b"\xffBIOSEMI")
_SEX_AND_AGE = re.compile(r"X ([FM]) X (?:Fem|M)ale_(\d+)yr")


def patient_field(path: Path) -> str:
    """Return the field with single spaces; an empty text if the file is not EDF or BDF, or cannot be read."""
    try:
        with path.open("rb") as file:
            head = file.read(88)
    except OSError:
        return ""
    return " ".join(head[8:].decode("latin-1").split()) if head.startswith(_MAGIC) else ""


def names_someone(field: str) -> bool:
    """Return whether a field contains a code, a date of birth or a name, and not only values that many people share."""
    return any(NOT_IDENTIFYING.fullmatch(word) is None for word in field.split())


def sex_and_age(field: str) -> tuple[str, int] | None:
    """Return sex (``F`` or ``M``) and age in years in the format of Sleep-EDF's files, or None."""
    found = _SEX_AND_AGE.fullmatch(field)
    return None if found is None else (found[1], int(found[2]))
