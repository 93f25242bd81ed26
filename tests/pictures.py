"""Small whole pictures, made with nothing but the standard library, all distinct."""

from __future__ import annotations

import struct
import zlib


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(number: int = 0, width: int = 8, height: int = 8, padding: int = 0) -> bytes:
    """A PNG whose bytes depend on the number; `padding` bytes of an ancillary chunk make it larger."""
    rows = b"".join(b"\0" + bytes((number + x * y) % 256 for x in range(width * 3)) for y in range(height))
    extra = _chunk(b"teSt", bytes(padding)) if padding else b""
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
        + _chunk(b"tEXt", b"Comment\0number " + str(number).encode())
        + extra
        + _chunk(b"IDAT", zlib.compress(rows))
        + _chunk(b"IEND", b"")
    )


def gif(number: int = 0) -> bytes:
    """A GIF of one pixel with a comment."""
    comment = str(number).encode()
    return (
        b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff"
        b"!\xfe"
        + bytes([len(comment)])
        + comment
        + b"\x00"
        + b",\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
    )
