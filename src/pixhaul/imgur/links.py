"""The direct link of a picture: from what a person pasted, and from what the API says of one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import SplitResult, urlsplit

PAGE_HOSTS = frozenset({"imgur.com", "www.imgur.com", "m.imgur.com", "imgur.io", "www.imgur.io", "m.imgur.io"})
PICTURE_HOSTS = frozenset({"i.imgur.com", "i.imgur.io"})
HOSTS = PAGE_HOSTS | PICTURE_HOSTS
FILMS = frozenset({"mp4", "webm", "mov", "m3u8", "avi", "mkv", "mpeg"})
PICTURES = frozenset({"jpg", "jpeg", "png", "apng", "gif", "gifv", "webp", "avif", "heic", "tif", "tiff", "bmp", "svg"})

# A letter after the id asks for a reduced copy: seven documented or seen sizes, and h.gif for GIFs over 20 MB.
_SIZES = frozenset("sbtmlhgr")
_FILE = re.compile(r"(?P<stem>\w+?)(?:_d)?\.(?P<ending>\w{2,5})", re.ASCII)


class File(NamedTuple):
    """A file's name in two parts."""

    stem: str
    ending: str
    """Without the dot, as it was written."""


def text(value: Any) -> str:
    """A clean string of any JSON value: "" for everything that is not a string. A lone surrogate becomes "?"."""
    return value.encode("utf-8", "replace").decode("utf-8").strip() if isinstance(value, str) else ""


def split(link: str) -> SplitResult | None:
    """The parts of an http(s) link; None for everything else.

    >>> split("javascript:alert(1)") is None
    True
    """
    try:
        parts = urlsplit(link)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    return parts if usable else None


def is_imgur(parts: SplitResult) -> bool:
    """Whether a split link leads to Imgur's own pages or pictures, on the usual ports."""
    return parts.hostname in HOSTS and parts.port in (None, 80, 443)


def file(name: str) -> File | None:
    """The stem and ending of a picture's or film's file name; None where the name is of a page.

    `{id}_d.webp?maxwidth=760` is a reduced copy that Imgur's pages show: `_d` is dropped.

    >>> file("AbC1234_d.webp")
    File(stem='AbC1234', ending='webp')
    """
    found = _FILE.fullmatch(name)
    if found is None or found["ending"].lower() not in PICTURES | FILMS:
        return None
    return File(found["stem"], found["ending"])


def direct(stem: str, ending: str = "jpg") -> str:
    """The address of a picture by its id. Any ending gives the same bytes, so one that is not known does no harm.

    >>> direct("AbC1234", "gifv")
    'https://i.imgur.com/AbC1234.gif'
    """
    return f"https://i.imgur.com/{stem}.{'gif' if ending.lower() == 'gifv' else ending}"


def picture_link(picture: Mapping[str, Any]) -> str:
    """The link of the whole picture that an object of the API is about; "" where there is none.

    https on Imgur's hosts, without query, never a page, never the reduced copy that the object links to (`h.gif`).
    A film's link is given as it is.
    """
    identifier, kind = text(picture.get("id")), text(picture.get("type")).lower()
    parts = split(text(picture.get("link")))
    name = file(parts.path.rpartition("/")[2]) if parts else None
    if parts is None or (name is None and is_imgur(parts)):
        return direct(identifier, _ending(kind, "")) if _may_be_built(identifier, parts, kind) else ""
    if name is None:
        return parts.geturl()
    return _placed(parts, _whole(name, identifier), _ending(kind, name.ending))


def is_film(picture: Mapping[str, Any]) -> bool:
    """Whether an object of the API is a film and no picture: uploaded as video, without a GIF beside it."""
    parts = split(picture_link(picture))
    name = file(parts.path.rpartition("/")[2]) if parts else None
    if name is not None:
        return name.ending.lower() in FILMS
    return text(picture.get("type")).lower().startswith("video/")


def _may_be_built(identifier: str, parts: SplitResult | None, kind: str) -> bool:
    # Without a type and a link an object says nothing of a picture; films have no address of this form.
    return bool(identifier) and identifier.isalnum() and (kind.startswith("image/") or (not kind and parts is not None))


def _whole(name: File, identifier: str) -> str:
    # Compare with the id, never with the letter alone: some ids end in h themselves.
    reduced = bool(identifier) and name.stem[:-1] == identifier and name.stem[-1] in _SIZES
    return identifier if reduced else name.stem


def _ending(kind: str, written: str) -> str:
    # gifv is a page; and where the type says picture, a film's ending is of the film made from it.
    if written.lower() == "gifv":
        return "gif"
    if written and not (written.lower() in FILMS and kind.startswith("image/")):
        return written
    named = kind.removeprefix("image/")
    return named if named in PICTURES and named != "jpeg" else "jpg"


def _placed(parts: SplitResult, stem: str, ending: str) -> str:
    if is_imgur(parts):
        return direct(stem, ending)
    folder = parts.path.rpartition("/")[0]
    return parts._replace(path=f"{folder}/{stem}.{ending}", fragment="").geturl()
