"""A certificate that is not right is not accepted, and no exception for one sticks to the next (B13)."""

from __future__ import annotations

import shutil
import socket
import ssl
from pathlib import Path

import pytest
from certificates import Workshop, context
from fault import reply

import pixhaul
from hostile import CUT, HANG, KEEP, RESET, Asked, Conversation, Hostile, Origin
from pictures import png
from pixhaul.models import Result

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="the openssl program is not here")

GOOD = "IP:127.0.0.1"
WHOLE = reply(png())


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    return Workshop(tmp_path_factory.mktemp("certificates"))


def fetch(origins: list[Origin], workshop: Workshop, directory: Path, **options: object) -> list[Result]:
    """The results in the order of the origins."""
    links = [origin.url("/a.png") for origin in origins]
    chosen = {"allow_private": True, "retries": 0, "timeout": 5.0, "cacert": str(workshop.authority.certificate)}
    found = {result.url: result for result in pixhaul.stream(links, directory, **(chosen | options))}
    return [found[link] for link in links]


def test_bad_certificates_are_refused_and_a_good_one_is_taken(
    workshop: Workshop, server: Hostile, tmp_path: Path
) -> None:
    stranger = workshop.itself("another authority", authority=True)
    leaf = workshop.signed(GOOD)
    bad = {
        "expired": workshop.signed(GOOD, since="20200101000000Z", until="20200201000000Z"),
        "not yet valid": workshop.signed(GOOD, since="20480101000000Z"),
        "of another address": workshop.signed("IP:127.0.0.2"),
        "of a name, for an address": workshop.signed("DNS:example.org"),
        "signed by itself": workshop.itself("127.0.0.1", names=GOOD),
        "of an authority that nobody trusts": workshop.signed(GOOD, by=stranger),
        "signed by one that is no authority": workshop.signed(GOOD, by=leaf),
        "for clients alone": workshop.signed(GOOD, "extendedKeyUsage=clientAuth"),
        "of an unknown critical extension": workshop.signed(GOOD, "1.2.3.4=critical,ASN1:UTF8String:x"),
    }
    pairs = [leaf, *bad.values(), leaf]
    origins = [server.origin(lambda _: WHOLE, context(pair)) for pair in pairs]
    results = fetch(origins, workshop, tmp_path)
    told = dict(zip(["good", *bad, "good again"], [result.reason or result.status for result in results], strict=True))
    assert told == {"good": "done"} | dict.fromkeys(bad, "tls") | {"good again": "done"}
    assert [len(origin.requests) for origin in origins[1:-1]] == [0] * len(bad)


def test_no_authority_of_ours_no_picture(workshop: Workshop, server: Hostile, tmp_path: Path) -> None:
    origin = server.origin(lambda _: WHOLE, context(workshop.signed(GOOD)))
    (result,) = fetch([origin], workshop, tmp_path, cacert=str(workshop.itself("other", authority=True).certificate))
    assert result.reason == "tls"


def test_a_redirect_to_a_bad_certificate_is_refused(workshop: Workshop, server: Hostile, tmp_path: Path) -> None:
    bad = server.origin(lambda _: WHOLE, context(workshop.itself("127.0.0.1", names=GOOD)))
    to_bad = server.origin(lambda _: reply(b"", f"Location: {bad.url('/a.png')}", status="302 Found"))
    (result,) = fetch([to_bad], workshop, tmp_path)
    assert result.reason == "tls"


def test_what_breaks_within_tls_ends_right(workshop: Workshop, server: Hostile, tmp_path: Path) -> None:
    good = context(workshop.signed(GOOD))
    half = reply(png()[:40], f"Content-Length: {len(png())}", length=False)
    plain = server.origin(lambda _: WHOLE)
    silent = server.origin(lambda _: [HANG])
    origins = {
        "a whole picture, then a cut without a farewell": (server.origin(lambda _: [WHOLE, CUT], good), {"done"}),
        "a whole picture on a connection that stays": (server.origin(lambda _: [WHOLE, KEEP], good), {"done"}),
        "half a picture, then a cut without a farewell": (server.origin(lambda _: [half, CUT], good), {"truncated"}),
        "half a picture, then a reset": (server.origin(lambda _: [half, 0.1, RESET], good), {"truncated"}),
        "half a picture without a length, then a cut": (
            server.origin(lambda _: [reply(png()[:40], length=False), CUT], good),
            {"truncated"},
        ),
        "a whole picture without a length, then a cut": (
            server.origin(lambda _: [reply(png(), length=False), CUT], good),
            {"done"},
        ),
        "a whole picture by HTTP/1.0, then a cut": (
            server.origin(lambda _: [reply(png(), version="1.0", length=False), CUT], good),
            {"done"},
        ),
        "a reset before the answer": (server.origin(lambda _: [RESET], good), {"connect"}),
    }
    results = fetch([origin for origin, _ in origins.values()], workshop, tmp_path / "a")
    told = {name: result.reason or result.status for name, result in zip(origins, results, strict=True)}
    assert {name: one for name, one in told.items() if one not in origins[name][1]} == {}
    links = [f"https://127.0.0.1:{origin.port}/" for origin in (plain, silent)]
    ended = {
        one.url: one.reason for one in pixhaul.stream(links, tmp_path / "b", allow_private=True, retries=0, timeout=1.0)
    }
    assert ended[links[0]] in ("tls", "connect", "timeout", "too-slow")
    assert ended[links[1]] in ("timeout", "connect", "tls", "too-slow")


