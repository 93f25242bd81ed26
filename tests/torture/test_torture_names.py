"""F12: hostile names in, as many distinct safe files out, none of them outside the directory."""

from __future__ import annotations

import os
import re
import unicodedata
import zlib
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
from strings import hostile_texts

import pixhaul
from hostile import Hostile, answer
from pictures import png
from pixhaul.sources.lists import Entry

NAMES = 4_600
SAMPLE = 150
RESERVED = re.compile(r"(con|prn|aux|nul|(com|lpt)[0-9\u00b9\u00b2\u00b3])\s*(\.|\Z)", re.IGNORECASE)
UNSAFE = re.compile(
    '[\x00-\x1f\x7f-\x9f<>:"/\\\\|?*\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]|^[-. ]|[. ]$'
)


class Anything(dict[str, object]):
    """Routes to a picture of its own for every path."""

    def get(self, path: str, default: object = None) -> Callable[[int], bytes]:
        """A picture that no other path has."""
        body = answer(png(zlib.crc32(path.encode("latin-1"))) + path.encode("latin-1"))
        return lambda _: body


def in_the_link(server: Hostile, number: int, text: str) -> Entry:
    """The text as the last part of a link's path; a link of tens of thousands of characters is none."""
    return Entry(server.url(f"/{number}/{quote(text[:1000], safe='', errors='replace')}"), number)


def as_the_title(server: Hostile, number: int, text: str) -> Entry:
    return Entry(server.url(f"/{number}.jpg"), number, (("title", text),))


def as_the_album(server: Hostile, number: int, text: str) -> Entry:
    return Entry(server.url(f"/{number}/same.jpg"), number, (("album", text),))


def wrong(directory: Path, count: int) -> list[str]:
    """What is wrong with the names in a directory that should hold so many pictures."""
    found = []
    files: list[str] = []
    for place, folders, names in os.walk(directory):
        if place == str(directory):
            folders.remove(".pixhaul")
        for name in (*folders, *names):
            if (
                UNSAFE.search(name)
                or RESERVED.match(name)
                or len(os.fsencode(name)) > 255
                or name.lower() == ".pixhaul"
            ):
                found.append(f"unsafe: {name!r}")
            if (Path(place) / name).is_symlink():
                found.append(f"a link: {name!r}")
        files += [os.path.relpath(os.path.join(place, name), directory) for name in names]  # noqa: PTH118
    if len(files) != count:
        found.append(f"{len(files)} files for {count} names")
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        folded = {unicodedata.normalize(form, unicodedata.normalize(form, name).casefold()) for name in files}
        found += [f"{len(folded)} names in {form}, case aside"] if len(folded) != len(files) else []
    return found


def kept(server: Hostile, folder: Path, texts: list[str], way: Callable[..., Entry], template: str) -> list[str]:
    """Download a picture for each text; what is wrong with what came."""
    server.routes = Anything()  # type: ignore[assignment]
    outside = folder / "outside"
    directory = outside / "deeper" / "images"
    directory.mkdir(parents=True)
    entries = [way(server, number, text) for number, text in enumerate(texts)]
    summary = pixhaul.download(entries, directory, allow_private=True, filename=template, per_host=32)
    strange = [str(path) for path in outside.rglob("*") if directory not in (path, *path.parents)]
    there = [f"outside: {path}" for path in strange if path != str(outside / "deeper")]
    there += [] if summary.done == len(texts) else [f"{summary}"]
    return there + wrong(directory, len(texts))


WAYS = [(in_the_link, ""), (as_the_title, "{title}"), (as_the_album, "{album}/{stem}")]


@pytest.mark.parametrize(("way", "template"), WAYS)
def test_hostile_names_become_safe_ones(
    way: Callable[..., Entry], template: str, server: Hostile, tmp_path: Path
) -> None:
    texts = hostile_texts(NAMES)
    assert kept(server, tmp_path, texts[:: NAMES // SAMPLE], way, template) == []


@pytest.mark.torture
@pytest.mark.parametrize(("way", "template"), WAYS)
def test_every_hostile_name_becomes_a_safe_one(
    way: Callable[..., Entry], template: str, server: Hostile, tmp_path: Path, record_property: object
) -> None:
    texts = hostile_texts(NAMES)
    found = kept(server, tmp_path, texts, way, template)
    record_property("figure", f"F12 {way.__name__}: {len(set(texts))} hostile names, {len(found)} violations")  # type: ignore[operator]
    assert found == []
