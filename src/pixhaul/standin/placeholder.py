"""What Imgur sends where a picture is not: removed.png, and the page for those who asked for one."""

from __future__ import annotations

import struct
import zlib

from .messages import Reply

REMOVED_ETAG = "d835884373f4d6c8f24742ceabe74946"
"""The ETag of Imgur's own removed.png, which programs know it by."""

REMOVED_SIZE = 503
"""Bytes of Imgur's own removed.png."""


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _removed() -> bytes:
    """A grey PNG of 161 by 81 pixels, filled up with a comment to its 503 bytes."""
    rows = (b"\x00" + b"\xff" * 20 + b"\x80") * 81
    head = b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", struct.pack(">IIBBBBB", 161, 81, 1, 0, 0, 0, 0))
    tail = _chunk(b"IDAT", zlib.compress(rows, 9)) + _chunk(b"IEND", b"")
    text = b"Comment\x00stands in for a picture that is gone"
    return head + _chunk(b"tEXt", text.ljust(REMOVED_SIZE - len(head) - len(tail) - 12, b".")) + tail


REMOVED = _removed()


def page(identity: str) -> Reply:
    """The HTML page of a picture."""
    safe = "".join(letter for letter in identity if letter.isalnum())
    text = f'<!DOCTYPE html><html><head><title>Imgur</title></head><body><img src="/{safe}.jpg" alt=""></body></html>\n'
    return Reply(200, (("Content-Type", "text/html; charset=utf-8"),), text.encode())
