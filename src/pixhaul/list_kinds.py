"""What kind of list a file is, and why some are none that is read here."""

from __future__ import annotations

from pathlib import Path

from pixhaul.errors import UsageError
from pixhaul.escape import terminal
from pixhaul.lines import BOM, CutError, Stream, block

_SUFFIXES = {".csv": "csv", ".tsv": "tsv", ".tab": "tsv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "jsonl"}
_READ_HERE = "text, .csv, .tsv and .jsonl are read, each also .gz or .zst"


def shown_as(place: str) -> str:
    """The name of a list, fit for a terminal."""
    return "standard input" if place == "-" else terminal(place)


def beginning_of(stream: Stream, shown: str) -> bytes:
    """Its first bytes. Raises UsageError where they cannot be had."""
    try:
        return block(stream)
    except CutError as error:
        raise UsageError(f"{shown} cannot be read: {error}", _READ_HERE) from error


def kind_of(place: str, first: bytes) -> str:
    """text, csv, tsv or jsonl: by the name, and for standard input by its first byte. Raises UsageError for others."""
    suffixes = [suffix.lower() for suffix in Path(place).suffixes]
    if suffixes and suffixes[-1] in (".gz", ".zst", ".zstd"):
        suffixes.pop()
    suffix = suffixes[-1] if suffixes else ""
    start = first.removeprefix(BOM).lstrip()[:1]
    _refuse_binary(first, suffix, shown_as(place))
    if suffix == ".json" and start == b"[":
        raise UsageError(f"{shown_as(place)} is one JSON array, not lines", "make it lines with: jq -c '.[]'")
    return "jsonl" if place == "-" and start == b"{" else _SUFFIXES.get(suffix, "text")


def _refuse_binary(first: bytes, suffix: str, shown: str) -> None:
    if first.startswith(b"PAR1") or suffix == ".parquet":
        raise UsageError(f"{shown} is Parquet, and no list that is read here", _READ_HERE)
    if first.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UsageError(f"{shown} is text in UTF-16", "save it as UTF-8")
    if b"\0" in first[:1024]:
        raise UsageError(f"{shown} is no list of links: there is binary data in it", _READ_HERE)
