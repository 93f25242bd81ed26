"""HTTP/1.1 on the wire: in pieces, in bundles, in old and in wrong forms."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pixhaul.standin import Standin
from pixhaul.standin.messages import BadRequest, Request, parse

ONE = b"GET /a?b=1 HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"


def read_all(imgur: Standin, *pieces: bytes) -> bytes:
    host, _, port = urlsplit(imgur.images).netloc.partition(":")
    with socket.create_connection((host, int(port)), timeout=10) as raw:
        for piece in pieces:
            raw.sendall(piece)
        return b"".join(iter(lambda: raw.recv(65536), b""))


@given(st.integers(0, len(ONE) - 1))
@settings(max_examples=60)
def test_a_request_in_pieces_is_waited_for(length: int) -> None:
    assert parse(ONE[:length]) is None


def test_a_request_takes_its_body_along_and_nothing_else() -> None:
    request, taken = parse(ONE + b"GET /next") or (None, 0)
    assert request == Request("GET", "/a", "b=1", {"host": "x", "content-length": "3"})
    assert taken == len(ONE)


@given(st.binary(max_size=200))
@settings(max_examples=200)
def test_no_bytes_can_do_worse_than_be_refused(data: bytes) -> None:
    try:
        parse(data + b"\r\n\r\n")
    except BadRequest:
        return


@pytest.mark.parametrize(
    "head",
    [
        b"GET / HTTP/2.0",
        b"nonsense",
        b"GET / HTTP/1.1\r\nno colon",
        b"GET / HTTP/1.1\r\nContent-Length: x",
        b"GET / HTTP/1.1\r\nContent-Length: 99999999",
        b"GET / HTTP/1.1\r\nTransfer-Encoding: chunked",
    ],
)
def test_what_cannot_be_answered_is_400_and_closed(imgur: Standin, head: bytes) -> None:
    assert read_all(imgur, head + b"\r\n\r\n").startswith(b"HTTP/1.1 400 ")


def test_an_endless_head_is_refused() -> None:
    with pytest.raises(BadRequest):
        parse(b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 20_000)


def test_requests_in_one_bundle_are_answered_in_turn(imgur: Standin) -> None:
    first, last = b"GET /removed.png HTTP/1.1\r\n\r\n", b"GET /none.jpg HTTP/1.1\r\nConnection: close\r\n\r\n"
    answers = read_all(imgur, first * 3 + last)
    assert answers.count(b"HTTP/1.1 200 OK") == 3
    assert answers.rpartition(b"HTTP/1.1 ")[2].startswith(b"302 ")


def test_the_old_protocol_closes_unless_asked_to_stay(imgur: Standin) -> None:
    assert b"Connection: close" in read_all(imgur, b"GET /removed.png HTTP/1.0\r\n\r\n")
    stays = b"GET /removed.png HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n"
    answers = read_all(imgur, stays, b"GET /removed.png HTTP/1.0\r\n\r\n")
    assert answers.count(b"200 OK") == 2
    assert b"Connection: keep-alive" in answers


def test_an_address_in_full_is_understood(imgur: Standin) -> None:
    asked = b"GET http://i.imgur.com/removed.png?x=http://y HTTP/1.1\r\nConnection: close\r\n\r\n"
    assert b"200 OK" in read_all(imgur, asked)


def test_other_methods_are_refused(imgur: Standin) -> None:
    assert b" 405 " in read_all(imgur, b"DELETE /removed.png HTTP/1.1\r\nConnection: close\r\n\r\n")
