"""The patient field of an EDF or BDF: whom the header says that it was recorded from.

Conventions
-----------
EDF+ writes code, sex, date of birth and name, with ``X`` for what is not told; plain EDF writes any text. Sleep-EDF has
sex and age in place of the name: ``X F X Female_33yr``.
"""

import re
from pathlib import Path

SAYS_NOTHING = re.compile(
    r"[\W_]*(x+|0+|f|m|female|male|(fe)?male_\d+yr|anon\w*|unknown|unnamed|no_?name|none|null|na|n/a|patient|subject|test"
    r"|01-jan-\d{4})?[\W_]*",
    re.IGNORECASE,
)
"""Words that stand in the fields of many people: sex and age, what programs write that take names out, and the first
of January, which stands for a date of birth of which only the year is told."""

_MAGIC = (b"0       ", b"\xffBIOSEMI")
_SEX_AND_AGE = re.compile(r"X ([FM]) X (?:Fem|M)ale_(\d+)yr")


def patient_field(path: Path) -> str:
    """Return the field with single spaces; an empty text where the file is no EDF or BDF, or cannot be read."""
    try:
        with path.open("rb") as file:
            head = file.read(88)
    except OSError:
        return ""
    return " ".join(head[8:].decode("latin-1").split()) if head.startswith(_MAGIC) else ""


def names_someone(field: str) -> bool:
    """Say whether a field holds a code, a date of birth or a name, and not only what many people share."""
    return any(SAYS_NOTHING.fullmatch(word) is None for word in field.split())


def sex_and_age(field: str) -> tuple[str, int] | None:
    """Return sex (``F`` or ``M``) and age in years as Sleep-EDF's files have them, or None."""
    found = _SEX_AND_AGE.fullmatch(field)
    return None if found is None else (found[1], int(found[2]))
