"""What the walkers of `check` have in common: the bytes they read, the flaw they raise, and the limits they keep."""

from __future__ import annotations

import re
from typing import TypeAlias

from pixhaul.models import Reason

Data: TypeAlias = bytes | memoryview
"""Bytes that are read in place: indexed, unpacked and searched, never copied but for a few at a time."""

Size: TypeAlias = tuple[int, int]
"""Width and height, in pixels."""

ANEW = "it begins anew before it ends"
_LEAST = 128
_ZEROS = bytes(_LEAST)
_HEAD = 13
"""Bytes of a GIF up to the first that need not be there; of others they name a size or several brands."""

MOST_PARTS = 1_000_000
"""Segments, chunks, blocks or boxes of one file. The largest real pictures have some ten thousand; a file of
nothing but empty parts would otherwise hold the thread for half a minute in every 256 MB."""


class FlawError(Exception):
    """Raised by a walker at the first thing that is wrong, and always caught by `inspect`."""

    def __init__(self, reason: Reason, detail: str, size: Size = (0, 0), kind: str = "") -> None:
        super().__init__(reason, detail, size, kind)
        self.reason = reason
        self.detail = detail
        self.size = size
        self.kind = kind


def cut(detail: str) -> FlawError:
    """The flaw of a file that did not come whole or is damaged, so that another try may help."""
    return FlawError(Reason.TRUNCATED, detail)


def nonsense(detail: str) -> FlawError:
    """The flaw of bytes that cannot be a picture, however often they come."""
    return FlawError(Reason.NOT_AN_IMAGE, detail)


def refused(kind: str) -> FlawError:
    """The flaw of a file of a kind that we do not keep."""
    return FlawError(Reason.TYPE_REFUSED, f"a file of the kind {kind}", kind=kind)


def occurs(data: Data, needle: bytes, start: int, stop: int) -> bool:
    """Whether those bytes are to be found in that place: from behind, which takes half of the time."""
    if isinstance(data, bytes):
        return data.rfind(needle, start, stop) >= 0
    return re.compile(re.escape(needle)).search(data, start, stop) is not None


def begins_anew(data: Data, stop: int) -> bool:
    """Whether the first bytes of the file come again before that place, as where a half was sent and then all of it."""
    return occurs(data, bytes(data[:_HEAD]), _HEAD, stop + _HEAD - 1)


def check_single(data: Data, stop: int) -> None:
    """Refuse a file that begins anew before its picture ends: the sizes that it names are met by such bytes, too.

    Raises:
        FlawError: truncated.
    """
    if begins_anew(data, stop):
        raise cut(ANEW)


def check_tail(data: Data, stop: int, size: Size) -> None:
    """Refuse a file whose last eighth is zeros, up to where its picture ends: room that was made and never filled.

    Coded pictures do not end so, but for blank ones in VP8, which may have up to a byte there for a block of 16 x 16.

    Raises:
        FlawError: truncated.
    """
    least = max(_LEAST, stop // 8, size[0] * size[1] // 256)
    if stop > least and bytes(data[stop - _LEAST : stop]) == _ZEROS and not any(data[stop - least : stop]):
        raise cut("its end is nothing but zeros")


def named(kind: bytes) -> str:
    """The type of a chunk or box for a person to read, a question mark for what is no name.

    >>> named(b"IDAT"), named(b"\\x1b[2J")
    ('IDAT', '?')
    """
    return kind.decode("ascii") if kind.strip().isalnum() and kind.isascii() else "?"


def sized(width: int, height: int, max_pixels: int) -> Size:
    """Width and height, once they are known to be possible and allowed.

    Called as soon as a header tells the size: a bomb that is cut is refused as a bomb, for so it will be next time.

    Raises:
        FlawError: not-an-image for an empty area, too-many-pixels above the limit.
    """
    if width <= 0 or height <= 0:
        raise nonsense("its width or height is zero")
    if width * height > max_pixels:
        detail = f"{width} x {height} pixels are more than {max_pixels}"
        raise FlawError(Reason.TOO_MANY_PIXELS, detail, (width, height))
    return width, height
