"""A person's own files in place of the made pictures: every regular file of a folder, as its bytes are."""

from __future__ import annotations

import hashlib
import mimetypes
import struct
from functools import lru_cache
from pathlib import Path

from .prints import Facts

_MAGIC = (
    (b"\xff\xd8\xff", "image/jpeg", "jpg"),
    (b"\x89PNG\r\n\x1a\n", "image/png", "png"),
    (b"GIF87a", "image/gif", "gif"),
    (b"GIF89a", "image/gif", "gif"),
)
"""First bytes, media type, extension."""


class Folder:
    """Serves the files of a folder, in the order of their relative paths. Symbolic links are left out."""

    def __init__(self, root: Path) -> None:
        self.files = sorted(path for path in root.rglob("*") if path.is_file() and not path.is_symlink())
        self.names = [path.relative_to(root).as_posix() for path in self.files]
        self.facts = lru_cache(maxsize=None)(self._facts)

    def body(self, _identity: str, number: int) -> bytes:
        """The file's bytes, as they are at this moment."""
        return self.files[number].read_bytes()

    def _facts(self, _identity: str, number: int) -> Facts:
        path = self.files[number]
        try:
            with path.open("rb") as file:
                head, size = file.read(65536), path.stat().st_size
        except OSError:  # taken away, or closed to us, after the folder was read
            head, size = b"", 0
        mime, extension = _kind(head, path)
        width, height = _pixels(head)
        return Facts(mime, extension, width, height, size, _is_animated(head))


def identity(name: str, taken: dict[str, int]) -> str:
    """Seven letters and digits that stand for a file's name, none of those taken."""
    number = int.from_bytes(hashlib.blake2b(name.encode("utf-8", "surrogateescape"), digest_size=8).digest())
    while (text := base62(number)) in taken:
        number += 1
    return text


_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def base62(number: int, length: int = 7) -> str:
    """The last digits of a number, in base 62.

    >>> base62(63)
    '0000011'
    """
    digits = []
    for _ in range(length):
        number, digit = divmod(number, 62)
        digits.append(_DIGITS[digit])
    return "".join(reversed(digits))


def _kind(head: bytes, path: Path) -> tuple[str, str]:
    """Media type and extension: by the first bytes, else by the name, else of bytes unknown."""
    for magic, mime, extension in _MAGIC:
        if head.startswith(magic):
            return mime, extension
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp", "webp"
    if head[4:8] == b"ftyp" and head[8:12] in (b"avif", b"avis", b"heic", b"mif1"):
        return ("image/avif", "avif") if head[8:10] == b"av" else ("image/heic", "heic")
    suffix = "".join(letter for letter in path.suffix[1:].lower() if letter.isalnum())[:8]
    return mimetypes.guess_type(path.name)[0] or "application/octet-stream", suffix or "bin"


def _pixels(head: bytes) -> tuple[int, int]:
    """Width and height that a PNG, GIF or JPEG claims; 0, 0 where that is not plain to see."""
    if head.startswith(b"\x89PNG") and len(head) >= 24:
        wide, high = struct.unpack_from(">II", head, 16)
        return wide, high
    if head.startswith(b"GIF8") and len(head) >= 10:
        wide, high = struct.unpack_from("<HH", head, 6)
        return wide, high
    return _jpeg_pixels(head) if head.startswith(b"\xff\xd8") else (0, 0)


def _jpeg_pixels(head: bytes) -> tuple[int, int]:
    """From the first frame header (ITU T.81 B.2.2), where it lies in the first bytes."""
    at = 2
    while at + 9 <= len(head) and head[at] == 0xFF:
        marker, (length,) = head[at + 1], struct.unpack_from(">H", head, at + 2)
        if marker in (0xC0, 0xC1, 0xC2):
            high, wide = struct.unpack_from(">HH", head, at + 5)
            return wide, high
        at += 2 + length
    return 0, 0


def _is_animated(head: bytes) -> bool:
    return head.startswith(b"GIF89a") and b"NETSCAPE2.0" in head[:2048]
