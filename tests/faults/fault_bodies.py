"""Bodies that are something else than a picture, placeholders, and statuses that say so (B10, B12)."""

from __future__ import annotations

import json
import struct
import zlib

from fault import KEPT, Case, at, ends, forever, keeps, picture, reply, then, tried
from whole_pictures import canvas, saved

from hostile import CUT, HANG, Asked, Steps

JPEG = picture("jpeg")
HTML = b"<!DOCTYPE html><html><head><title>Sorry</title></head><body>gone</body></html>\n"
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'


def strangers() -> list[Case]:
    """Whole bodies of other kinds, labelled as a picture or truly."""
    others = {
        "HTML": HTML,
        "HTML with a lot of space before it": b"\n" * 5000 + HTML,
        "JSON": json.dumps({"error": "not found"}).encode(),
        "text": b"The picture you are looking for is no longer here.",
        "XML": b'<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>',
        "JavaScript": b"location.href='/login'",
        "a PDF": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n%%EOF\n",
        "a ZIP": b"PK\x03\x04" + bytes(60),
        "a film": b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + bytes(99),
        "WebM": b"\x1a\x45\xdf\xa3" + bytes(99),
        "a program": b"MZ" + bytes(99),
        "an ELF program": b"\x7fELF" + bytes(99),
        "zeros": bytes(4000),
        "one byte": b"\xff",
        "a PHP script": b"<?php echo 1; ?>",
        "a GIF's first bytes and a script": b"GIF89a=1;alert(1)//",
        "a JPEG's first bytes and a page": b"\xff\xd8\xff\xe0" + HTML,
        "a PNG's first bytes and a page": b"\x89PNG\r\n\x1a\n" + HTML,
        "Latin text that begins like a bitmap": b"BMW is a maker of cars",
    }
    kinds = ("not-an-image", "type-refused", "truncated")
    return [
        tried(f"200 and {name}, labelled image/jpeg", "B10", _as(data, "image/jpeg"), *kinds)
        for name, data in others.items()
    ]


def _as(data: bytes, kind: str) -> bytes:
    return reply(data, f"Content-Type: {kind}")


def other_pictures() -> list[Case]:
    """Pictures of kinds that are not kept, by their name."""
    found = {
        "BMP": saved("BMP"),
        "TIFF": saved("TIFF"),
        "ICO": saved("ICO", canvas(width=16, height=16)),
        "PSD": b"8BPS\0\1" + bytes(99),
        "JPEG XL": b"\xff\x0a" + bytes(99),
        "JPEG 2000": b"\0\0\0\x0cjP  \r\n\x87\n" + bytes(99),
        "SVG": SVG,
        "PNM": b"P6\n2 2\n255\n" + bytes(12),
    }
    return [ends(f"200 and {name}", "B12", reply(data), "type-refused", "not-an-image") for name, data in found.items()]


def empty() -> list[Case]:
    """Statuses of success with nothing behind them."""
    return [
        tried("200 with Content-Length 0", "B10", reply(b""), "not-an-image", "truncated"),
        tried("200 with no body and no length", "B10", reply(b"", length=False), "not-an-image", "truncated"),
        ends("200 and text/html", "B10", _as(HTML, "text/html"), "not-an-image"),
        ends("201 with a picture", "B10", reply(JPEG, status="201 Created"), "http-error"),
        ends("202 with a page", "B10", reply(HTML, status="202 Accepted"), "http-error"),
        ends("204", "B10", reply(b"", status="204 No Content", length=False), "http-error", "not-an-image"),
        ends("205", "B10", reply(b"", status="205 Reset Content"), "http-error", "not-an-image"),
        ends("226 with a picture", "B10", reply(JPEG, status="226 IM Used"), "http-error"),
        keeps("206 unasked, with a Content-Range of the whole", "B9", _range(JPEG, 0), JPEG),
        ends("206 unasked, with a part", "B9", _range(JPEG[:1000], 0), "http-error"),
        ends("206 unasked, without Content-Range", "B9", reply(JPEG, status="206 Partial Content"), "http-error"),
        ends("304 unasked", "B9", reply(b"", status="304 Not Modified", length=False), "http-error"),
        ends("416 unasked", "B9", reply(b"", "Content-Range: bytes */9", status="416 No"), "http-error"),
    ]


def _range(body: bytes, start: int) -> bytes:
    field = f"Content-Range: bytes {start}-{start + len(body) - 1}/{len(JPEG)}"
    return reply(body, field, status="206 Partial Content")


def labels() -> list[Case]:
    """The bytes decide, and no label."""
    wrong = (
        "text/html",
        "text/plain",
        "application/octet-stream",
        "image/png",
        "image/svg+xml",
        "video/mp4",
        "",
        "x" * 999,
    )
    named = 'Content-Disposition: attachment; filename="../../evil.php"'
    return [
        *(keeps(f"a JPEG labelled {kind[:20] or 'with nothing'!r}", "B12", _as(JPEG, kind), JPEG) for kind in wrong),
        keeps("an attachment with a path in its name", "N1", reply(JPEG, named), JPEG),
        keeps(
            "Refresh and Link fields that lead away", "R1", reply(JPEG, "Refresh: 0; url=file:///", "Link: <a>"), JPEG
        ),
    ]


def removed_png() -> bytes:
    """A picture of 503 bytes, which Imgur's placeholder has as well, and which is none."""
    size = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    pixel = _chunk(b"IDAT", zlib.compress(b"\0\x7f"))
    rest = 503 - 8 - 25 - len(pixel) - 12 - 12
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", size) + _chunk(b"teSt", bytes(rest)) + pixel + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


