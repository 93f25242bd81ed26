"""Nothing but public addresses is dialled, in whatever spelling they come."""

import random
import re
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixhaul.addresses import refused, refused_host
from pixhaul.links import Link, parse

SSRF = Path(__file__).parents[2] / "shared" / "corpora" / "payloads-patt"

FORBIDDEN_V4 = [
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
    "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
    "224.0.0.0/4", "240.0.0.0/4", "255.255.255.255/32",
]  # fmt: skip
FORBIDDEN_V6 = [
    "::/128", "::1/128", "::/96", "64:ff9b:1::/48", "100::/64", "2001::/32", "2001:db8::/32", "3fff::/20",
    "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8", "::ffff:0:0:0/96", "4000::/3",
]  # fmt: skip
PUBLIC = [
    "1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255",
    "128.0.0.1", "151.101.1.193", "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0",
    "191.255.255.255", "192.0.1.0", "192.0.3.0", "192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0",
    "198.51.99.255", "203.0.114.0", "223.255.255.255", "2606:4700:4700::1111", "2a04:4e42::193",
    "2001:4860:4860::8888", "2400:cb00::1", "64:ff9b::8.8.8.8", "::ffff:8.8.8.8", "2002:808:808::1",
]  # fmt: skip
FORBIDDEN = [
    "127.0.0.1", "127.255.255.254", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254",
    "100.100.100.200", "0.0.0.0",
]  # fmt: skip


def spellings(address: str) -> list[str]:
    """A forbidden IPv4 address in the ways that inet_aton, browsers and translators know."""
    a, b, c, d = (int(part) for part in address.split("."))
    number = int(IPv4Address(address))
    mapped = f"{number >> 16:x}:{number & 0xFFFF:x}"
    plain = [
        address,
        f"{address}.",
        str(number),
        hex(number),
        f"0{number:o}",
        f"{a}.{number & 0xFFFFFF}",
        f"{a}.{b}.{c * 256 + d}",
    ]
    dotted = [
        ".".join(form.format(part) for part in (a, b, c, d))
        for form in ("0x{:x}", "0X{:02X}", "0{:o}", "000{:o}", "0x00{:x}")
    ]
    mixed = [
        f"0x{a:x}.{b}.0{c:o}.{d}",
        f"{a}.0x{b:x}.{c}.{d}",
        f"0{a:o}.{number & 0xFFFFFF}",
        f"0x{a:x}.0x{number & 0xFFFFFF:x}",
    ]
    coded = ["".join(f"%{ord(one):02x}" for one in address), address.replace(".", "。"), address.replace(".", "%2E")]
    wide = ["".join(chr(ord(one) + 0xFEE0) if one.isdigit() else one for one in address)]
    carried = [
        f"::ffff:{address}",
        f"::ffff:{mapped}",
        f"0:0:0:0:0:ffff:{mapped}",
        f"::FFFF:{mapped}",
        f"64:ff9b::{mapped}",
    ]
    tunnelled = [f"64:ff9b::{address}", f"2002:{mapped}::", f"2002:{mapped}::1", f"::{mapped}", f"64:ff9b:1::{mapped}"]
    return plain + dotted + mixed + coded + wide + [f"[{one}]" for one in carried + tunnelled]


OTHERS = [
    "localhost", "LOCALHOST", "localhost.", "LocalHost.", "foo.localhost", "a.b.localhost.", "localhost.localdomain",
    "ip6-localhost", "printer.local", "metadata.google.internal", "METADATA.google.internal.", "metadata",
    "host.docker.internal", "x.internal", "router.lan", "nas.home.arpa", "%6cocalhost", "loc%61lhost", "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ",
    "[::]", "[::1]", "[0:0:0:0:0:0:0:1]", "[0000::0001]", "[fe80::1]", "[FE80::A:B]", "[fc00::1]", "[fd00:ec2::254]",
    "[fec0::1]", "[ff02::1]", "[2001:db8::1]", "[2001::1]", "[100::1]", "[::2]", "[5f00::1]", "168.63.129.16",
    "255.255.255.255",
]  # fmt: skip


