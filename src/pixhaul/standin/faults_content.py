"""More that can go wrong with a picture's answer: codings, other contents, redirects, ranges. One entry a fault."""

from __future__ import annotations

import gzip
import struct
import time
import zlib
from collections.abc import Callable
from email.utils import formatdate
from functools import cache
from io import BytesIO

from .faults_picture import Case, Fault
from .messages import Ending, Reply, Steps, encode

_GZIP = "gzip"


def _body(case: Case, body: bytes, **headers: str) -> Steps:
    return [encode(case.reply._replace(body=body).with_headers(**headers), case.request)]


def _zipped(case: Case) -> bytes:
    return gzip.compress(case.reply.body, 1, mtime=0)


@cache
def _bomb(megabytes: int) -> bytes:
    engine = zlib.compressobj(9, wbits=31)
    million = bytes(1_000_000)
    return b"".join(engine.compress(million) for _ in range(megabytes)) + engine.flush()


def _coded_bomb(case: Case) -> Steps:
    return _body(case, _bomb(int(case.options["megabytes"])), content_encoding=_GZIP)


def _png(width: int, height: int) -> bytes:
    """A PNG that claims that size and has no pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def _pixels(case: Case) -> Steps:
    side = int(case.options["side"])
    return _body(case, _png(side, side), content_type="image/png")


@cache
def _placeholder() -> bytes:
    from PIL import Image

    target = BytesIO()
    Image.new("RGB", (160, 90), (200, 200, 205)).save(target, "PNG")
    return target.getvalue()


def _instead(data: bytes, kind: str) -> Callable[[Case], Steps]:
    return lambda case: [encode(Reply(200, (("Content-Type", kind),), data), case.request)]


def _to(target: str, status: int = 302) -> Callable[[Case], Steps]:
    """A redirect; {path} is the picture's own, {turn} counts."""

    def act(case: Case) -> Steps:
        place = target.format(path=case.request.path, turn=case.turn)
        return [encode(Reply(status, (("Location", place), ("Set-Cookie", "seen=1"))), case.request)]

    return act


def _chain(case: Case) -> Steps:
    """So many redirects to the picture's own address with another query, then the picture."""
    hops = int(case.options["hops"])
    step = int(case.request.field("hop") or 0)
    if step >= hops:
        return [encode(case.reply, case.request)]
    return _to(f"{{path}}?hop={step + 1}")(case)


def _busy(*waits: Callable[[], str], status: int = 429) -> Callable[[Case], Steps]:
    return lambda case: [encode(Reply(status, tuple(("Retry-After", wait()) for wait in waits)), case.request)]


def _way(case: Case, *fields: tuple[str, str]) -> Reply:
    """A redirect to the picture's own address with another query, behind which it is."""
    page = b"<html><body>elsewhere</body></html>"
    return Reply(302, (("Location", f"{case.request.path}?hop=1"), *fields), page)


def _later(case: Case) -> Steps:
    reply = case.reply if case.request.field("hop") else _way(case, ("Retry-After", "2"))
    return [encode(reply, case.request)]


def _cut_way(case: Case) -> Steps:
    if case.request.field("hop"):
        return [encode(case.reply, case.request)]
    return [encode(_way(case), case.request)[:-9], Ending.CLOSE]


def _cut_page(case: Case) -> Steps:
    page = Reply(404, (("Content-Type", "text/html"),), b"<html><body>There is nothing here.</body></html>")
    return [encode(page, case.request)[:-9], Ending.CLOSE]


def _in_a_moment() -> str:
    return formatdate(time.time() + 2, usegmt=True)


def _is_range(case: Case) -> bool:
    return case.reply.status in (206, 416)