REMOVED_ETAG = "d835884373f4d6c8f24742ceabe74946"


def placeholders() -> list[Case]:
    """Imgur's picture in place of a removed one, and what only looks like it."""
    small = removed_png()
    spellings = (
        "/removed.png?1", "/removed.png#x", "/./removed.png", "/x/../removed.png", "/removed.png/", "/%72emoved.png",
        "/removed.png;v=1", "https://I.IMGUR.COM/removed.png", "https://i.imgur.com./removed.png",
        "https://i.imgur.com:443/removed.png", "//i.imgur.com/removed.png", "https://i.imgur.com//removed.png",
    )  # fmt: skip
    found = [ends(f"302 to {target}", "B10", _to(target, "302 Found"), "removed") for target in spellings]
    return [
        *found,
        ends("302 to /removed.png", "B10", reply(b"", "Location: /removed.png", status="302 Found"), "removed"),
        ends("301 to i.imgur.com/removed.png", "B10", _to("https://i.imgur.com/removed.png"), "removed"),
        ends("200 with the placeholder's ETag and size", "B10", reply(small, f'ETag: "{REMOVED_ETAG}"'), "removed"),
        ends("200 with the placeholder's ETag, weak", "B10", reply(small, f'ETag: W/"{REMOVED_ETAG}"'), "removed"),
        keeps("a real picture of 503 bytes", "B10", reply(small), small),
        keeps("a real picture with the placeholder's ETag", "B10", reply(JPEG, f'ETag: "{REMOVED_ETAG}"'), JPEG),
    ]


def _to(target: str, status: str = "301 Moved Permanently") -> bytes:
    return reply(b"", f"Location: {target}", status=status)


def statuses() -> list[Case]:
    """What failed, by status; the body is never kept, though it be a picture."""
    once = {
        "400": "http-error", "401": "forbidden", "402": "http-error", "403": "forbidden", "404": "not-found",
        "405": "http-error", "406": "http-error", "407": "http-error", "410": "not-found", "414": "http-error",
        "418": "http-error", "421": "http-error", "423": "http-error", "451": "forbidden", "300": "http-error",
        "305": "http-error", "399": "http-error",
    }  # fmt: skip
    passing = {
        "408": "timeout",
        "500": "server-error",
        "502": "server-error",
        "504": "server-error",
        "520": "server-error",
    }
    return [
        *(ends(f"{code} with a picture", "B10", reply(JPEG, status=f"{code} No"), why) for code, why in once.items()),
        *(
            tried(f"{code} with a picture", "B10", reply(JPEG, status=f"{code} No"), why)
            for code, why in passing.items()
        ),
        ends("429, to be asked again tomorrow", "B11", _busy(429, "86400"), "rate-limited"),
        ends("503, to be asked again tomorrow", "B11", _busy(503, "86400"), "rate-limited", "server-error"),
        ends("429 until a date in 2099", "B11", _busy(429, "Thu, 01 Jan 2099 00:00:00 GMT"), "rate-limited"),
        Case(
            "429 for 1.5 s, then the picture",
            "B11",
            then(_busy(429, "1.5"), reply(JPEG)),
            (KEPT, "rate-limited"),
            JPEG,
            2,
        ),
        Case(
            "503 for a second, then the picture",
            "B11",
            then(_busy(503, "1"), reply(JPEG)),
            (KEPT, "server-error"),
            JPEG,
            2,
        ),
        tried("500 for a second, again and again", "B11", _busy(500, "1"), "server-error"),
        ends("502, to be asked again tomorrow", "B11", _busy(502, "86400"), "rate-limited", "server-error"),
        *(
            ends(f"{code} with a page that is cut", "B10", [_page_cut(code, *fields), CUT], why)
            for code, why, *fields in (
                ("404", "not-found"),
                ("403", "forbidden"),
                ("429", "rate-limited", "Retry-After: 86400"),
                ("302", "removed", "Location: /removed.png"),
                ("410", "not-found", "Transfer-Encoding: chunked"),
            )
        ),
        *(
            ends(f"{code} with a page that never ends", "B7", forever(_page_cut(code, *fields), HTML * 999), why)
            for code, why, *fields in (("404", "not-found"), ("302", "removed", "Location: /removed.png"))
        ),
        keeps(
            "302 to the picture, with a page that never ends",
            "B7",
            at({"/": _never_ending, "/b": reply(JPEG)}),
            JPEG,
            2,
        ),
        keeps("302 to the picture, with a page that stalls", "B7", at({"/": _stalling, "/b": reply(JPEG)}), JPEG, 2),
        tried("429 and nothing more", "B11", reply(b"", status="429 Too Many"), "rate-limited"),
        tried("429 with a Retry-After of infinity", "B11", _busy(429, "inf"), "rate-limited"),
        tried("429 with a Retry-After of 1e400", "B11", _busy(429, "1e400"), "rate-limited"),
        ends("429 with a Retry-After of 9999999999", "B11", _busy(429, "9999999999"), "rate-limited"),
    ]


def _never_ending(_: Asked) -> Steps:
    return forever(_page_cut("302", "Location: /b"), HTML * 999)(_)


def _stalling(_: Asked) -> Steps:
    return [_page_cut("302", "Location: /b"), HANG]


def _page_cut(code: str, *fields: str) -> bytes:
    return reply(HTML, *fields, f"Content-Length: {10**8}", status=f"{code} No", length=False)


def _busy(code: int, wait: str) -> bytes:
    return reply(b"", f"Retry-After: {wait}", status=f"{code} Busy")
