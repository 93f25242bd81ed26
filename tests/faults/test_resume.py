"""A transfer that broke off is continued only where a strong validator vouches for it; else it begins anew (B9)."""

from __future__ import annotations

import random
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from fault import reply

import pixhaul
from hostile import CUT, KEEP, RESET, Asked, Hostile, Steps
from pictures import png
from pixhaul.models import Result
from pixhaul.resume import OVERLAP, Leftovers, Unfinished, claimed

OLD = png(1, padding=700_000)
NEW = png(2, padding=700_000)
NOISES = [png(3) + random.Random(seed).randbytes(700_000) for seed in range(2)]
"""Two files of one length, with one picture and other bytes behind it."""
CUT_AT = 500_000
DATE, LATER = "Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT", "Last-Modified: Sun, 06 Nov 1994 08:49:38 GMT"
CODED_AND_NOT = ("Content-Encoding: gzip", "Content-Encoding: identity")
TAG, OTHER_TAG = 'ETag: "one"', 'ETag: "two"'


def start_of(asked: Asked) -> int:
    """Where a request wants to go on; 0: it wants the whole."""
    match = re.fullmatch(r"bytes=(\d+)-", asked.field("range"))
    return int(match[1]) if match else 0


def rest(start: int, body: bytes = OLD, *lines: str, span: str = "", length: bool = True) -> bytes:
    """A 206 from there on, with a right Content-Range unless another is given."""
    fields = lines or (TAG,)
    said = span or f"bytes {start}-{len(body) - 1}/{len(body)}"
    return reply(body[start:], *fields, f"Content-Range: {said}", status="206 Partial Content", length=length)


def cut(body: bytes, *lines: str, at: int = CUT_AT, length: bool = True) -> list[object]:
    """The beginning of a whole answer, then the end of the connection."""
    said = [f"Content-Length: {len(body)}"] if length else []
    return [reply(body[:at], *lines, *said, length=False), CUT]


def cut_rest(start: int) -> list[object]:
    """The next 50,000 bytes of the rest, as if all of it were to come; the time after, all of it."""
    if start > CUT_AT:
        return [rest(start)]
    head, _, body = rest(start).partition(b"\r\n\r\n")
    return [head + b"\r\n\r\n" + body[:50_000], 0.05, RESET]


class Situation(NamedTuple):
    """What the server does when it is asked again for what broke off."""

    name: str
    again: Callable[[int], Steps]
    """The answer to a request for the rest, from that byte on."""
    truth: bytes | str
    """The bytes that must be kept in the end, or a reason."""
    first: list[object] = cut(OLD, TAG)
    whole: bytes = reply(NEW, OTHER_TAG)
    """The answer to later requests for the whole."""
    asks: bool = True
    """Whether the rest may be asked for at all."""


def _moved(start: int, by: int) -> bytes:
    return rest(start, OLD, TAG, span=f"bytes {start + by}-{len(OLD) - 1}/{len(OLD)}")


def _multipart(start: int) -> bytes:
    body = (
        b"--x\r\nContent-Range: bytes %d-%d/%d\r\n\r\n" % (start, len(OLD) - 1, len(OLD)) + OLD[start:] + b"\r\n--x--"
    )
    return reply(body, TAG, "Content-Type: multipart/byteranges; boundary=x", status="206 Partial Content")


def _wrapped(start: int) -> bytes:
    """Cut, so that its bytes seem worth keeping: the next part would come behind what is no part of the picture."""
    span = f"\r\nContent-Range: bytes {start}-{SIZE - 1}/{SIZE}\r\n".encode()
    return _multipart(start).replace(b"\r\n", span, 1)[:-99]


def _chunked(start: int, body: bytes) -> bytes:
    span = f"Content-Range: bytes {start}-{len(OLD) - 1}/{len(OLD)}"
    coded = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
    return reply(coded, TAG, span, "Transfer-Encoding: chunked", status="206 Partial Content", length=False)


def _status(line: str, *fields: str) -> Callable[[int], Steps]:
    return lambda _start: reply(b"", *fields, status=line)


