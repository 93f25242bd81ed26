"""The authority of a link, [user@]host[:port]: one spelling for each host, or words why there is none.

It follows the URL Standard's host parser where it accepts, and refuses more: user names, ports that no one listens on,
and host names that no DNS has.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TypeAlias
from urllib.parse import unquote_to_bytes

PORTS = {"http": 80, "https": 443}
"""The schemes that are fetched, and the port of each."""


class _HostError(Exception):
    """Ends the look at one authority, with the reason in words."""


Place: TypeAlias = tuple[str, int, str] | tuple[None, str]
"""(host, port, origin), or (None, why not)."""

_AUTHORITY = re.compile(r"(\[[^\]]*\]|[^:\[\]]*)(?::([0-9]*))?")
_HOST = re.compile(r"[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")


@lru_cache(maxsize=2048)
def place_of(scheme: str, authority: str) -> Place:
    """Where the text between // and / leads, or why it leads nowhere. The scheme is http or https, in lower case.

    Long lists have few hosts, so the answers are remembered.

    >>> place_of("https", "Example.ORG:443"), place_of("http", "127.1:8080")
    (('example.org', 443, 'https://example.org'), ('127.0.0.1', 8080, 'http://127.0.0.1:8080'))
    """
    try:
        host, port = _host_and_port(authority, PORTS[scheme])
    except _HostError as error:
        return None, str(error)
    shown = "" if port == PORTS[scheme] else f":{port}"
    return host, port, f"{scheme}://{host}{shown}"


def _host_and_port(authority: str, usual: int) -> tuple[str, int]:
    if "@" in authority:
        raise _HostError("has a user name or a password: take it out, it would be written down and sent in the clear")
    parts = _AUTHORITY.fullmatch(authority)
    if parts is None:
        raise _HostError("the part between // and / is not host:port")
    name, digits = parts.groups()
    number = (digits or "").lstrip("0")
    if digits and (not number or len(number) > 5 or int(number) > 65535):
        raise _HostError("the port is not in 1-65535")
    return _host(name), int(number) if digits else usual


def _host(name: str) -> str:
    if not name:
        raise _HostError("no host")
    if name.startswith("["):
        return f"[{_ipv6(name[1:-1])}]"
    host = _ascii(_decoded(name)).removesuffix(".")
    last = host.rpartition(".")[2]
    if _NUMBER.fullmatch(last):
        return _ipv4(host)
    if not _HOST.fullmatch(host) or len(host) > 253:
        raise _HostError(f"{host[:60]!a} cannot be a host name")
    return host


def _decoded(name: str) -> str:
    if "%" not in name:
        return name
    try:
        return unquote_to_bytes(name).decode("utf-8")
    except UnicodeError:  # what it decodes to, or a lone surrogate in it
        raise _HostError("the host name is not UTF-8") from None


def _ascii(name: str) -> str:
    """The name in lower case and in Punycode: UTS 46, not transitional, as browsers do (URL Standard, domain to ASCII).

    An all-ASCII name stays as it is, also where its xn-- labels mean nothing: it is sent and dialled as written.
    """
    if name.isascii():
        return name.lower()
    import idna

    try:
        mapped = idna.uts46_remap(name, std3_rules=False, transitional=False)
        return ".".join(_label(label) for label in mapped.split("."))
    except (idna.IDNAError, UnicodeError):
        raise _HostError(f"{name[:60]!a} is not an international host name") from None


def _label(label: str) -> str:
    """One label in Punycode. Emoji and the like pass, as in browsers, though IDNA 2008 has no place for them."""
    import idna

    if label.isascii():
        if label.startswith("xn--"):
            _check(idna.ulabel(label))
        return label
    if label.startswith("xn--"):
        raise _HostError("the host name is in Punycode and in letters at once")
    _check(label)
    return "xn--" + label.encode("punycode").decode("ascii")


def _check(label: str) -> None:
    import idna

    idna.check_nfc(label)
    idna.check_initial_combiner(label)
    idna.check_bidi(label)
    for place, character in enumerate(label):
        if character in "\u200c\u200d" and not idna.valid_contextj(label, place):
            raise _HostError("the host name has a joiner where none may be")


def _ipv6(text: str) -> str:
    """The shortest spelling (RFC 5952), in hex throughout: Python 3.13 writes mapped ones with dots, older ones not."""
    from ipaddress import IPv6Address

    try:
        address = IPv6Address(text)
    except ValueError:
        raise _HostError("the address in brackets is not IPv6") from None
    if address.scope_id is not None:
        raise _HostError("an IPv6 address with a zone has no meaning in a link")
    if address.ipv4_mapped is None:
        return str(address)
    number = int(address) & 0xFFFFFFFF
    return f"::ffff:{number >> 16:x}:{number & 0xFFFF:x}"


def _ipv4(host: str) -> str:
    """Any spelling that inet_aton knows as a dotted quad: decimal, 0x hex, 0 octal, fewer parts (URL Standard)."""
    parts = host.split(".")
    if len(parts) > 4 or "" in parts:
        raise _HostError("a host that ends in a number is an IPv4 address, of at most four parts")
    numbers = [_number(part) for part in parts]
    rest = numbers.pop()
    if any(number > 255 for number in numbers) or rest >= 256 ** (4 - len(numbers)):
        raise _HostError("a part of the IPv4 address is too great")
    for place, number in enumerate(numbers):
        rest += number << (24 - 8 * place)
    return ".".join(str(rest >> shift & 255) for shift in (24, 16, 8, 0))


def _number(part: str) -> int:
    base, digits = 10, part
    if part.startswith("0x"):
        base, digits = 16, part[2:] or "0"
    elif len(part) > 1 and part.startswith("0"):
        base = 8
    digits = digits.lstrip("0") or "0"
    try:
        # More digits than an address has are not worth converting: Python refuses 4,301 of them with another error.
        return int(digits, base) if len(digits) <= 16 and digits.isalnum() else 2**64
    except ValueError:
        raise _HostError("a host that ends in a number is an IPv4 address, and this is none") from None
