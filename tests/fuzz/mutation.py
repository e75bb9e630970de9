"""Mutations of the bytes of a file: flipped bits, cuts, copies, and tokens that readers often get wrong."""

import random

TOKENS = (
    *(
        b"",
        b"\x00",
        b"\xff",
        b"\n",
        b"\r\n",
        b"\t",
        b",",
        b";",
        b'"',
        b"'",
        b"=",
        b":",
        b"&",
        b"*",
        b"${x}",
        b"{",
        b"[",
    ),
    *(
        b"nan",
        b"inf",
        b"-inf",
        b"-1",
        b"0",
        b"1e308",
        b"1e-308",
        b"-5",
        b"99999999",
        b"1" * 400,
        b"null",
        b"true",
        b"~",
    ),
    *(b"\xc3", b"\xfc", b"\xff\xfe", b"\xef\xbb\xbf", b"x" * 200_000, b"[" * 5000, b"../", b"\xe2\x80\xae", b"&lol;"),
)
"""Bytes that are put into a file: separators, numbers that are none or too large, encodings, nesting, long fields."""

NUMBER = b"0123456789.+-"


def mutated(raw: bytes, rng: random.Random) -> bytes:
    """Return a file with one to four mutations."""
    data = bytearray(raw)
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        rng.choice(MUTATIONS)(data, rng)
    return bytes(data)


def _place(data: bytearray, rng: random.Random) -> int:
    """Return a place in the file; the first 4 kB are as probable as all others, as headers are there."""
    return rng.randrange(rng.choice((len(data), min(len(data), 4096))) + 1)


def _flip(data: bytearray, rng: random.Random) -> None:
    for _ in range(rng.choice((1, 1, 8, 64))):
        if data:
            data[_place(data, rng) - 1] ^= 1 << rng.randrange(8)


def _set(data: bytearray, rng: random.Random) -> None:
    at = _place(data, rng)
    data[at : at + rng.choice((1, 2, 4, 8))] = bytes(rng.choice((0, 255, 127, 128, 32)) for _ in range(4))


def _cut(data: bytearray, rng: random.Random) -> None:
    del data[_place(data, rng) :]


def _delete(data: bytearray, rng: random.Random) -> None:
    at = _place(data, rng)
    del data[at : at + rng.choice((1, 8, 256))]


def _repeat(data: bytearray, rng: random.Random) -> None:
    at = _place(data, rng)
    data[at:at] = data[at : at + rng.choice((1, 16, 256))] * rng.choice((1, 2, 50))


def _insert(data: bytearray, rng: random.Random) -> None:
    at = _place(data, rng)
    data[at:at] = rng.choice(TOKENS)


def _overwrite(data: bytearray, rng: random.Random) -> None:
    """Overwrite with a token, keeping the length of the file, as headers have fields of fixed width."""
    at, token = _place(data, rng), rng.choice(TOKENS)[:80]
    token = token.ljust(rng.choice((len(token), 8))) if token else token
    data[at : at + len(token)] = token


def _number(data: bytearray, rng: random.Random) -> None:
    """Replace a number, of the same width or not."""
    starts = [at for at, byte in enumerate(data[:20_000]) if byte in NUMBER and (at == 0 or data[at - 1] not in NUMBER)]
    if not starts:
        return
    start = rng.choice(starts)
    stop = next((at for at in range(start, len(data)) if data[at] not in NUMBER), len(data))
    token = rng.choice((b"-1", b"0", b"nan", b"inf", b"1e308", b"1e9", b"-1e-9", b"99999999", b"0.5", b"7" * 400))
    width = stop - start
    data[start:stop] = token[:width].ljust(width) if rng.random() < 0.5 else token


def _line(data: bytearray, rng: random.Random) -> None:
    """Delete, double or exchange lines."""
    lines = bytes(data).split(b"\n")
    one, other = rng.randrange(len(lines)), rng.randrange(len(lines))
    if rng.random() < 0.5:
        lines[one], lines[other] = lines[other], lines[one]
    else:
        lines[one:one] = [lines[other]] * rng.choice((1, 3))
    data[:] = b"\n".join(lines)


MUTATIONS = (_flip, _set, _cut, _delete, _repeat, _insert, _overwrite, _number, _number, _line)
