"""Templates of names, for `--filename`: literal text and fields, where a slash in the template makes a folder."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple, TypeAlias

from pixhaul.errors import UsageError
from pixhaul.links import Link
from pixhaul.links import parse as parse_link
from pixhaul.models import Job
from pixhaul.names import safe, wished, without_extension

FIELDS = {
    "id": "the picture's id at its site; without one, the same as stem",
    "stem": "the last part of the link's path, without its extension",
    "title": "the picture's title",
    "caption": "the caption that the list gives",
    "album": "the album's id",
    "album_title": "the album's title",
    "index": "the place in the album, from 1; {index:03} writes 007",
    "num": "the place among all links, from 1; {num:06} writes 000007",
    "account": "who posted it",
    "date": "the day of posting, 2026-11-24 (UTC)",
    "datetime": "the moment of posting, 2026-11-24_18-05-00 (UTC)",
    "host": "the host of the link",
    "key": "the key that the list gives",
    "sha256": "the SHA-256 of the picture in hex; {sha256:.12} writes 12 digits of it",
    "ext": "the real type's extension; only at the end, where it stands in any case",
}
"""Each field and what it stands for. A field that a link has nothing for is left out, with the punctuation after it."""

_NUMBERS = ("index", "num")
MOST_FOLDERS = 8
"""Deep: 8 folders and a name of 200 bytes each stay far under the 4,096 bytes of a path."""

_TOKEN = re.compile(r"(?P<brace>\{\{|\}\})|\{(?P<field>[^{}]*)\}|(?P<text>[^{}]+)")
_FIELD = re.compile(r"(?P<name>\w+)(?::(?P<width>[0-9]{1,2})?(?:\.(?P<most>[0-9]{1,3}))?[ds]?)?")
_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f<>:"|?*\\]')
_JOINTS = " -_.,#"
"""Punctuation between fields that goes when its field is empty."""


class Piece(NamedTuple):
    """A literal text, or a field and how to write it."""

    text: str = ""
    field: str = ""
    width: int = 0
    """At least so many digits, filled up with zeros."""
    most: int | None = None
    """At most so many characters."""


Component: TypeAlias = tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Template:
    """A template that was understood. `components` are its folders and, last, its name."""

    components: tuple[Component, ...]

    @property
    def needs_sha256(self) -> bool:
        """Whether a name can only be made once the picture is there."""
        return any(piece.field == "sha256" for component in self.components for piece in component)

    def render(self, job: Job, sha256: str = "") -> str:
        """The wished-for stem of a link: safe, relative, folders joined by forward slashes, without extension.

        >>> parse("{album}/{index:03} {title}.{ext}").render(Job("https://a.org/x.png", meta=(("index", 7),)))
        '007'
        >>> parse("{host}/{id}").render(Job("https://a.org/x.png"))
        'a.org/x'
        """
        values = _values(job, sha256)
        *folders, name = (_rendered(component, values) for component in self.components)
        made = [safe(folder) for folder in folders if folder]
        return "/".join([*made, safe(name) if name else values["stem"]])


def parse(text: str) -> Template:
    """The template that a text is.

    Raises:
        UsageError: It names the column (from 1) of an unknown field, a lone brace, a forbidden character, or a folder
            that would lead out of the directory or be hidden.
    """
    parts = text.split("/")
    if len(parts) > MOST_FOLDERS + 1:
        raise _refused(text, 0, f"more than {MOST_FOLDERS} folders")
    components: list[Component] = []
    column = 0
    for number, part in enumerate(parts, 1):
        pieces = _pieces(text, part, column)
        if number == len(parts):
            pieces = _without_ext(pieces)
        _look_over(text, column, pieces)
        components.append(tuple(pieces))
        column += len(part) + 1
    return Template(tuple(components))


def _refused(text: str, column: int, why: str, hint: str = "") -> UsageError:
    return UsageError(f"the template {text!r}, column {column + 1}: {why}", hint or _HINT)


_HINT = "fields: " + " ".join(f"{{{name}}}" for name in FIELDS)


def _pieces(text: str, part: str, column: int) -> list[Piece]:
    """The literals and fields of one component, which begins at that column (from 0) of the whole template."""
    pieces: list[Piece] = []
    place = 0
    while place < len(part):
        token = _TOKEN.match(part, place)
        if token is None:
            raise _refused(text, column + place, "a lone brace", "write {{ or }} for a brace in the name")
        if token["field"] is not None:
            pieces.append(_field(text, token["field"], column + place))
        else:
            pieces.append(Piece(token["text"] or token["brace"][0]))
        place = token.end()
    return pieces


def _field(text: str, inner: str, column: int) -> Piece:
    found = _FIELD.fullmatch(inner)
    if found is None:
        raise _refused(text, column, f"{{{inner}}} is no field", "as {title}, {index:03} or {title:.40}")
    name, width, most = found["name"], found["width"], found["most"]
    if name not in FIELDS:
        from difflib import get_close_matches

        near = get_close_matches(name, FIELDS, n=1)
        raise _refused(text, column, f"no field is named {name!r}", f"did you mean {{{near[0]}}} ?" if near else "")
    if width and name not in _NUMBERS:
        raise _refused(text, column, f"{name} is no number, so it has no width", f"{{{name}:.{width}}} cuts it")
    return Piece("", name, int(width or 0), int(most) if most else None)


def _without_ext(pieces: list[Piece]) -> list[Piece]:
    """The name's pieces less the extension at the end, `.{ext}` or a picture's own such as `.jpg`."""
    if len(pieces) > 1 and pieces[-1].field == "ext" and pieces[-2].text.endswith("."):
        rest = pieces[-2].text[:-1]
        return [*pieces[:-2], Piece(rest)] if rest else pieces[:-2]
    if pieces and pieces[-1].text:
        rest = without_extension(pieces[-1].text)
        return [*pieces[:-1], Piece(rest)] if rest else pieces[:-1]
    return pieces


def _look_over(text: str, column: int, pieces: list[Piece]) -> None:
    """Refuse a component that is empty, hidden, or has what no file system takes."""
    if not pieces:
        raise _refused(text, column, "an empty name" if column else "no name", "as {id} or {album}/{index:03}")
    if pieces[0].text.startswith("."):
        raise _refused(
            text, column, "a name may not begin with a dot: it would be hidden, or lead out of the directory"
        )
    for piece in pieces:
        bad = _FORBIDDEN.search(piece.text)
        if bad:
            raise _refused(text, column, f"{bad[0]!r} cannot be in a name", "folders are made by /")
        if piece.field == "ext":
            raise _refused(text, column, "{ext} can only come last, as .{ext}", "leave it out: it is always added")


def _rendered(component: Component, values: dict[str, str]) -> str:
    """The text of a component. An empty field takes the punctuation after it along, and that at the ends."""
    texts: list[str] = []
    lacking = skip = False
    for piece in component:
        if piece.field:
            written = _written(piece, values[piece.field])
            skip = not written
            lacking = lacking or skip
            texts.append(written)
        elif not skip or piece.text.strip(_JOINTS):
            texts.append(piece.text)
    whole = "".join(texts)
    return whole.strip(_JOINTS) if lacking else whole


def _written(piece: Piece, value: str) -> str:
    if piece.width and value.isascii() and value.isdigit():
        value = value.zfill(piece.width)
    # A value never makes a folder: only the template's own slashes do.
    return value[: piece.most].replace("/", "_").replace("\\", "_")


def _values(job: Job, sha256: str) -> dict[str, str]:
    link = parse_link(job.url)
    url, host = (link.url, link.host) if isinstance(link, Link) else (job.url, "")
    values = dict.fromkeys(FIELDS, "")
    values.update((name, str(value)) for name, value in job.meta if name in FIELDS)
    values["stem"] = wished(url)
    values["host"] = host.strip("[]")
    values["sha256"] = sha256
    values["id"] = values["id"] or values["stem"]
    values["datetime"] = _moment(values["datetime"])
    values["date"] = values["datetime"].partition("_")[0]
    return values


def _moment(seconds: str) -> str:
    """Epoch seconds as 2026-11-24_18-05-00, or nothing where they make no date."""
    try:
        return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%d_%H-%M-%S")
    except (ValueError, OverflowError, OSError):
        return ""
