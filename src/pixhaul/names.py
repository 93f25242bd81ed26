"""The names of pictures: readable where the link allows it, safe on every file system, and never twice.

The reasons are in docs/decisions/names.md.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from functools import partial
from struct import iter_unpack
from urllib.parse import unquote

from pixhaul.digests import Digests

MOST_BYTES = 200
"""Of a stem, in UTF-8, and UTF-16 units of its decomposed form. File systems bear 255: the rest is for the extension
(at most 8), the suffix that tells twins apart (17 and a count) and what others add, such as a `.part`."""
_READ = 10_000
"""Characters of a text that are looked at."""

_PICTURE = re.compile(
    r"\.(?:jpe?g|jpe|jfif|pjpeg|a?png|gifv?|webp|avifs?|hei[cf]|bmp|tiff?|ico|jxl|svgz?)\Z", re.IGNORECASE
)

# Default-ignorable code points (Unicode 15): zero-width, bidi controls, variation selectors, tags. Nobody sees them,
# and case-folding ext4 and HFS+ do not compare them, so two names may not differ in them alone.
_UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
# Control characters, what Windows forbids, slashes in disguise, line separators, lone surrogates, private use (where
# some systems hide forbidden characters), and what is no character.
_BAD = re.compile(
    '[\x00-\x1f\x7f-\x9f<>:"/\\\\|?*\u2028\u2029\u2044\u2215\uff0f\uff3c\ufe68\ud800-\udfff\ue000-\uf8ff\ufdd0-\ufdef'
    "\ufff9-\uffff\U000effff-\U0010ffff]"
)
_EDGES = " .\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
"""Dots and all that Unicode calls a space: no name begins or ends with them."""
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9]|conin\$|conout\$|clock\$)\s*(?:\.|\Z)", re.IGNORECASE)
"""Names that Windows takes for devices, whatever comes after the first dot; COM1 also with a superscript."""
_PROGRAM = re.compile(
    r"\.(?=(?:php[0-9]?|phtml?|phar|cgi|aspx?|jspx?|exe|scr|pif|bat|cmd|msi|lnk|url|desktop|hta|jar|vbs|ps1|svgz?"
    r"|x?html?|shtml|xml|swf|htaccess)(?:\.|\Z))",
    re.IGNORECASE,
)
"""The dot of an extension that a server or a desktop would run or draw, even in the middle of a name."""
_USUAL = re.compile(r"https?://[^/?#]++/(?:[^/?#]*+/)*+([A-Za-z0-9_][A-Za-z0-9_-]{4,99}+)\.(?:jpe?g|png|gif|webp)")
"""A link whose last segment is a safe stem, too long for a device's name, and a usual extension."""
_PLAIN = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_ .()+,=@-]*[A-Za-z0-9_)-])?")


def wished(link_url: str) -> str:
    """The safe stem that a link asks for: its last path segment, decoded, without the extension of a picture.

    >>> wished("https://i.imgur.com/aBcDeF1.JPG?1"), wished("https://example.org/a%20b.tar.png"), wished("https://a.org/")
    ('aBcDeF1', 'a b.tar', 'a.org')
    """
    usual = _USUAL.fullmatch(link_url)
    if usual:  # as by the long way, at a third of the cost
        return usual[1]
    host, _, rest = link_url.partition("://")[2].partition("/")
    segment = rest.partition("?")[0].partition("#")[0].rpartition("/")[2]
    if "%" in segment:
        segment = unquote(segment, errors="replace")
    return safe(without_extension(segment) or host)


def without_extension(name: str) -> str:
    """The name without one extension of a picture, in any case: the right one is added by what the bytes are.

    >>> without_extension("a.b.JPEG"), without_extension("a.txt")
    ('a.b', 'a.txt')
    """
    return _PICTURE.sub("", name)


def safe(text: str, most_bytes: int = MOST_BYTES) -> str:
    """The text as a stem that every file system takes: NFC, never empty, at most so many bytes (from 16). Idempotent.

    Nothing in it is a separator, a control or invisible character, or forbidden on Windows; it does not begin with a
    dot or a hyphen, nor end with a dot or a space, and is no device of Windows.

    >>> safe("../../etc/passwd"), safe("con.foo"), safe("-rf"), safe("a\\u202eb\\n"), safe("")
    ('_.._etc_passwd', '_con.foo', '_-rf', 'ab_', '_')
    """
    if _PLAIN.fullmatch(text) and len(text) <= most_bytes and not _RESERVED.match(text) and not _PROGRAM.search(text):
        return text
    seen = unicodedata.normalize("NFC", _UNSEEN.sub("", text[:_READ]))
    stem = _trimmed(_BAD.sub("_", seen), most_bytes)
    return _trimmed("_" + stem, most_bytes) if _needs_front(stem) else stem


