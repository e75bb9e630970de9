"""Passwords in addresses: they are taken out of everything that is written, and put back where an address is opened.

Conventions
-----------
A password is typed as a part of the address of a database or server. `kept` replaces it by three asterisks, and records
the whole address in an environment variable of this process, which processes that it starts inherit. From then on
options, files, pages and messages hold the address without its password; `whole` returns the recorded address to what
opens it. Texts of other programs go through `without_secrets`, and their errors through `hide_in`.
"""

import json
import os
import re
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar
from urllib.parse import unquote, urlsplit

HIDDEN = "***"
"""Text in place of a password."""

RECORDED = "EEGBENCH_ADDRESSES"
"""Environment variable with the whole addresses, by the address without its password, as JSON."""

SECRET_NAMES = ("sig", "pass", "auth")
SECRET_ENDS = ("password", "passwd", "pwd", "token", "secret", "signature", "credential", "key", "odbc_connect")
"""Names of parameters in an address whose values are hidden, and ends of such names (``sslpassword``, ``api_key``)."""

SERVERS = ("http", "https")
"""Schemes of addresses in which a name alone before ``@`` is an access token, and in whose path an ``@`` may stand."""

MIN_LENGTH = 4
"""Minimum number of characters of a password that is searched for in texts of other programs."""

_START = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_END = re.compile(r"[\s'\"<>]")

T = TypeVar("T")


def without_secrets(text: str) -> str:
    """Return a text in which the passwords and secret parameters of all addresses are three asterisks.

    Parameters
    ----------
    text
        Any text. A password may contain ``@``, ``/``, ``?`` and ``#`` that are not escaped.
    """
    for begin, end in reversed(list(_addresses(text))):
        text = text[:begin] + _parsed(text[begin:end])[0] + text[end:]
    return text


def kept(value: T) -> T:
    """Return a value without the passwords of addresses, which are recorded for `whole`.

    Parameters
    ----------
    value
        A text, or nested mappings and lists with texts. An address with an interpolation (``${…}``) stays as it is, as
        it is not complete yet.
    """
    changed: Any = value
    if isinstance(value, str):
        changed = _kept_text(value)
    elif isinstance(value, Mapping):
        changed = {key: kept(inside) for key, inside in value.items()}
    elif isinstance(value, list | tuple):
        changed = type(value)(kept(inside) for inside in value)
    return changed


def whole(address: str) -> str:
    """Return an address with its password, if that was recorded in this process or in the one that started it."""
    return _recorded().get(address, address)


def check_whole(address: str, option: str) -> None:
    """Raise an error for an address whose password is hidden, before it is opened.

    Parameters
    ----------
    address
        An address, maybe without its password.
    option
        Name of the option, for the message.

    Raises
    ------
    ValueError
        If the password is hidden; the message says how to give it.
    """
    if "://" in address and HIDDEN in address:
        raise ValueError(
            f"{option}={address}: the password is not kept in files; type the whole address again, or leave the "
            "password out of it and give it in the environment (SECURITY.md)."
        )


def hide_in(error: BaseException) -> None:
    """Take passwords out of the messages of an error, and of those from which it was raised.

    Other programs may name a password without its address, so recorded ones are searched for as words, too.
    """
    seen: set[int] = set()
    last: BaseException | None = error
    while last is not None and id(last) not in seen:
        seen.add(id(last))
        last.args = tuple(_without_any(one) if isinstance(one, str) else one for one in last.args)
        if isinstance(last, OSError) and isinstance(last.strerror, str):  # its message is not made of its arguments
            last.strerror = _without_any(last.strerror)
        last = last.__cause__ or last.__context__


def _without_any(text: str) -> str:
    """Return a text without the passwords of addresses, and without recorded passwords that stand alone."""
    secrets = {way for address in _recorded().values() for one in _parsed(address)[1] for way in (one, unquote(one))}
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= MIN_LENGTH:
            text = re.sub(rf"(?<!\w){re.escape(secret)}(?!\w)", HIDDEN, text)
    return without_secrets(text)


def _parsed(address: str) -> tuple[str, tuple[str, ...]]:
    """Return an address without its secrets, and the secrets."""
    scheme, _, rest = address.partition("://")
    user, secrets, place = _user(scheme, rest)
    place, *parameters = re.split(r"([?&;#])", place)
    shown = [_parameter(one) for one in parameters]
    secrets += tuple(one.partition("=")[2] for one, now in zip(parameters, shown, strict=True) if one != now)
    return f"{scheme}://{user}{place}{''.join(shown)}", tuple(one for one in secrets if one != HIDDEN)


def _user(scheme: str, rest: str) -> tuple[str, tuple[str, ...], str]:
    """Return the user of an address with ``@`` and without the password, the password, and what follows."""
    begin = re.split(r"[/?#]", rest, maxsplit=1)[0]
    if "@" in begin:
        named, _, host = begin.rpartition("@")
        host += rest[len(begin) :]
    elif "@" in rest and ((":" in begin and scheme.lower() not in SERVERS) or _is_cut(begin)):
        named, _, host = rest.rpartition("@")
    else:
        return "", (), rest
    name, colon, password = named.partition(":")
    if colon:
        return f"{name}:{HIDDEN}@", (password,), host
    return (f"{HIDDEN}@", (name,), host) if scheme.lower() in SERVERS else (f"{name}@", (), host)


def _is_cut(begin: str) -> bool:
    """Return whether an address is cut within its password, as what follows the host or user is no port."""
    try:
        urlsplit(f"//{begin}").port  # noqa: B018  a property that raises
    except ValueError:
        return True
    return False


def _parameter(text: str) -> str:
    name, equals, value = text.partition("=")
    lower = unquote(name).lower()
    is_secret = equals and value and (lower in SECRET_NAMES or lower.endswith(SECRET_ENDS))
    return f"{name}={HIDDEN}" if is_secret else text


def _addresses(text: str) -> Iterator[tuple[int, int]]:
    """Yield the begin and end of each address in a text.

    One in quotes ends at the closing quote, any other at a space, quote or angle bracket, but not within its password.
    Punctuation and brackets at its end are of the text.
    """
    starts = [match.start() for match in _START.finditer(text)]
    for begin, limit in zip(starts, [*starts[1:], len(text)], strict=False):
        mark = text[begin - 1 : begin]
        closing = re.compile(rf"(?<!\\){mark}") if mark in ("'", '"') else _END
        end = _first(closing, text, begin, limit)
        rest, at = text[begin:end].partition("://")[2], text.rfind("@", end, limit)
        if at >= 0 and "@" not in rest and _is_cut(re.split(r"[/?#]", rest, maxsplit=1)[0]):
            end = _first(_END, text, at, limit)
        yield begin, end if mark in ("'", '"') else begin + len(text[begin:end].rstrip(",;.)]}"))


def _first(pattern: re.Pattern[str], text: str, begin: int, end: int) -> int:
    found = pattern.search(text, begin, end)
    return found.start() if found else end


def _kept_text(text: str) -> str:
    recorded = _recorded()
    for begin, end in reversed(list(_addresses(text))):
        address = text[begin:end].replace("\\'", "'").replace('\\"', '"')
        hidden, secrets = _parsed(address)
        if secrets and "${" not in address:
            recorded[hidden] = address
            text = text[:begin] + hidden + text[end:]
    if recorded:
        os.environ[RECORDED] = json.dumps(recorded)
    return text


def _recorded() -> dict[str, str]:
    return dict(json.loads(os.environ.get(RECORDED) or "{}"))