class Handshake(Origin):
    """What it serves it says by TCP, in the place of the server's part of a handshake."""

    def talk(self, server: Hostile, connection: socket.socket) -> Conversation:
        """What speaks on a connection that has just come."""
        return _Handshake(server, self, connection)


class _Handshake(Conversation):
    def _converse(self) -> None:
        hello = self.request.recv(65_536)
        self._play(self.origin.serve(Asked(hello, "/", 0, 0, 0)))


def alert(level: int, code: int) -> bytes:
    """A TLS alert in clear (RFC 8446 6)."""
    return bytes((21, 3, 3, 0, 2, level, code))


def test_a_handshake_that_breaks_off_is_tried_again_and_a_refusal_is_not(
    workshop: Workshop, server: Hostile, tmp_path: Path
) -> None:
    again = {
        "closed": [CUT],
        "reset": [RESET],
        "closed within its first record": [b"\x16\x03\x03\x00\x7a\x02", CUT],
        "a farewell in its place": [alert(1, 0), CUT],
        "an internal error": [alert(2, 80), CUT],
    }
    refused = {
        "handshake_failure": [alert(2, 40), CUT],
        "unrecognized_name": [alert(2, 112), CUT],
        "protocol_version": [alert(2, 70), CUT],
        "random bytes": [bytes(range(200)), CUT],
        "an answer of plain HTTP": [b"HTTP/1.1 400 Bad Request\r\n\r\n", CUT],
    }
    cases = again | refused
    origins = [server.add(Handshake(lambda _, steps=steps: steps)) for steps in cases.values()]
    links = [f"https://127.0.0.1:{origin.port}/a.png" for origin in origins]
    chosen = {"allow_private": True, "retries": 1, "timeout": 5.0, "durable": False}
    found = {one.url: (one.reason, one.attempts) for one in pixhaul.stream(links, tmp_path, **chosen)}
    told = {name: found[link] for name, link in zip(cases, links, strict=True)}
    assert told == dict.fromkeys(again, ("connect", 2)) | dict.fromkeys(refused, ("tls", 1))
    assert [origin.connections for origin in origins] == [2] * len(again) + [1] * len(refused)


def test_weak_keys_and_signatures_are_refused(workshop: Workshop, server: Hostile, tmp_path: Path) -> None:
    weak = {"a key of 1,024 bits": workshop.weak(bits=1024), "signed with SHA-1": workshop.weak(digest="sha1")}
    origins = [server.origin(lambda _: WHOLE, context(pair, ciphers="ALL:@SECLEVEL=0")) for pair in weak.values()]
    results = fetch(origins, workshop, tmp_path, retries=2)
    assert [(result.reason, result.attempts) for result in results] == [("tls", 1)] * 2
    assert [len(origin.requests) for origin in origins] == [0, 0]


def test_a_server_that_wants_a_certificate_of_us_is_refused(
    workshop: Workshop, server: Hostile, tmp_path: Path
) -> None:
    wants = context(workshop.signed(GOOD), maximum_version=ssl.TLSVersion.TLSv1_2)
    wants.verify_mode = ssl.CERT_REQUIRED
    wants.load_verify_locations(workshop.authority.certificate)
    (result,) = fetch([server.origin(lambda _: WHOLE, wants)], workshop, tmp_path, retries=2)
    assert (result.reason, result.attempts) == ("tls", 1)


def test_old_protocols_are_not_spoken(workshop: Workshop, server: Hostile, tmp_path: Path) -> None:
    good = workshop.signed(GOOD)
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        old = context(good, maximum_version=ssl.TLSVersion.TLSv1_1)
    old.set_ciphers("ALL:@SECLEVEL=0")
    (result,) = fetch([server.origin(lambda _: WHOLE, old)], workshop, tmp_path)
    assert result.reason in ("tls", "connect")


def test_a_clean_connection_is_used_again(workshop: Workshop, server: Hostile, tmp_path: Path) -> None:
    origin = server.origin(lambda asked: [reply(png(asked.order)), KEEP], context(workshop.signed(GOOD)))
    links = [origin.url(f"/{number}.png") for number in range(20)]
    cacert = str(workshop.authority.certificate)
    results = list(pixhaul.stream(links, tmp_path, allow_private=True, connections=1, cacert=cacert, durable=False))
    assert [result.status for result in results] == ["done"] * 20
    assert origin.connections <= 3
