"""One transfer against a server that misbehaves: what is sent, what is dialled, and where each budget ends it."""

from __future__ import annotations

import gzip
import time
from contextlib import closing
from pathlib import Path

import pytest

from hostile import Hostile, Step, answer
from pictures import png
from pixhaul.api import ImgurApi
from pixhaul.client import Client
from pixhaul.models import Attempt, Job, Reply
from pixhaul.options import Options
from pixhaul.store import open_directory
from pixhaul.wire import Wire


def fetch(url: str, directory: Path, local: bool = False, **options: object) -> Reply:
    """One attempt, as a strategy would make it."""
    open_directory(directory)
    chosen = Options(**({"directory": str(directory), "timeout": 5.0, "allow_private": True} | options))  # type: ignore[arg-type]
    with closing(Wire(Client(chosen), width=1)) as wire:
        wire.start(Attempt(Job(url, local=local), url, "host"))
        for _ in range(100):
            for _, reply in wire.wait(0.5):
                return reply
    raise AssertionError("it never ended")


def test_a_request_names_us_and_carries_nothing_else(server: Hostile, tmp_path: Path) -> None:
    server.routes["/a"] = lambda _: answer(png(), Set_Cookie="a=b")
    for _ in range(2):
        fetch(server.url("/a"), tmp_path)
    head = server.requests[1].decode().lower()
    assert "user-agent: pixhaul/" in head
    assert "(+https://" in head
    assert "accept: */*" in head
    assert "accept-encoding: identity" in head
    for absent in ("cookie", "referer", "authorization"):
        assert absent not in head


def test_a_whole_picture_comes_with_its_hash_and_validators(server: Hostile, tmp_path: Path) -> None:
    server.routes["/a"] = lambda _: answer(png(), ETag='"x"', Last_Modified="Sun, 06 Nov 1994 08:49:37 GMT")
    reply = fetch(server.url("/a"), tmp_path)
    assert (reply.status, reply.body, reply.error) == (200, png(), "")
    assert (reply.header("etag"), reply.header("last-modified")) == ('"x"', "Sun, 06 Nov 1994 08:49:37 GMT")
    assert reply.picture is not None
    assert (reply.picture.format, reply.picture.width) == ("png", 8)


def test_a_large_body_lies_in_a_part_file(server: Hostile, tmp_path: Path) -> None:
    body = png(1, padding=300_000)
    server.routes["/a"] = lambda _: answer(body)
    reply = fetch(server.url("/a"), tmp_path, spill_bytes=100_000)
    assert isinstance(reply.body, Path)
    assert reply.body.read_bytes() == body
    assert reply.size == len(body)


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
PLAIN = b"HTTP/1.1 200 OK\r\n\r\n"


@pytest.mark.parametrize(
    ("steps", "reason"),
    [
        ([CHUNKED + b"5\r\nhello\r\n"], "truncated"),
        ([CHUNKED + b"zz\r\nhello\r\n"], "truncated"),
        ([b"HTTP/1.1 100 Continue\r\n\r\n" * 50 + PLAIN + png()], "http-error"),
        ([b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 300 + b"\r\n" + png()], "http-error"),
        ([b"HTTP/1.1 200 OK\r\nX-A: " + b"b" * 90_000 + b"\r\n\r\n" + png()], "http-error"),
        ([b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 100_000], "http-error"),
        ([png()], "http-error"),
        ([PLAIN] + [b"x" * 65_536] * 100, "too-large"),
        ([PLAIN, *[step for _ in range(200) for step in (b"x", 0.05)]], "too-slow"),
    ],
)
def test_a_fault_ends_with_its_reason(steps: list[Step], reason: str, server: Hostile, tmp_path: Path) -> None:
    server.routes["/a"] = lambda _: steps
    reply = fetch(server.url("/a"), tmp_path, max_bytes=1_000_000, low_speed_seconds=2)
    assert (reply.error or (reply.picture and reply.picture.flaw)) == reason
    assert not list(tmp_path.rglob("*.part"))


def test_a_stall_ends_at_the_deadline(server: Hostile, tmp_path: Path) -> None:
    server.routes["/a"] = lambda _: [PLAIN, b"x", 20.0]
    begun = time.monotonic()
    assert fetch(server.url("/a"), tmp_path, timeout=1.0).error == "timeout"
    assert time.monotonic() - begun < 2.0


def test_what_comes_coded_all_the_same_is_decoded(server: Hostile, tmp_path: Path) -> None:
    server.routes["/a"] = lambda _: answer(gzip.compress(png()), Content_Encoding="gzip")
    assert fetch(server.url("/a"), tmp_path).body == png()


def test_a_private_address_is_not_dialled(server: Hostile, tmp_path: Path) -> None:
    server.routes["/a"] = lambda _: answer(png())
    for host in ("127.0.0.1", "localhost", "127.1", "2130706433", "0x7f000001", "[::ffff:127.0.0.1]"):
        reply = fetch(server.url("/a", host), tmp_path, allow_private=False)
        assert reply.error == "address-refused", host
    assert not server.requests


def test_what_a_local_api_linked_to_is_dialled_on_loopback(server: Hostile, tmp_path: Path) -> None:
    server.routes["/a"] = lambda _: answer(png())
    assert fetch(server.url("/a"), tmp_path, local=True, allow_private=False).status == 200


@pytest.mark.parametrize(("url", "reason"), [("http://nowhere.invalid/", "dns"), ("http://127.0.0.1:9/", "connect")])
def test_a_host_that_is_not_there(url: str, reason: str, tmp_path: Path) -> None:
    assert fetch(url, tmp_path).error == reason


def test_the_api_client_follows_no_redirect_and_keeps_its_secret(server: Hostile) -> None:
    server.routes["/3/a"] = lambda _: answer(b"{}", "302 Found", Location=server.url("/elsewhere", "localhost"))
    with closing(ImgurApi(Options(api=server.url("")), "secret", lambda: False)) as api:
        reply = api.get("/3/a")
    assert reply.status == 302
    assert list(server.asked) == ["/3/a"]
    assert b"Authorization: Client-ID secret" in server.requests[0]


def test_the_api_clients_trouble_is_a_value() -> None:
    with closing(ImgurApi(Options(api="http://127.0.0.1:9"), "secret", lambda: False)) as api:
        reply = api.get("/3/a")
    assert (reply.status, reply.error) == (0, "connect")