def _trimmed(text: str, most_bytes: int) -> str:
    # Cut before the other steps: a cut may bare a dot, or make .php of .phpx.
    return _PROGRAM.sub("_", _cut(text.strip(_EDGES), most_bytes).rstrip(_EDGES))


def _needs_front(stem: str) -> bool:
    """Whether it is empty, or dangerous at its beginning: an option for a shell's command, a device, a bare accent."""
    if not stem or stem[0] == "-" or unicodedata.combining(stem[0]):
        return True
    return _RESERVED.match(stem if stem.isascii() else unicodedata.normalize("NFKC", stem)) is not None


def _cut(text: str, most: int) -> str:
    """As much of the text as fits into so many bytes of UTF-8, and as many UTF-16 units when decomposed (HFS+)."""
    if text.isascii():
        return text[:most]
    if len(text) * 6 <= most:  # no character takes more
        return text
    size = units = 0
    for place, character in enumerate(text):
        size += len(character.encode())
        units += len(unicodedata.normalize("NFD", character).encode("utf-16-le")) // 2
        if size > most or units > most:
            return text[: _boundary(text, place)]
    return text


def _boundary(text: str, place: int) -> int:
    """The nearest place at or before this one where no accent or skin tone is torn from its letter."""
    for end in range(place, max(0, place - 32), -1):
        following = text[end]
        if unicodedata.category(following)[0] != "M" and not "\U0001f3fb" <= following <= "\U0001f3ff":
            return end
    return place


def fold(stem: str) -> str:
    """What two names must differ in, to be two files wherever case, normal form or width are not told apart.

    >>> fold("STRASSE") == fold("Straße"), fold("e\\u0301") == fold("É"), fold("\\uff21") == fold("a")
    (True, True, True)
    """
    if stem.isascii():
        return stem.lower()
    # Decomposed first, or an iota below the letter would fold into its neighbour. Upper case before folding: that is
    # what file systems compare, and there dotless i and long s fall in with i and s.
    wide = unicodedata.normalize("NFKD", _UNSEEN.sub("", stem)).upper().casefold()
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", wide).casefold())


class Names:
    """The stems taken in one directory, at about 17 bytes each.

    The same wishes in the same order give the same names.
    """

    __slots__ = ("_folds",)

    def __init__(self) -> None:
        self._folds = Digests()

    def choose(self, wish: str, key: int) -> str:
        """A stem that nobody has, claimed: the wish itself, or the wish, a hyphen, and 8 or 16 hex digits of the key.

        Args:
            wish: A safe stem, or several joined by slashes for folders.
            key: The link's, 63 bits. Should all its digits be taken too, a count is added.

        >>> names = Names()
        >>> names.choose("a", 0x1234567890abcdef), names.choose("A", 0x1234567890abcdef)
        ('a', 'A-12345678')
        """
        if self.claim(wish):
            return wish
        digits = f"{key:016x}"
        for suffix in (digits[:8], digits):
            if self.claim(f"{wish}-{suffix}"):
                return f"{wish}-{suffix}"
        count = 2
        while not self.claim(f"{wish}-{digits}-{count}"):
            count += 1
        return f"{wish}-{digits}-{count}"

    def claim(self, stem: str) -> bool:
        """Take a stem; False when it, or one that some file system takes for the same, was taken before."""
        return self._folds.add(_digest(stem))

    def claim_all(self, stems: Iterable[str]) -> None:
        """Take many, of which it does not matter whether they were taken before."""
        self._folds.fresh(_digests(stems))

    def taken(self, stem: str) -> bool:
        """Whether the stem, or one that some file system takes for the same, was chosen or claimed."""
        return _digest(stem) in self._folds

    def __len__(self) -> int:
        return len(self._folds)


_hash = partial(hashlib.blake2b, digest_size=8)  # not hash(): it differs from run to run, and the names must not


def _digest(stem: str) -> int:
    return int.from_bytes(_hash(fold(stem).encode("utf-8", "surrogatepass")).digest(), "big") >> 1


def _digests(stems: Iterable[str]) -> list[int]:
    """The same of many, at two thirds of the time of one after another."""
    folded = [fold(stem).encode("utf-8", "surrogatepass") for stem in stems]
    digests = b"".join([one.digest() for one in map(_hash, folded)])
    return [number >> 1 for (number,) in iter_unpack(">Q", digests)]
