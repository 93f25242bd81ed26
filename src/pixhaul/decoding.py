"""A body that came coded although `identity` was asked for: decoded within budgets, or refused. Pure."""

from __future__ import annotations

import zlib

from pixhaul.models import Reason

MOST_RATIO = 100
"""Decoded bytes for each coded one. Pictures are compressed already: an honest ratio is near 1, a bomb's near 1,000."""
ALWAYS_ALLOWED = 1024 * 1024
"""Bytes that may come out whatever the ratio."""
_STEP = 1024 * 1024
_WINDOW_BITS = {"gzip": 31, "x-gzip": 31, "deflate": 15}


def decoded(data: bytes, coding: str, most: int) -> bytes | tuple[Reason, str]:
    """The plain bytes of a body with that Content-Encoding, or the reason to refuse it.

    A server that labels plain bytes as coded is met often enough: what does not begin as the coding does is taken as
    it is, and the check decides. `most` is the budget in bytes of what comes out.
    """
    names = [name.strip().lower() for name in coding.split(",") if name.strip()]
    names = [name for name in names if name != "identity"]
    if not names:
        return data
    if len(names) > 1 or names[0] not in _WINDOW_BITS:
        return Reason.HTTP_ERROR, f"coded as {coding[:60]}, which was not asked for"
    if names[0] != "deflate" and not data.startswith(b"\x1f\x8b"):
        return data
    budget = min(most, max(ALWAYS_ALLOWED, MOST_RATIO * len(data)))
    return _inflate(data, names[0], budget)


def _inflate(data: bytes, name: str, budget: int) -> bytes | tuple[Reason, str]:
    engine = zlib.decompressobj(_WINDOW_BITS[name])
    pieces: list[bytes] = []
    size = 0
    try:
        while not engine.eof:
            piece = engine.decompress(data, _STEP)
            data = engine.unconsumed_tail
            size += len(piece)
            if size > budget:
                return Reason.TOO_LARGE, f"a {name} body that grows beyond {budget} bytes"
            if not piece and not data:
                return Reason.TRUNCATED, f"the {name} body is cut"
            pieces.append(piece)
    except zlib.error as error:
        return Reason.TRUNCATED, f"the {name} body is damaged: {error}"
    return b"".join(pieces)
