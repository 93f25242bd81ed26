"""May this address be dialled? Only public unicast: everything else belongs to this machine or to the local network.

The ranges are the IANA special-purpose registries' of 2026 (IPv4: RFC 6890 and later; IPv6 the same), written out here,
because what Python's `ipaddress` calls private has changed between versions (CVE-2024-4032).
"""

from __future__ import annotations

from bisect import bisect_right
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

LOOPBACK = "loopback"
"""The one range that may be permitted by itself, for links named by an API that is on loopback too."""

_V4 = {
    "0.0.0.0/8": "this machine (0.0.0.0/8)",
    "10.0.0.0/8": "a private network",
    "100.64.0.0/10": "a provider's inner network (100.64.0.0/10)",
    "127.0.0.0/8": LOOPBACK,
    "168.63.129.16/32": "the cloud's own service (168.63.129.16)",
    "169.254.0.0/16": "link-local",
    "172.16.0.0/12": "a private network",
    "192.0.0.0/24": "protocol assignments (192.0.0.0/24)",
    "192.0.2.0/24": "documentation",
    "192.88.99.0/24": "6to4 relays (192.88.99.0/24)",
    "192.168.0.0/16": "a private network",
    "198.18.0.0/15": "benchmarks (198.18.0.0/15)",
    "198.51.100.0/24": "documentation",
    "203.0.113.0/24": "documentation",
    "224.0.0.0/4": "multicast",
    "240.0.0.0/4": "reserved or broadcast",
}
"""Sorted, and no range lies in another. 168.63.129.16 answers inside of Azure alone, with a machine's secrets."""

_V6 = {
    "::/128": "this machine (::)",
    "::1/128": LOOPBACK,
    "64:ff9b:1::/48": "translation to IPv4 inside a network (64:ff9b:1::/48)",
    "100::/64": "the discard range",
    "2001::/32": "Teredo",
    "2001::/23": "protocol assignments (2001::/23)",
    "2001:db8::/32": "documentation",
    "3fff::/20": "documentation",
    "fc00::/7": "a private network",
    "fe80::/10": "link-local",
    "fec0::/10": "a private network (site-local)",
    "ff00::/8": "multicast",
}
"""The first that fits is named. Besides, whatever is not in 2000::/3 is refused: nothing else is given out."""

_CARRIERS = {"::ffff:0:0/96": 0, "64:ff9b::/96": 0, "2002::/16": 80}
"""IPv6 ranges that carry an IPv4 address, so many bits from the right: mapped, NAT64, 6to4. They are looked through."""


def _v4_table() -> tuple[list[int], list[tuple[int, str]]]:
    networks = [(IPv4Network(text), words) for text, words in _V4.items()]
    starts = [int(network.network_address) for network, _ in networks]
    return starts, [(int(network.broadcast_address), words) for network, words in networks]


_STARTS, _ENDS = _v4_table()
_NETWORKS = [(IPv6Network(text), words) for text, words in _V6.items()]
_UNICAST = IPv6Network("2000::/3")
_CARRYING = [(IPv6Network(text), shift) for text, shift in _CARRIERS.items()]


def refused(address: str, loopback_allowed: bool = False) -> str:
    """The forbidden range that an address lies in, in words, or nothing when it may be dialled.

    Args:
        address: Numeric, IPv4 or IPv6, as it is about to be dialled; may end in %scope and stand in brackets.
            What is no address at all is refused.
        loopback_allowed: Whether 127.0.0.0/8 and ::1 may be dialled; no other range.

    >>> refused("8.8.8.8"), refused("127.0.0.1"), refused("::ffff:10.0.0.1"), refused("fe80::1%eth0")
    ('', 'loopback', 'a private network', 'link-local')
    >>> refused("127.0.0.1", loopback_allowed=True)
    ''
    """
    words = _refused(address)
    return "" if loopback_allowed and words == LOOPBACK else words


@lru_cache(maxsize=4096)
def _refused(address: str) -> str:
    if len(address) > 100:
        return "not an address"
    try:
        parsed = ip_address(address.strip("[]").partition("%")[0])
    except ValueError:
        return "not an address"
    return _v4(int(parsed)) if isinstance(parsed, IPv4Address) else _v6(parsed)


def _v4(number: int) -> str:
    place = bisect_right(_STARTS, number) - 1
    end, words = _ENDS[place]
    return words if number <= end else ""


def _v6(address: IPv6Address) -> str:
    for network, shift in _CARRYING:
        if address in network:
            return _v4(int(address) >> shift & 0xFFFFFFFF)
    for network, words in _NETWORKS:
        if address in network:
            return words
    return "" if address in _UNICAST else "no public range of IPv6"


_LOOPBACK_NAMES = frozenset(
    {"localhost", "localhost4", "localhost6", "ip6-localhost", "ip6-loopback", "localhost.localdomain"}
    | {"localhost4.localdomain4", "localhost6.localdomain6"}
)
_LOCAL_NAMES = frozenset({"metadata", "instance-data", "kubernetes", "host.docker.internal", "broadcasthost"})
_LOCAL_ENDS = (".local", ".internal", ".intranet", ".private", ".lan", ".home", ".corp", ".home.arpa", ".localdomain")
"""RFC 6762 with its appendix G, RFC 8375 (home.arpa), and ICANN's resolution on .internal of 2024."""
_LETTERS = frozenset("ghijklmnopqrstuvwxyz_")


@lru_cache(maxsize=4096)
def refused_host(host: str) -> str:
    """Why a link's host is refused before any lookup, in words, or nothing.

    For addresses the same words as `refused`; for names that always mean this machine `loopback`, and `a name of the
    local network` for those that never mean a public host. Any other name is looked up, and what it leads to judged.
    The host is a Link's: 0x7f.1 has become 127.0.0.1 there.

    >>> refused_host("[::1]"), refused_host("Pictures.LOCALHOST."), refused_host("metadata.google.internal")
    ('loopback', 'loopback', 'a name of the local network')
    >>> refused_host("i.imgur.com")
    ''
    """
    name = host.lower().removesuffix(".")
    if name in _LOOPBACK_NAMES or name.endswith(".localhost"):
        return LOOPBACK
    if name in _LOCAL_NAMES or name.endswith(_LOCAL_ENDS):
        return "a name of the local network"
    if ":" not in name and not _LETTERS.isdisjoint(name):
        return ""
    words = _refused(name)
    return "" if words == "not an address" and ":" not in name else words