def _at_ranges(act: Callable[[Case], Steps]) -> Callable[[Case], Steps]:
    """That, for requests of a range alone; the first request of a picture is cut, so that there will be one."""

    def either(case: Case) -> Steps:
        if _is_range(case):
            return act(case)
        if case.turn > 1:
            return [encode(case.reply, case.request)]
        whole = encode(case.reply, case.request)
        return [whole[: len(whole) - len(case.reply.body) // 3], Ending.CLOSE]

    return either


def _said(**headers: str) -> Callable[[Case], Steps]:
    return lambda case: [encode(case.reply.with_headers(**headers), case.request)]


def _cut_first(change: Callable[[Reply], Reply]) -> Callable[[Case], Steps]:
    """The answer, changed; and cut the first time it is given."""

    def act(case: Case) -> Steps:
        whole = encode(change(case.reply), case.request)
        return [whole[: len(whole) - len(case.reply.body) // 3], Ending.CLOSE] if case.turn == 1 else [whole]

    return act


def _unvouched(reply: Reply) -> Reply:
    return reply._replace(headers=tuple(pair for pair in reply.headers if pair[0] not in ("ETag", "Last-Modified")))


def _weak(reply: Reply) -> Reply:
    return reply.with_headers(etag='W/"weak"')


def _unasked(case: Case) -> Steps:
    size = len(case.reply.body)
    part = case.reply._replace(status=206, body=case.reply.body[: size // 2])
    return [encode(part.with_headers(content_range=f"bytes 0-{size // 2 - 1}/{size}"), case.request)]


_SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>alert(1)</script></svg>'
_FILM = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + bytes(500)

CONTENT_FAULTS: dict[str, Fault] = {
    "gzip-cut": Fault(
        lambda case: _body(case, _zipped(case)[:-99], content_encoding=_GZIP), "coded with gzip, and cut"
    ),
    "gzip-bomb": Fault(_coded_bomb, "so many megabytes of zeros, coded with gzip", {"megabytes": 300.0}),
    "gzip-unlabelled": Fault(lambda case: _body(case, _zipped(case)), "coded with gzip, and nothing says so"),
    "gzip-twice": Fault(
        lambda case: _body(case, gzip.compress(_zipped(case)), content_encoding="gzip, gzip"), "coded with gzip twice"
    ),
    "plain-as-gzip": Fault(_said(content_encoding=_GZIP), "whole, labelled gzip and not coded"),
    "plain-as-br": Fault(_said(content_encoding="br"), "whole, labelled br and not coded"),
    "deflate": Fault(
        lambda case: _body(case, zlib.compress(case.reply.body), content_encoding="deflate"), "whole, deflated"
    ),
    "trailing": Fault(lambda case: _body(case, case.reply.body + b"\n<!-- cached -->\n"), "whole, with text behind it"),
    "pixel-bomb": Fault(_pixels, "a PNG that claims so many pixels each way", {"side": 60_000.0}),
    "placeholder": Fault(
        lambda case: _body(case, _placeholder(), content_type="image/png"), "the same grey picture for all"
    ),
    "svg": Fault(_instead(_SVG, "image/svg+xml"), "200 with an SVG"),
    "film": Fault(_instead(_FILM, "video/mp4"), "200 with a film"),
    "json": Fault(_instead(b'{"error": "gone"}', "application/json"), "200 with JSON"),
    "redirect-chain": Fault(_chain, "so many redirects, then the picture", {"hops": 11.0}),
    "redirect-nowhere": Fault(lambda case: [encode(Reply(302, ()), case.request)], "302 without a Location"),
    "redirect-private": Fault(_to("http://169.254.169.254/latest/meta-data/"), "302 to a cloud's inner address"),
    "redirect-user": Fault(_to("http://me:secret@127.0.0.1/"), "302 to an address with a password"),
    "redirect-down": Fault(_to("http://10.0.0.1{path}", 308), "308 to a private network"),
    "redirect-data": Fault(_to("data:image/png;base64,iVBORw0KGgo="), "302 to a data: address"),
    "429-date": Fault(_busy(_in_a_moment), "429 with a Retry-After that is a date, two seconds ahead"),
    "429-tomorrow": Fault(_busy(lambda: "86400"), "429 with a Retry-After of a day"),
    "429-nonsense": Fault(_busy(lambda: "1e400"), "429 with a Retry-After that means nothing"),
    "429-fraction": Fault(_busy(lambda: "1.5"), "429 with a Retry-After of a second and a half"),
    "429-twice": Fault(_busy(lambda: "1", lambda: "2"), "429 with two Retry-After fields"),
    "502-later": Fault(_busy(lambda: "2", status=502), "502 with a Retry-After of two seconds"),
    "redirect-later": Fault(_later, "302 with a Retry-After of two seconds, then the picture"),
    "redirect-cut": Fault(_cut_way, "302 to the picture, whose page is cut"),
    "404-cut": Fault(_cut_page, "404, whose page is cut"),
    "removed-spelled": Fault(_to("/./%72emoved.png?1"), "302 to removed.png, in another spelling"),
    "206-unasked": Fault(_unasked, "206 with half of it, though all was asked for"),
    "weak-etag": Fault(_cut_first(_weak), "cut at first, with a weak ETag"),
    "no-validator": Fault(_cut_first(_unvouched), "cut at first; nothing says which version it is"),
    "range-416": Fault(
        _at_ranges(lambda case: [encode(Reply(416, ()), case.request)]), "cut at first; 416 for the rest"
    ),
    "range-changed": Fault(_at_ranges(_said(etag='"changed"')), "cut at first; the rest is of another version"),
    "range-no-place": Fault(
        _at_ranges(lambda case: [encode(case.reply._replace(headers=()), case.request)]),
        "cut at first; the rest does not say where it begins",
    ),
}
"""Name to fault: codings, contents, redirects, ranges."""