SIZE = len(OLD)
SITUATIONS = [
    Situation("the rest", rest, OLD),
    Situation("the rest, on a connection that stays", lambda start: [rest(start), KEEP], OLD),
    Situation("the rest, in chunks", lambda start: _chunked(start, OLD[start:]), OLD),
    Situation("the rest, cut once more", cut_rest, OLD),
    Situation("the whole, for it knows no ranges", lambda _: reply(OLD, TAG), OLD),
    Situation("the whole, for it has changed", lambda _: reply(NEW, OTHER_TAG), NEW),
    Situation("the whole, cut once more, with another validator", lambda _: cut(NEW, OTHER_TAG, at=300_000), NEW),
    Situation("the rest of what it has become, with its new validator", lambda start: rest(start, NEW, OTHER_TAG), NEW),
    Situation(
        "the rest of what it has become, with the validator of old",
        lambda start: rest(start, NOISES[1], TAG),
        NOISES[1],
        cut(NOISES[0], TAG),
        reply(NOISES[1], TAG),
    ),
    Situation("the rest of noise", lambda start: rest(start, NOISES[0], TAG), NOISES[0], cut(NOISES[0], TAG)),
    Situation("the rest, with a weak validator", lambda start: rest(start, NEW, 'ETag: W/"one"'), NEW),
    Situation("the rest, without a validator", lambda start: rest(start, NEW, "X-A: b"), NEW),
    Situation("a part that begins later", lambda start: _moved(start, 100), NEW),
    Situation("a part that begins earlier", lambda start: _moved(start, -100), NEW),
    Situation("a part that begins at 0", lambda _: rest(0, OLD, TAG), NEW),
    Situation("a part that ends too early", lambda s: rest(s, OLD, TAG, span=f"bytes {s}-{SIZE - 9}/{SIZE}"), NEW),
    Situation("a part of something longer", lambda s: rest(s, OLD, TAG, span=f"bytes {s}-{SIZE - 1}/{SIZE + 9}"), NEW),
    Situation("a part of unknown length", lambda s: rest(s, OLD, TAG, span=f"bytes {s}-{SIZE - 1}/*"), NEW),
    Situation("a part in other units", lambda s: rest(s, OLD, TAG, span=f"pixels {s}-{SIZE - 1}/{SIZE}"), NEW),
    Situation("a part that does not say which", lambda s: reply(OLD[s:], TAG, status="206 Partial Content"), NEW),
    Situation("several parts in one", _multipart, NEW),
    Situation("a coded part", lambda s: rest(s, OLD, TAG, "Content-Encoding: gzip"), NEW),
    Situation("fewer bytes than it announced, in whole chunks", lambda s: _chunked(s, OLD[s:-99]), OLD),
    Situation("more bytes than it announced, in chunks", lambda s: _chunked(s, OLD[s:] + b"more"), NEW),
    Situation("a part with two validators, ours the second", lambda s: rest(s, NEW, OTHER_TAG, TAG), NEW),
    Situation("a part with two validators, ours the first", lambda s: rest(s, NEW, TAG, OTHER_TAG), NEW),
    Situation("a part with two places", lambda s: rest(s, NEW, TAG, f"Content-Range: bytes 0-9/{SIZE}"), NEW),
    Situation(
        "a part with our validator and another date", lambda s: rest(s, NEW, TAG, LATER), NEW, cut(OLD, TAG, DATE)
    ),
    Situation("a part with our validator and our date", lambda s: rest(s, OLD, TAG, DATE), OLD, cut(OLD, TAG, DATE)),
    Situation("a part in two codings, the second none", lambda s: rest(s, OLD, TAG, *CODED_AND_NOT), NEW),
    Situation("a part of another length than its place", lambda s: [_wrapped(s), CUT], NEW),
    Situation("two validators at first", rest, NEW, cut(OLD, OTHER_TAG, TAG), asks=False),
    Situation("416, of the length that we have", _status("416 No", f"Content-Range: bytes */{CUT_AT}"), NEW),
    Situation("416, of the whole length", _status("416 No", f"Content-Range: bytes */{SIZE}"), NEW),
    Situation("416 and nothing more", _status("416 No"), NEW),
    Situation("412", _status("412 Precondition Failed"), NEW),
    Situation("304", _status("304 Not Modified"), NEW),
    Situation("404", _status("404 Not Found"), "not-found"),
    Situation("503, and then the rest", lambda start: reply(b"", status="503 Busy"), OLD),
    Situation("a redirect to the whole", lambda _: reply(b"", "Location: /other", status="302 Found"), NEW),
    Situation("no strong validator at first, but a weak one", rest, NEW, cut(OLD, 'ETag: W/"one"'), asks=False),
    Situation("a date alone at first", rest, NEW, cut(OLD, "Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT"), asks=False),
    Situation("no validator at first", rest, NEW, cut(OLD), asks=False),
    Situation("no length at first", rest, NEW, cut(OLD, TAG, length=False), asks=False),
    Situation("two validators in one at first", rest, NEW, cut(OLD, 'ETag: "a", "b"'), asks=False),
    Situation("little at first", rest, NEW, cut(OLD, TAG, at=100_000), asks=False),
    Situation("a coded body at first", rest, NEW, cut(OLD, TAG, "Content-Encoding: gzip"), asks=False),
]


