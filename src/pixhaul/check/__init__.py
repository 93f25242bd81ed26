"""The structural check: whether bytes are a whole picture of a kind that we keep, found out without decoding it."""

from __future__ import annotations

from collections.abc import Callable
from mmap import mmap
from struct import error as OutOfBytes  # noqa: N812 - what it means here: a header was to be read beyond the end

from pixhaul.check import gif, isobmff, jpeg, kinds, png, webp
from pixhaul.check.verdict import ANEW, Data, FlawError, begins_anew, cut
from pixhaul.models import Picture, Reason

_WALKERS: dict[str, Callable[[Data, int], Picture]] = {
    "jpeg": jpeg.walk,
    "png": png.walk,
    "gif": gif.walk,
    "webp": webp.walk,
    "avif": isobmff.walk,
    "heic": isobmff.walk,
}

_ONE_BY_ONE = frozenset({"gif", "webp", "avif", "heic"})
"""Formats whose files hold one beginning; a JPEG file may hold several whole ones."""


def inspect(data: bytes | mmap | memoryview, max_pixels: int) -> Picture:
    """Whether the bytes are a whole picture of a kind that we keep, or what is wrong; never raises for any bytes.

    Bytes after the end of a picture are left alone. `truncated` means that the picture did not come whole or is
    damaged, so that another try may help. Time is linear in the bytes, and nothing large is copied or allocated.

    Args:
        data: All that came; it is read in place.
        max_pixels: Largest width times height.

    Returns:
        Picture: With an empty flaw the format and the size in pixels, of the canvas or first frame, not turned by EXIF.
    """
    if isinstance(data, bytes):
        return _look(data, max_pixels)
    with memoryview(data) as view, view.cast("B") as octets:
        return _look(octets, max_pixels)


def _look(data: Data, max_pixels: int) -> Picture:
    family = kinds.family(data)
    try:
        if not family:
            raise kinds.flaw(data)
        return _WALKERS[family](data, max_pixels)
    except FlawError as flaw:
        if family in _ONE_BY_ONE and flaw.reason is not Reason.TRUNCATED and begins_anew(data, len(data)):
            flaw = cut(ANEW)  # what was read there as a size, or as a kind, was none
        return Picture(flaw.kind or family, *flaw.size, flaw.reason.value, flaw.detail)
    except (IndexError, OutOfBytes):
        # Each walker reads on until it has seen the end, so it runs out of bytes exactly where they were cut.
        return Picture(family, 0, 0, Reason.TRUNCATED.value, "it ends in the middle")
