"""Names that become folders and experiments."""

from eegbench.config.annotation import ConfigError

MAX_NAME = 150
"""Maximum length in bytes: the name of the folder adds the time, and file systems allow 255."""


def check_name(name: str, key: str) -> None:
    """Refuse a name that a folder below another or an experiment in MLflow cannot have.

    Parameters
    ----------
    name
        The name.
    key
        Its key, for the error message.

    Raises
    ------
    ConfigError
        If the name is invalid; the message describes valid names.
    """
    parts = name.split("/")
    is_sound = all(part.strip() and part not in (".", "..") for part in parts) and name.isprintable()
    if not is_sound or len(name.encode()) > MAX_NAME:
        shown = name if len(name) <= MAX_NAME else f"{name[:20]}…"
        raise ConfigError(
            f"{key}={shown!r}: a name of a folder is expected, with 1 to {MAX_NAME} bytes of printable characters, "
            "and its parts between '/' must not be empty, '.' or '..'."
        )
