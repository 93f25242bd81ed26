"""What passes between the deciding process and its workers: one JSON array a line, never pickle. Pure."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeAlias

from pixhaul.models import Attempt, Job, Picture, Reply
from pixhaul.options import Options
from pixhaul.timing import Timing

INLINE = 2048
"""Bytes of a body that travel in the line itself: some are looked at again by who judges the reply."""

Numbered: TypeAlias = tuple[int, Reply]
Told: TypeAlias = tuple[int, Reply, str]
"""A number, a reply whose body is short, and the path of a part file where it was not."""

_dumps = json.JSONEncoder(separators=(",", ":")).encode
_loads = json.JSONDecoder().decode


def options_line(options: Options) -> bytes:
    """The first line to a worker. It goes through the pipe since a proxy's address may hold a password."""
    values = asdict(options)
    values["types"] = None if options.types is None else sorted(options.types)
    return _dumps(values).encode() + b"\n"


def options_of(line: bytes) -> Options:
    """The options in that line."""
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in _loads(line.decode()).items()
    }
    if values["types"] is not None:
        values["types"] = frozenset(values["types"])
    return Options(**values)


def attempts_line(attempts: list[tuple[int, Attempt]]) -> bytes:
    """What a worker must know of attempts, each under its number: one line, for encoding one by one costs 3 us more."""
    told = [(number, one.url, one.host, one.job.local, one.job.key, one.spent) for number, one in attempts]
    return _dumps(told).encode() + b"\n"


def attempts_of(line: bytes) -> list[Attempt]:
    """The attempts in that line; the token of each is its number."""
    return [
        Attempt(Job(url, local=local, digest=key), url, host, token=number, spent=spent)
        for number, url, host, local, key, spent in _loads(line.decode())
    ]


def replies_line(replies: list[Told]) -> bytes:
    """Replies, each with the number of its attempt and the path of its part file."""
    return _dumps([_picture(*told) if told[2] else _whatever(*told) for told in replies]).encode() + b"\n"


def replies_of(line: bytes) -> list[Numbered]:
    """The numbers and the replies in that line."""
    return [_kept(told) if len(told) == _KEPT else _other(*told) for told in _loads(line.decode())]


# Nearly every reply is a picture in a part file: all that it does not say is left away, which halves the cost of it.

_KEPT = 8
_READ_ALREADY = frozenset({"content-length", "content-encoding", "content-range", "transfer-encoding", "location"})
"""Fields that only who transfers asks for."""


def _picture(number: int, reply: Reply, part: str) -> tuple[object, ...]:
    if reply.timing is not None:
        return _whatever(number, reply, part)
    headers = [pair for pair in reply.headers if pair[0] not in _READ_ALREADY]
    return number, part, reply.status, headers, reply.size, reply.sha256.hex(), reply.picture, reply.seconds


def _kept(told: list[Any]) -> Numbered:
    number, part, status, headers, size, sha256, picture, seconds = told
    fields = tuple([(name, value) for name, value in headers])
    return number, Reply(status, fields, Path(part), size, bytes.fromhex(sha256), Picture(*picture), seconds=seconds)


def _whatever(number: int, reply: Reply, part: str) -> tuple[object, ...]:
    body = reply.body if isinstance(reply.body, bytes) else b""
    return number, part, reply._replace(body=b64encode(body).decode(), sha256=reply.sha256.hex())  # type: ignore[arg-type]


def _other(number: int, part: str, values: list[Any]) -> Numbered:
    told = Reply(*values)
    reply = told._replace(
        headers=tuple([(name, value) for name, value in told.headers]),
        body=Path(part) if part else b64decode(told.body),  # type: ignore[arg-type]
        sha256=bytes.fromhex(told.sha256),  # type: ignore[arg-type]
        picture=None if told.picture is None else Picture(*told.picture),
        timing=None if told.timing is None else Timing(*told.timing),
    )
    return number, reply


class Gone(Exception):
    """The worker has ended, or been killed."""


class Lines:
    """Bytes as they come from a pipe, cut into whole lines."""

    def __init__(self) -> None:
        self._rest = b""

    def add(self, data: bytes) -> list[bytes]:
        """The lines that these bytes complete."""
        *whole, self._rest = (self._rest + data).split(b"\n")
        return whole
