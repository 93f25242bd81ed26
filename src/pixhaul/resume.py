"""Transfers that broke off: what of them lies on the disk, and what vouches for it, until the link comes again.

A note beside the part file says which link it belongs to, where its bytes came from, the server's strong validator, how
long the whole is, and the hash of what is there. Without all of these nothing is continued. A note is written before
it can be needed, so that a killed run leaves one too.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Iterator
from contextlib import suppress
from io import FileIO
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pixhaul.decoding import coding_of
from pixhaul.errors import UsageError
from pixhaul.headers import Fields, content_range, length_of, strong_validator
from pixhaul.part import create_part, part_name
from pixhaul.plain import open_plain, remove

if TYPE_CHECKING:
    from hashlib import _Hash

LEAST = 256 * 1024
"""Bytes below which a transfer begins anew: a second round trip costs as much as they do."""
OVERLAP = 1024
"""Bytes that are asked for though they are there: where they come otherwise, the picture is another one, whatever its
validator says."""
DAYS = 7
"""How long a note is kept for a link that does not come again."""
_ENDING = ".resume"
_LONGEST_NOTE = 100_000
"""Bytes; more is no note of ours."""


class Unfinished(NamedTuple):
    """The beginning of a body, on disk."""

    key: int
    """Of the link."""
    url: str
    """Where the bytes came from: the link itself, or what it was redirected to."""
    etag: str
    """The strong validator."""
    total: int
    """Bytes of the whole body."""
    held: int
    """Bytes that are there and hashed; the part file may be longer, after a kill."""
    sha256: str
    """Of those bytes, in hex."""
    part: str
    """Name of the part file."""
    modified: str = ""
    """Last-Modified, as it was said; it vouches for nothing, but another one gives a changed picture away."""

    @property
    def since(self) -> int:
        """The first byte to ask for."""
        return max(0, self.held - OVERLAP)


CONTINUES, ANEW, STALE, OTHER = "continues", "anew", "stale", "other"
"""What an answer to a request for the rest is: the rest; the whole; proof that the two do not fit; none of these."""


def meets(one: Unfinished, status: int, fields: Fields) -> tuple[str, str]:
    """How an answer goes with what there is, and in words why it does not. Pure.

    The rest must begin where we stop, end where the whole ends, be of the same length in all, bear the same strong
    validator, and not be coded. A 416 never means that we have it all.
    """
    if status in (200, 203):
        return ANEW, ""
    if status in (304, 412, 416):
        return STALE, f"HTTP {status} to a request for the rest"
    if status != 206:
        return OTHER, ""
    span, length = content_range(said(fields, "content-range")), length_of(fields)
    if span != (one.since, one.total - 1, one.total) or length not in (-1, one.total - one.since):
        return STALE, "the part that came is not the rest"
    modified = said(fields, "last-modified")
    if said(fields, "etag") != one.etag or (modified and one.modified and modified != one.modified):
        return STALE, "it has changed meanwhile"
    if _is_coded(fields):
        return STALE, "the rest came coded"
    return CONTINUES, ""


def validator(status: int, fields: Fields) -> str:
    """The strong validator of a whole answer whose bytes are those of the picture; else nothing."""
    return "" if status != 200 or _is_coded(fields) else strong_validator(said(fields, "etag"))


def said(fields: Fields, name: str) -> str:
    """What a field says; nothing where it is missing, or there twice with two values."""
    values = {value for field, value in fields if field == name}
    return values.pop() if len(values) == 1 else ""


def _is_coded(fields: Fields) -> bool:
    return any(coding_of(value) for field, value in fields if field == "content-encoding")


class Leftovers:
    """The notes of one directory."""

    def __init__(self, staging: Path) -> None:
        self._staging = staging
        self._known: dict[int, Unfinished] = {}
        with suppress(OSError):  # notes that cannot be read: those links are fetched from their beginning
            self._known = {one.key: one for _, one in _notes(staging)}

    def __len__(self) -> int:
        return len(self._known)

    def find(self, key: int, url: str) -> Unfinished | None:
        """What there is of a link, when it would come from that address again."""
        one = self._known.get(key)
        return one if one is not None and one.url == url else None

    def path(self, one: Unfinished) -> Path:
        """Where the bytes are."""
        return self._staging / one.part

    def note(self, one: Unfinished) -> None:
        """Write down what there is, in place of what was there before. Raises OSError."""
        before = self._known.get(one.key)
        if before is not None and before.part != one.part:
            self.path(before).unlink(missing_ok=True)
        fresh = self._staging / part_name()
        with create_part(fresh) as file:
            file.write(json.dumps(one._asdict()).encode())
        fresh.replace(self._staging / _name(one.key))
        self._known[one.key] = one

    def release(self, key: int, keep: str = "") -> None:
        """Take a note away, and its part unless that is the one to keep, which is in use."""
        one = self._known.pop(key, None)
        if one is None:
            return
        with suppress(OSError):
            if one.part != keep:
                self.path(one).unlink(missing_ok=True)
            (self._staging / _name(key)).unlink(missing_ok=True)

    def opened(self, one: Unfinished) -> tuple[FileIO, _Hash, bytes] | None:
        """The part, to be written on, the hash of its bytes and the last of them; None: they are not the ones noted."""
        try:
            file = _reopened(self._staging / one.part)
        except OSError:
            return None
        try:
            digest = _hashed(file, one.held)
            if digest.hexdigest() == one.sha256:
                file.truncate(one.held)
                file.seek(one.since)
                return file, digest, file.read(one.held - one.since)
        except OSError:
            pass
        file.close()
        return None


def _reopened(path: Path) -> FileIO:
    """A part file of ours, to be read and written. Raises OSError for what is no plain file with one name."""
    try:
        file = FileIO(open_plain(path, os.O_RDWR), "r+b")
    except UsageError as error:
        raise OSError(error.message) from error
    if os.fstat(file.fileno()).st_nlink > 1:
        file.close()
        raise OSError(f"{path} is no part file of ours")
    return file


def _hashed(file: FileIO, held: int) -> _Hash:
    digest, left = hashlib.sha256(), held
    while left > 0 and (piece := file.read(min(left, 1 << 20))):
        digest.update(piece)
        left -= len(piece)
    if left:
        digest.update(b"what is missing")
    return digest


def claimed(staging: Path) -> set[str]:
    """The names of the part files that notes speak of. Notes that are old or make no sense are removed."""
    young = time.time() - DAYS * 86_400
    names = set()
    for path, one in list(_notes(staging)):
        try:
            if path.stat().st_mtime >= young and (staging / one.part).stat().st_size >= one.held:
                names.add(one.part)
                continue
            path.unlink()
        except OSError:
            path.unlink(missing_ok=True)
    return names


def _notes(staging: Path) -> Iterator[tuple[Path, Unfinished]]:
    for path in staging.glob(f"*{_ENDING}"):
        one = _read(path)
        if one is None:
            remove(path)
        else:
            yield path, one


def _read(path: Path) -> Unfinished | None:
    try:
        with os.fdopen(open_plain(path, os.O_RDONLY), "rb") as file:
            one = Unfinished(**json.loads(file.read(_LONGEST_NOTE)))
    except (OSError, UsageError, ValueError, TypeError, RecursionError):
        return None
    kinds = all(isinstance(value, kind) for value, kind in zip(one, _KINDS, strict=True))
    is_sound = kinds and 0 < one.held < one.total and path.name == _name(one.key) and one.part == Path(one.part).name
    return one if is_sound and one.part.endswith(".part") else None


_KINDS = (int, str, str, int, int, str, str, str)


def _name(key: int) -> str:
    return f"{key:016x}{_ENDING}"
