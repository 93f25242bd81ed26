"""The header fields of an answer that somebody reads, and the budget that all of them must keep. Pure."""

from __future__ import annotations

import re
from typing import TypeAlias

MOST_BYTES = 64 * 1024
MOST_FIELDS = 100
MOST_INTERIM = 10
"""Answers 1xx before the real one."""

Fields: TypeAlias = tuple[tuple[str, str], ...]

# One search for all costs a quarter of looking at each line in Python.
_WANTED = re.compile(
    rb"^(content-encoding|date|etag|last-modified|retry-after)"
    rb":[ \t]*([^\r\n]*)",
    re.IGNORECASE | re.MULTILINE,
)


def read_headers(lines: list[bytes]) -> tuple[Fields, str]:
    """The fields of the last answer among the lines, names in lower case; and what is wrong with them, or nothing.

    Args:
        lines: As libcurl gives them: status lines, fields and empty lines, of interim answers too, and trailers.
    """
    block = b"".join(lines)
    start = block.rfind(b"\nHTTP/") + 1
    if start:
        if block.count(b"\nHTTP/") > MOST_INTERIM:
            return (), f"more than {MOST_INTERIM} interim answers"
        block = block[start:]
    if len(block) > MOST_BYTES:
        return (), f"more than {MOST_BYTES} bytes of headers"
    if block.count(b"\n") > MOST_FIELDS + 2:
        return (), f"more than {MOST_FIELDS} header fields"
    found = _WANTED.findall(block)
    return tuple((name.lower().decode("ascii"), value.strip().decode("latin-1")) for name, value in found), ""
