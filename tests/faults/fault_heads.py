"""Heads that are no heads, that never end, or that say strange things (B8 and the like)."""

from __future__ import annotations

from fault import Case, forever, keeps, picture, reply, tried
from fault import ends as _ends

from hostile import CUT, RESET

JPEG = picture("jpeg")
BODY = b"Content-Length: %d\r\n\r\n" % len(JPEG) + JPEG
_NONE = ("http-error", "connect", "truncated")


def garbage() -> list[Case]:
    """What is not HTTP at all."""
    return [
        _ends("HTTP/0.9: the bare picture", "B3", [JPEG, CUT], "http-error"),
        _ends("HTTP/0.9: a bare page", "B3", [b"<html>hello</html>", CUT], "http-error"),
        _ends("zeros", "B3", [bytes(4000), CUT], "http-error"),
        _ends("random bytes", "B3", [bytes(range(256)) * 9, CUT], "http-error"),
        _ends("a greeting of a mail server", "B3", [b"220 mail.example.org ESMTP\r\n", CUT], "http-error"),
        _ends("a greeting of SSH", "B3", [b"SSH-2.0-OpenSSH_9.2\r\n", CUT], "http-error"),
        _ends("ICY 200 OK", "B3", [b"ICY 200 OK\r\n" + BODY, CUT], "http-error"),
        _ends("RTSP/1.0 200 OK", "B3", [b"RTSP/1.0 200 OK\r\n" + BODY, CUT], "http-error"),
        _ends("a TLS alert on plain HTTP", "B3", [b"\x15\x03\x01\x00\x02\x02\x46", CUT], "http-error"),
        _ends("the preface of HTTP/2", "B3", [b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(40), CUT], "http-error"),
        _ends("HTTP/7.0", "B3", [b"HTTP/7.0 200 OK\r\n" + BODY, CUT], "http-error"),
        _ends("a status of two digits", "B3", [b"HTTP/1.1 20 OK\r\n" + BODY, CUT], "http-error"),
        _ends("a status of letters", "B3", [b"HTTP/1.1 abc OK\r\n" + BODY, CUT], "http-error"),
        _ends("status 000", "B3", [b"HTTP/1.1 000 Zero\r\n" + BODY, CUT], "http-error"),
        _ends("status 999", "B3", [b"HTTP/1.1 999 Denied\r\n" + BODY, CUT], "http-error"),
        tried("nothing, then the end", "B1", [CUT], "connect"),
        tried("nothing, then a reset", "B1", [RESET], "connect"),
        tried("one byte, then the end", "B1", [b"H", CUT], "connect", "http-error", "truncated"),
        tried("half a status line", "B1", [b"HTTP/1.1 20", CUT], *_NONE),
        tried("a head that is cut in a field", "B1", [b"HTTP/1.1 200 OK\r\nContent-Le", CUT], *_NONE),
        tried("a head without its empty line", "B1", [b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n", CUT], *_NONE),
        tried("a reset within the head", "B1", [b"HTTP/1.1 200 OK\r\nContent-Le", 0.05, RESET], *_NONE),
    ]


def odd_heads() -> list[Case]:
    """Heads that are not quite as they should be: the picture whole, or a refusal."""
    either: list[tuple[str, bytes]] = [
        ("an empty line before the status line", b"\r\nHTTP/1.1 200 OK\r\n" + BODY),
        ("bare line feeds", (b"HTTP/1.1 200 OK\nContent-Length: %d\n\n" % len(JPEG)) + JPEG),
        ("no reason phrase", b"HTTP/1.1 200\r\n" + BODY),
        ("a reason phrase of odd bytes", b"HTTP/1.1 200 \xff\x1b[31m\xc3\xa9\r\n" + BODY),
        ("a status of four digits", b"HTTP/1.1 2000 OK\r\n" + BODY),
        ("HTTP/1.2", b"HTTP/1.2 200 OK\r\n" + BODY),
        ("HTTP/2 on plain HTTP", b"HTTP/2 200\r\n" + BODY),
        ("http in small letters", b"http/1.1 200 OK\r\n" + BODY),
        ("two spaces in the status line", b"HTTP/1.1  200 OK\r\n" + BODY),
        ("a tab in the status line", b"HTTP/1.1\t200 OK\r\n" + BODY),
        ("a field without a colon", b"HTTP/1.1 200 OK\r\nnonsense\r\n" + BODY),
        ("a field without a name", b"HTTP/1.1 200 OK\r\n: value\r\n" + BODY),
        ("a field that begins with a space", b"HTTP/1.1 200 OK\r\n X: y\r\n" + BODY),
        ("a folded field", b"HTTP/1.1 200 OK\r\nX-A: one\r\n two\r\n" + BODY),
        ("a field with a NUL", b"HTTP/1.1 200 OK\r\nX-A: a\0b\r\n" + BODY),
        ("a field with a bare carriage return", b"HTTP/1.1 200 OK\r\nX-A: a\rb\r\n" + BODY),
        ("a field name of odd bytes", b"HTTP/1.1 200 OK\r\n\xff\xfe: x\r\n" + BODY),
        ("field names with spaces", b"HTTP/1.1 200 OK\r\nX A: b\r\n" + BODY),
        ("a field whose text looks like an answer", b"HTTP/1.1 200 OK\r\nX: a\r\n\tHTTP/1.1 404 No\r\n" + BODY),
        ("a field that looks like a status line", b"HTTP/1.1 200 OK\r\nHTTP/1.1 404 Not: Found\r\n" + BODY),
        ("Connection: upgrade and no upgrade", b"HTTP/1.1 200 OK\r\nConnection: upgrade\r\nUpgrade: h2c\r\n" + BODY),
    ]
    return [Case(name, "B8", lambda _, steps=[data, CUT]: steps, ("kept", *_NONE), JPEG, 0) for name, data in either]


def _fields(count: int, size: int = 4) -> list[str]:
    return [f"X-{number}: {'v' * size}" for number in range(count)]


def floods() -> list[Case]:
    """Heads without measure."""
    early = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
    return [
        keeps("90 fields", "B8", reply(JPEG, *_fields(90)), JPEG),
        _ends("101 fields", "B8", reply(JPEG, *_fields(101)), "http-error"),
        _ends("5,000 fields", "B8", reply(JPEG, *_fields(5000)), "http-error"),
        keeps("one field of 60 KB", "B8", reply(JPEG, *_fields(1, 60_000)), JPEG),
        _ends("one field of 70 KB", "B8", reply(JPEG, *_fields(1, 70_000)), "http-error"),
        _ends("one field of 1 MB", "B8", reply(JPEG, *_fields(1, 10**6)), "http-error"),
        _ends("fields that never end", "B8", forever(b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n" * 5000), "http-error"),
        _ends("one field that never ends", "B8", forever(b"HTTP/1.1 200 OK\r\nX: ", b"y" * 60_000), "http-error"),
        _ends("a status line that never ends", "B8", forever(b"HTTP/1.1 200 ", b"O" * 60_000), "http-error"),
        tried(
            "empty folded lines that never end",
            "B8",
            forever(b"HTTP/1.1 200 OK\r\nX: y\r\n", b" \r\n" * 999, 0.01),
            *_NONE,
            "timeout",
            "too-slow",
        ),
        keeps("100 Continue, then the picture", "B8", b"HTTP/1.1 100 Continue\r\n\r\n" + reply(JPEG), JPEG),
        keeps("103 Early Hints, then the picture", "B8", early + reply(JPEG), JPEG),
        keeps("nine interim answers", "B8", early * 9 + reply(JPEG), JPEG),
        _ends("fifty interim answers", "B8", early * 50 + reply(JPEG), "http-error"),
        _ends("interim answers that never end", "B8", forever(b"", early * 99), "http-error"),
        tried("an interim answer, then the end", "B8", [early, CUT], *_NONE),
        _ends(
            "101 Switching Protocols, unasked",
            "B8",
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n" + JPEG,
            *_NONE,
        ),
    ]
