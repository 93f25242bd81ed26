"""No forbidden address is dialled, however it is spelled, wherever it comes from (R5, R6, F11)."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path

import pycurl
import pytest
from fault_run import run_links

import pixhaul
from hostile import KEEP, Asked, Hostile, Steps, answer
from pictures import png
from pixhaul.addresses import refused, refused_host
from pixhaul.client import Client
from pixhaul.links import Link, parse
from pixhaul.models import Attempt, Job, Reason, Reply
from pixhaul.options import Options
from pixhaul.store import open_directory
from pixhaul.wire import Wire

FORBIDDEN = (
    "0.0.0.0", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.255.255.254",
    "168.63.129.16", "169.254.169.254", "169.254.170.2", "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.0.192",
    "192.0.2.1", "192.88.99.1", "192.168.0.1", "192.168.255.255", "198.18.0.1", "198.19.255.255", "198.51.100.1",
    "203.0.113.1", "224.0.0.1", "239.1.2.3", "240.0.0.1", "255.255.255.255",
)  # fmt: skip
"""An address of each range that is none of the public's."""
FORBIDDEN_V6 = (
    "::", "::1", "::2", "64:ff9b:1::1", "100::1", "2001::1", "2001:2::1", "2001:db8::1", "3fff::1", "5f00::1",
    "fc00::1",
    "fd00:ec2::254", "fe80::1", "fec0::1", "ff02::1", "4000::1", "::127.0.0.1",
)  # fmt: skip
NAMES = (
    "localhost", "LOCALHOST", "localhost.", "a.localhost", "localhost.localdomain", "ip6-localhost",
    "metadata.google.internal",
    "metadata", "instance-data", "printer.local", "nas.lan", "host.docker.internal", "router.home.arpa", "x.internal.",
)  # fmt: skip
PUBLIC = (
    "1.1.1.1",
    "8.8.8.8",
    "93.184.215.14",
    "[2606:4700::1111]",
    "[2001:4860:4860::8888]",
    "172.32.0.1",
    "100.128.0.1",
    "11.0.0.1",
)


def spellings(address: str) -> Iterator[str]:
    """Ways to write an IPv4 address in a URL, which browsers, curl and inet_aton read as that address."""
    number, (a, b, c, d) = int(IPv4Address(address)), address.split(".")
    octets = [int(one) for one in (a, b, c, d)]
    yield address
    yield f"{address}."
    yield str(number)
    yield hex(number)
    yield f"0X{number:X}"
    yield f"0{number:o}"
    yield ".".join(hex(one) for one in octets)
    yield ".".join(f"0{one:o}" for one in octets)
    yield ".".join(f"0x{one:08x}" for one in octets)
    yield f"{a}.{number & 0xFFFFFF}"
    yield f"{a}.{b}.{number & 0xFFFF}"
    yield f"0x{octets[0]:x}.0{octets[1]:o}.{c}.{d}"
    yield "".join(chr(ord(one) + 0xFEE0) if one.isdigit() else one for one in address)
    yield address.replace(".", "\u3002")
    yield address.replace(".", "%2e")
    yield "".join(f"%{ord(one):02x}" for one in address)
    yield f"[::ffff:{address}]"
    yield f"[::ffff:{number >> 16:x}:{number & 0xFFFF:x}]"
    yield f"[0:0:0:0:0:ffff:{number >> 16:04x}:{number & 0xFFFF:04X}]"
    yield f"[64:ff9b::{address}]"
    yield f"[2002:{number >> 16:x}:{number & 0xFFFF:x}::1]"
    yield f"[2001:0:{number >> 16:x}:{number & 0xFFFF:x}::1]"


SPELLED = [spelled for address in FORBIDDEN for spelled in spellings(address)]
SPELLED += [f"[{address}]" for address in FORBIDDEN_V6] + [f"[{IPv6Address(one).exploded}]" for one in FORBIDDEN_V6]
SPELLED += list(NAMES)

made: list[int] = []
"""Families of the sockets made while `watched`: every one that libcurl dials with is made by us."""
_watching = False


def _hook(event: str, arguments: tuple[object, ...]) -> None:
    if _watching and event == "socket.__new__" and arguments[1] in (socket.AF_INET, socket.AF_INET6):
        made.append(int(str(int(arguments[1]))))  # type: ignore[call-overload]


sys.addaudithook(_hook)


@contextmanager
def watched() -> Iterator[list[int]]:
    """The sockets that are made meanwhile."""
    global _watching  # noqa: PLW0603 - a hook cannot be taken away, only told to look elsewhere
    made.clear()
    _watching = True
    try:
        yield made
    finally:
        _watching = False


def test_there_are_many_spellings() -> None:
    assert len(SPELLED) >= 500
    assert len(set(SPELLED)) == len(SPELLED)