class Play:
    """A server in one situation."""

    def __init__(self, situation: Situation) -> None:
        self.situation = situation
        self.asked_for_rest: list[int] = []
        self.validators: set[str] = set()

    def __call__(self, asked: Asked) -> Steps:
        start = start_of(asked)
        if asked.order == 0:
            return self.situation.first  # type: ignore[return-value]
        if not start:
            return self.situation.whole
        self.asked_for_rest.append(start)
        self.validators.add(asked.field("if-range"))
        if asked.field("if-range") == '"two"':
            return rest(start, NEW, OTHER_TAG)
        if self.situation.name.startswith("503") and len(self.asked_for_rest) > 1:
            return rest(start)
        if self.situation.name.startswith("fewer") and start > CUT_AT:
            return rest(start)
        return self.situation.again(start)


def fetch(url: str, directory: Path, **options: object) -> Result:
    """One link through a whole run."""
    (result,) = pixhaul.stream([url], directory, **({"allow_private": True, "retries": 4} | options))
    return result


class Ended(NamedTuple):
    """How one situation ended."""

    outcome: str
    """done, or the reason."""
    is_true: bool
    """Whether the bytes kept, if any, are those of the table."""
    asked: bool
    """Whether the rest was asked for."""


def play_all(server: Hostile, directory: Path, *runs: dict[str, object]) -> tuple[dict[str, Ended], list[Play]]:
    """All situations in one run, or in several, one after another."""
    plays = {server.origin(play).url("/a.png"): play for play in map(Play, SITUATIONS)}
    ended = {}
    for options in runs:
        for result in pixhaul.stream(list(plays), directory, **({"allow_private": True, "durable": False} | options)):
            play = plays[result.url]
            truth = play.situation.truth
            is_true = result.path is None or (directory / result.path).read_bytes() == truth
            ended[play.situation.name] = Ended(result.reason or "done", is_true, bool(play.asked_for_rest))
    return ended, list(plays.values())


EXPECTED = {
    one.name: Ended("done" if isinstance(one.truth, bytes) else one.truth, True, one.asks) for one in SITUATIONS
}


@pytest.mark.parametrize("spill", [10**6, 300_000], ids=["in memory", "in a part file"])
def test_what_is_kept_is_exact_whatever_comes(spill: int, server: Hostile, tmp_path: Path) -> None:
    ended, plays = play_all(server, tmp_path, {"spill_bytes": spill})
    assert {name: one for name, one in ended.items() if one != EXPECTED[name]} == {}
    assert len(ended) == len(SITUATIONS) >= 24
    assert {validator for play in plays for validator in play.validators} <= {'"one"', '"two"'}
    left = {play.situation.name for play in plays if isinstance(play.situation.truth, str)}
    assert len(list((tmp_path / ".pixhaul" / "parts").glob("*.part"))) == len(left)


