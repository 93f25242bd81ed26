"""IPv6 dialled for real: loopback, mapped and private addresses, and names of which one family does not answer."""

from __future__ import annotations

import socket
from contextlib import closing
from ipaddress import IPv6Address
from pathlib import Path

import pytest

import pixhaul
from hostile import Asked, Hostile, Origin, Steps, answer
from pictures import png
from pixhaul.client import Client
from pixhaul.models import Attempt, Job, Reason, Reply
from pixhaul.options import Options
from pixhaul.resolver import Resolver
from pixhaul.store import open_directory
from pixhaul.wire import Wire


def serve(asked: Asked) -> Steps:
    return answer(png())


def listening(server: Hostile, address: str) -> Origin:
    """A host there; the test is skipped where this machine has no such address."""
    try:
        return server.origin(serve, address=address)
    except OSError:
        pytest.skip(f"this machine has no address {address}")


def of_its_own(prefix: str) -> str:
    """An address of this machine that begins so, from Linux' list; the test is skipped where there is none."""
    try:
        lines = Path("/proc/net/if_inet6").read_text().split("\n")
    except OSError:
        lines = []
    found = [str(IPv6Address(int(line.split()[0], 16))) for line in lines if line]
    address = next((one for one in found if one.startswith(prefix)), None)
    if address is None:
        pytest.skip(f"this machine has no address that begins with {prefix}")
    return address


def statuses(links: list[str], directory: Path, allow_private: bool) -> list[str]:
    results = pixhaul.stream(links, directory, retries=0, allow_private=allow_private)
    return [result.reason or result.status for result in results]


@pytest.mark.parametrize("spelled", ["[::1]", "[0:0:0:0:0:0:0:1]", "[::0:0001]", "[::0.0.0.1]"])
def test_loopback_is_dialled_over_ipv6_only_when_it_may_be(spelled: str, server: Hostile, tmp_path: Path) -> None:
    origin = listening(server, "::1")
    assert statuses([origin.url("/a", spelled)], tmp_path / "refused", allow_private=False) == ["address-refused"]
    assert (origin.connections, origin.requests) == (0, [])
    assert statuses([origin.url("/a", spelled)], tmp_path / "allowed", allow_private=True) == ["done"]
    assert b"Host: [::1]:" in origin.requests[0]


def test_a_mapped_address_is_dialled_only_when_it_may_be(server: Hostile, tmp_path: Path) -> None:
    listening(server, "::1")
    origin = server.origin(serve)
    links = [origin.url("/a", "[::ffff:127.0.0.1]"), origin.url("/b", "[::ffff:7f00:1]")]
    assert statuses(links, tmp_path / "refused", allow_private=False) == ["address-refused"] * 2
    assert origin.connections == 0
    assert statuses(links, tmp_path / "allowed", allow_private=True) == ["done"] * 2


@pytest.mark.parametrize("prefix", ["fd", "fe80"])
def test_private_and_link_local_addresses_of_this_machine_are_not_dialled(
    prefix: str, server: Hostile, tmp_path: Path
) -> None:
    address = of_its_own(prefix)
    links = [f"http://[{address}]:{server.port}/a", f"http://[{IPv6Address(address).exploded}]:{server.port}/a"]
    assert statuses(links, tmp_path, allow_private=False) == ["address-refused"] * 2
    name = {"own.example.org": [address]}
    assert fetched("own.example.org", server.port, name, tmp_path, allow_private=False).error == Reason.ADDRESS_REFUSED


def test_a_private_address_is_dialled_over_ipv6_when_it_may_be(server: Hostile, tmp_path: Path) -> None:
    address = of_its_own("fd")
    origin = listening(server, address)
    assert statuses([origin.url("/a", f"[{address}]")], tmp_path, allow_private=True) == ["done"]


def test_a_zone_is_no_part_of_a_link(tmp_path: Path) -> None:
    links = ["http://[fe80::1%25eth0]/a", "http://[fe80::1%eth0]/a", "http://[::1%25lo]/a"]
    assert statuses(links, tmp_path, allow_private=True) == ["bad-url"] * 3


def fetched(
    name: str, port: int, names: dict[str, list[str]], directory: Path, local: bool = False, **options: object
) -> Reply:
    """One transfer to a name whose addresses we choose, as the resolver would find them."""
    open_directory(directory)
    chosen = Options(**({"directory": str(directory), "timeout": 8.0} | options))  # type: ignore[arg-type]
    client = Client(chosen)
    client.resolver = Resolver(names.__getitem__)
    url = f"http://{name}:{port}/a"
    with closing(Wire(client, width=1)) as wire:
        wire.start(Attempt(Job(url, local=local), url, f"http://{name}:{port}"))
        for _ in range(100):
            for _, reply in wire.wait(0.5):
                return reply
    raise AssertionError("it never ended")


@pytest.mark.parametrize("there", ["::1", "127.0.0.1"])
@pytest.mark.parametrize("turned", [False, True])
def test_a_name_with_both_families_is_reached_though_one_refuses(
    there: str, turned: bool, server: Hostile, tmp_path: Path
) -> None:
    origin = listening(server, there)
    addresses = ["127.0.0.1", "::1"] if turned else ["::1", "127.0.0.1"]
    reply = fetched("both.example.org", origin.port, {"both.example.org": addresses}, tmp_path, allow_private=True)
    assert (reply.status, reply.error) == (200, "")


def test_a_name_of_which_both_families_refuse_says_so(server: Hostile, tmp_path: Path) -> None:
    origin = listening(server, "::1")
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    assert port != origin.port
    names = {"both.example.org": ["::1", "127.0.0.1"]}
    reply = fetched("both.example.org", port, names, tmp_path, allow_private=True)
    assert reply.error == Reason.CONNECT
    assert "refused" in reply.detail


@pytest.mark.parametrize("addresses", [["fd12::1", "10.0.0.1", "::1"], ["::1", "fe80::1", "10.0.0.1"]])
def test_of_the_addresses_of_a_name_only_those_that_may_be_are_dialled(
    addresses: list[str], server: Hostile, tmp_path: Path
) -> None:
    """What an API on loopback links to may lie on loopback too, but on no other private address."""
    origin = listening(server, "::1")
    names = {"both.example.org": addresses}
    reply = fetched("both.example.org", origin.port, names, tmp_path / "a", local=True)
    assert (reply.status, origin.connections) == (200, 1)
    reply = fetched("both.example.org", origin.port, names, tmp_path / "b")
    assert (reply.error, origin.connections) == (Reason.ADDRESS_REFUSED, 1)
