"""Redirects (R1, R2, R5): http and https only, ten hops at most, and no forbidden address at any of them."""

from __future__ import annotations

from fault import Case, at, ends, keeps, picture, reply

from hostile import Asked, Steps

JPEG = picture("jpeg")
REFUSED_SCHEMES = (
    "file:///etc/passwd", "file://localhost/etc/passwd", "FILE:/etc/passwd", "ftp://127.0.0.1/a.jpg", "sftp://127.0.0.1/a",
    "scp://127.0.0.1/a", "gopher://127.0.0.1:9/_x", "dict://127.0.0.1:9/x", "ldap://127.0.0.1/", "tftp://127.0.0.1/a",
    "smb://127.0.0.1/a", "smtp://127.0.0.1/", "imap://127.0.0.1/", "telnet://127.0.0.1/", "rtsp://127.0.0.1/a",
    "ws://127.0.0.1/a", "wss://127.0.0.1/a", "mqtt://127.0.0.1/a", "data:image/png;base64,AAAA", "javascript:alert(1)",
    "about:blank", "blob:http://x/1", "view-source:http://127.0.0.1/", "jar:http://127.0.0.1!/a",
    "mailto:a@example.org", "tel:1", "urn:x:y", "chrome://version", "unix:///run/docker.sock", "httpx://127.0.0.1/", "https+unix://a/",
)  # fmt: skip
BAD = (
    "http://", "http:///a.jpg", "https://:80/", "http://user:secret@example.org/a.jpg", "//user@example.org/a.jpg",
    "http://example.org:99999/", "http://exa mple.org/", "http://[::1/", "http://a\\@127.0.0.1/", "\\\\127.0.0.1\\a",
    "http://127.0.0.1\t.example.org/", "x" * 20_000, "http://" + "a." * 2000 + "org/",
)  # fmt: skip


def to(target: str, status: str = "302 Found") -> bytes:
    """A redirect."""
    return b"HTTP/1.1 %b\r\nLocation: %b\r\nContent-Length: 0\r\n\r\n" % (status.encode(), target.encode("latin-1"))


def schemes() -> list[Case]:
    """Where a redirect must not lead."""
    words = "redirect-refused"
    return [
        *(ends(f"302 to {target}", "R1", to(target), words) for target in REFUSED_SCHEMES),
        *(ends(f"302 to {target[:60]!a}", "R7", to(target), words, "not-found", "http-error") for target in BAD),
        ends("302 without Location", "R2", reply(b"", status="302 Found"), "http-error", "redirect-refused"),
        ends("302 with an empty Location", "R2", to(""), "too-many-redirects", "http-error", "redirect-refused"),
        ends("304 with a Location", "R2", to("/b", "304 Not Modified"), "http-error", "redirect-refused"),
        ends("200 with a Location and a page", "R2", reply(b"<html>", "Location: /b"), "not-an-image"),
    ]


def followed() -> list[Case]:
    """Redirects that lead to the picture."""
    found = []
    for status in ("301 Moved Permanently", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"):
        serve = at({"/": to("/b", status), "/b": reply(JPEG)})
        found.append(keeps(f"{status[:3]} to the picture", "R2", serve, JPEG, 2))
    capitals = at({"/": to("/%C3%A9"), "/%C3%A9": to("/%c3%a9"), "/%c3%a9": reply(JPEG)})
    found.append(keeps("302 to the same address in small letters", "R2", capitals, JPEG, 3))
    relative = {"b": "/x/b", "./b": "/x/b", "../b": "/b", "?q=1": "/x/a?q=1", "/b?x#y": "/b?x", "b c": "/x/b%20c"}
    for target, path in relative.items():
        serve = at({"/": to("/x/a"), "/x/a": to(target), path: reply(JPEG)})
        found.append(keeps(f"302 to {target!r}, seen from another folder", "R2", serve, JPEG, 3))
    return found


def _chain(length: int) -> Case:
    def serve(asked: Asked) -> Steps:
        number = int(asked.path[1:] or 0)
        return reply(JPEG) if number == length else to(f"/{number + 1}")

    if length <= 10:
        return keeps(f"a chain of {length} redirects", "R2", serve, JPEG, length + 1)
    return Case(f"a chain of {length} redirects", "R2", serve, ("too-many-redirects",), b"", 11)


def chains() -> list[Case]:
    """Long ways and circles."""
    circle = at({"/": to("/b"), "/b": to("/c"), "/c": to("/")})
    grows = _growing
    many = "too-many-redirects"
    return [
        _chain(10),
        _chain(11),
        _chain(10_000),
        ends("302 to itself", "R2", to("/"), many),
        Case("a circle of three", "R2", circle, (many,), b"", 3),
        Case("302 to itself with another query each time", "R2", grows, (many,), b"", 11),
        Case("302 to itself, with a longer path each time", "R2", _longer, (many, "redirect-refused"), b"", 11),
        keeps("302 to itself once, with a cookie", "R2", at({"/": _once_more}), JPEG, 2)._replace(
            expected=(many,), truth=b""
        ),
    ]


def _growing(asked: Asked) -> Steps:
    return to(f"/?again={asked.order}")


def _longer(asked: Asked) -> Steps:
    return to(asked.path + "x" * 3000)


def _once_more(asked: Asked) -> Steps:
    return reply(JPEG) if asked.number else to("/")


FORBIDDEN = (
    "http://169.254.169.254/latest/meta-data/", "http://10.0.0.1/", "http://192.168.1.1/", "http://[fd00::1]/", "http://0/",
    "http://[::ffff:10.0.0.1]/", "http://100.64.0.1/", "http://metadata.google.internal/", "http://[64:ff9b::a00:1]/",
    "http://[2002:a00:1::]/", "http://[fe80::1]/", "http://224.0.0.1/", "http://255.255.255.255/", "http://0xa.1/",
)  # fmt: skip


def forbidden() -> list[Case]:
    """Redirects into networks that are none of the list's business; the server itself is permitted as local."""
    return [ends(f"302 to {target}", "R5", to(target), "address-refused") for target in FORBIDDEN]