def test_another_run_goes_on_where_it_broke_off(server: Hostile, tmp_path: Path) -> None:
    ended, _ = play_all(server, tmp_path, {"retries": 0}, {})
    assert {name: one for name, one in ended.items() if one != EXPECTED[name]} == {}


def test_only_the_rest_is_asked_for(server: Hostile, tmp_path: Path) -> None:
    play = Play(SITUATIONS[0])
    fetch(server.origin(play).url("/a.png"), tmp_path, retries=0)
    (note,) = (tmp_path / ".pixhaul" / "parts").glob("*.resume")
    fetch(f"http://127.0.0.1:{server.port}/nothing", tmp_path, retries=0)
    assert note.exists()
    fetch(server.origin(play).url("/a.png"), tmp_path, retries=0)
    assert play.asked_for_rest == []  # another port is another link


def test_a_rest_costs_a_few_bytes_twice(server: Hostile, tmp_path: Path) -> None:
    play = Play(SITUATIONS[0])
    origin = server.origin(play)
    fetch(origin.url("/a.png"), tmp_path, retries=0)
    fetch(origin.url("/a.png"), tmp_path, retries=0)
    assert play.asked_for_rest == [CUT_AT - OVERLAP]


@pytest.mark.parametrize("harm", ["changed", "shorter", "gone", "a link", "another name"])
def test_a_part_that_is_not_what_it_was_begins_anew(harm: str, server: Hostile, tmp_path: Path) -> None:
    origin = server.origin(Play(SITUATIONS[0]))
    directory = tmp_path / "d"
    fetch(origin.url("/a.png"), directory, retries=0)
    (part,) = (directory / ".pixhaul" / "parts").glob("*.part")
    data = part.read_bytes()
    victim = tmp_path / "victim"
    victim.write_bytes(data)
    part.unlink()
    if harm == "changed":
        part.write_bytes(data[:-9] + b"?" + data[-8:])
    elif harm == "shorter":
        part.write_bytes(data[:-9])
    elif harm == "a link":
        part.symlink_to(victim)
    elif harm == "another name":
        part.hardlink_to(victim)
    result = fetch(origin.url("/a.png"), directory, retries=0)
    assert (directory / str(result.path)).read_bytes() == NEW
    assert victim.read_bytes() == data


def test_notes_that_make_no_sense_are_removed(tmp_path: Path) -> None:
    part = tmp_path / "x.part"
    part.write_bytes(bytes(400_000))
    good = Unfinished(5, "http://a/", '"x"', 500_000, 400_000, "00", "x.part")
    Leftovers(tmp_path).note(good)
    (tmp_path / f"{6:016x}.resume").write_text("{")
    (tmp_path / f"{7:016x}.resume").write_text('{"key": 7}')
    Leftovers(tmp_path).note(good._replace(key=8, part="../x.part"))
    Leftovers(tmp_path).note(good._replace(key=9, held=900_000))
    assert claimed(tmp_path) == {"x.part"}
    assert [path.name for path in tmp_path.glob("*.resume")] == [f"{5:016x}.resume"]


PROGRAM = "import sys, pixhaul; pixhaul.download([sys.argv[1]], sys.argv[2], allow_private=True, spill_bytes=300_000)"


def test_a_killed_run_is_continued_too(server: Hostile, tmp_path: Path) -> None:
    slow = [reply(OLD[:CUT_AT], TAG, f"Content-Length: {SIZE}", length=False), 30.0]
    play = Play(SITUATIONS[0]._replace(first=slow))
    origin = server.origin(play)
    run = subprocess.Popen([sys.executable, "-c", PROGRAM, origin.url("/a.png"), str(tmp_path)])
    parts = tmp_path / ".pixhaul" / "parts"
    until = time.monotonic() + 30
    while not list(parts.glob("*.resume")):
        assert time.monotonic() < until
        time.sleep(0.02)
    run.kill()
    run.wait()
    result = fetch(origin.url("/a.png"), tmp_path)
    assert (tmp_path / str(result.path)).read_bytes() == OLD
    assert 300_000 < play.asked_for_rest[0] <= CUT_AT