def test_five_hundred_spellings_of_forbidden_hosts_and_not_one_gets_through() -> None:
    hosts = [spelling for address in FORBIDDEN for spelling in spellings(address)] + OTHERS
    links = [f"{scheme}://{host}{rest}" for host in hosts for scheme, rest in (("http", "/a.jpg"), ("https", ":8443"))]
    assert len(set(links)) >= 500
    for text in links:
        found = parse(text)
        assert isinstance(found, Link), text
        assert refused_host(found.host), text


@pytest.mark.parametrize("network", FORBIDDEN_V4 + FORBIDDEN_V6)
def test_a_forbidden_range_is_refused_from_its_first_address_to_its_last(network: str) -> None:
    whole = IPv6Network(network) if ":" in network else IPv4Network(network)
    for address in (whole[0], whole[-1], whole[whole.num_addresses // 2]):
        assert refused(str(address))


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_dialled(address: str) -> None:
    assert refused(address) == ""
    assert refused_host(address) == ""


def test_of_many_addresses_those_are_refused_that_lie_in_a_forbidden_range() -> None:
    networks = [IPv4Network(text) for text in (*FORBIDDEN_V4, "168.63.129.16/32")]
    for number in random.Random(1).sample(range(2**32), 5_000):
        address = IPv4Address(number)
        assert bool(refused(str(address))) == any(address in network for network in networks)


@given(st.integers(0, 2**32 - 1))
def test_an_address_carried_in_another_is_judged_as_itself(number: int) -> None:
    inner = IPv4Address(number)
    low = f"{number >> 16:x}:{number & 0xFFFF:x}"
    for outer in (f"::ffff:{inner}", f"::ffff:{low}", f"64:ff9b::{low}", f"2002:{low}::1"):
        assert refused(outer) == refused(str(inner))


@given(st.integers(0, 2**128 - 1))
def test_every_spelling_of_an_ipv6_address_is_judged_alike(number: int) -> None:
    address = IPv6Address(number)
    words = refused(str(address))
    assert refused(address.exploded.upper()) == refused(f"[{address}]") == refused(f"{address}%eth0") == words
    assert words or number >> 125 == 1 or str(address).startswith("64:ff9b::")


@pytest.mark.parametrize("address", ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"])
def test_loopback_alone_can_be_permitted(address: str) -> None:
    assert refused(address) == "loopback"
    assert refused(address, loopback_allowed=True) == ""


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "10.0.0.1", "169.254.169.254", "fe80::1%lo"])
def test_nothing_else_is_permitted_with_loopback(address: str) -> None:
    assert refused(address, loopback_allowed=True)


@pytest.mark.parametrize("text", ["", "localhost", "8.8.8", "1.2.3.4.5", "08.8.8.8", "8.8.8.8 ", ":", "[", "x" * 10**6])
def test_what_is_no_address_is_not_dialled(text: str) -> None:
    assert refused(text)


@pytest.mark.parametrize(
    "host", ["i.imgur.com", "localhost.example.org", "local", "internal.example.org", "dead.beef", "a.b", "xn--9ca"]
)
def test_a_name_that_may_be_public_is_left_to_the_lookup(host: str) -> None:
    assert refused_host(host) == ""


@pytest.mark.parametrize("host", ["localhost", "pictures.localhost", "127.0.0.1", "[::1]"])
def test_loopback_has_one_word_for_names_and_addresses(host: str) -> None:
    assert refused_host(host) == "loopback"


@pytest.mark.skipif(not SSRF.exists(), reason="the corpora are not here")
def test_links_into_clouds_inner_services_are_refused() -> None:
    texts = (SSRF / "ssrf_cloud.txt").read_text().split() + (SSRF / "ssrf_urls.txt").read_text().split()
    for text in texts:
        if re.match(r"https?://(?:169\.254\.|127\.|localhost|metadata\.google|192\.0\.0\.192|100\.100\.)", text):
            found = parse(text)
            assert not isinstance(found, Link) or refused_host(found.host), text