def test_a_link_to_a_forbidden_address_makes_no_socket(tmp_path: Path) -> None:
    links = [
        f"{scheme}://{spelled}:8{place}/a.jpg" for place, scheme in ((0, "http"), (443, "https")) for spelled in SPELLED
    ]
    with watched() as sockets:
        results = list(pixhaul.stream(links, tmp_path, retries=0))
    assert not sockets
    assert {result.reason for result in results} <= {"address-refused", "bad-url"}
    assert len(results) == len(links)


def test_a_redirect_to_a_forbidden_address_makes_no_socket(server: Hostile, tmp_path: Path) -> None:
    def serve(asked: Asked) -> Steps:
        target = SPELLED[int(asked.path[1:])]
        return [answer(b"", "302 Found", Location=f"http://{target}:9/".encode().decode("latin-1")), KEEP]

    origin = server.origin(serve)
    jobs = [Job(origin.url(f"/{number}"), f"n{number}", local=True) for number in range(len(SPELLED))]
    not_loopback = [job for job, spelled in zip(jobs, SPELLED, strict=True) if not is_loopback(spelled)]
    with watched() as sockets:
        results = list(run_links(iter(not_loopback), tmp_path, retries=0))
    assert [one for one in results if one.reason not in ("address-refused", "redirect-refused")] == []
    assert len(results) == len(origin.requests) == len(not_loopback) > 400
    assert len(sockets) == 2 * origin.connections  # ours, and the one that the server accepted


def is_loopback(spelled: str) -> bool:
    """Whether a local job may go there: it is loopback, however it is spelled."""
    link = parse(f"http://{spelled}/")
    return isinstance(link, Link) and refused_host(link.host) == "loopback"


class Resolving(Client):
    """A client whose libcurl finds names at addresses of our choice, as a hostile DNS would."""

    def __init__(self, options: Options, found: dict[str, str]) -> None:
        super().__init__(options)
        self.found = found

    def handle(self) -> pycurl.Curl:
        """The usual handle, with our answers in its DNS cache."""
        curl = super().handle()
        curl.setopt(pycurl.RESOLVE, [f"{name}:{place}" for name, place in self.found.items()])
        return curl


def dial(attempts: list[Attempt], directory: Path, found: dict[str, str]) -> list[Reply]:
    """The replies of attempts, straight through a wire: no scheduler looks at their hosts."""
    open_directory(directory)
    replies = []
    with closing(Wire(Resolving(Options(directory=str(directory), timeout=5.0), found), width=50)) as wire:
        waiting = list(attempts)
        while waiting or len(wire):
            while waiting and wire.room:
                wire.start(waiting.pop())
            replies += [reply for _, reply in wire.wait(0.5)]
    return replies


def to(url: str, local: bool = False) -> Attempt:
    return Attempt(Job(url, local=local), url, "host")


def test_libcurls_own_reading_of_a_forbidden_address_makes_no_socket(tmp_path: Path) -> None:
    with watched() as sockets:
        replies = dial([to(f"http://{spelled}:9/") for spelled in SPELLED if spelled.isascii()], tmp_path, {})
    assert not sockets
    assert {reply.error for reply in replies} <= {Reason.ADDRESS_REFUSED, Reason.DNS, Reason.BAD_URL}


@pytest.mark.parametrize("addresses", [FORBIDDEN, FORBIDDEN_V6])
def test_a_name_that_leads_to_a_forbidden_address_makes_no_socket(addresses: tuple[str, ...], tmp_path: Path) -> None:
    found = {f"n{number}.example.org:80": address for number, address in enumerate(addresses)}
    with watched() as sockets:
        replies = dial([to(f"http://n{number}.example.org/") for number in range(len(addresses))], tmp_path, found)
    assert not sockets
    assert {reply.error for reply in replies} == {Reason.ADDRESS_REFUSED}


def test_every_address_of_a_name_is_looked_at(server: Hostile, tmp_path: Path) -> None:
    server.routes["/a"] = lambda _: answer(png())
    place = f"two.example.org:{server.port}"
    url = f"http://two.example.org:{server.port}/a"
    with watched() as sockets:
        (reply,) = dial([to(url, local=True)], tmp_path, {place: "10.0.0.1,127.0.0.1"})
    assert reply.status == 200
    assert len(sockets) == 2  # none for 10.0.0.1: ours for loopback, and the server's
    (reply,) = dial([to(url)], tmp_path, {place: "10.0.0.1,127.0.0.1"})
    assert reply.error == Reason.ADDRESS_REFUSED


def test_a_name_that_changes_its_answer_is_looked_at_each_time(server: Hostile, tmp_path: Path) -> None:
    server.routes["/a"] = lambda _: answer(png())
    place, url = f"flip.example.org:{server.port}", f"http://flip.example.org:{server.port}/a"
    (first,) = dial([to(url, local=True)], tmp_path, {place: "127.0.0.1"})
    with watched() as sockets:
        (second,) = dial([to(url, local=True)], tmp_path, {place: "169.254.169.254"})
    assert (first.status, second.error, sockets) == (200, Reason.ADDRESS_REFUSED, [])


def test_public_addresses_are_none_of_our_business() -> None:
    assert [one for one in PUBLIC if refused(one)] == []
