"""Hostile texts: those of public collections, where they lie beside the project, and thousands made here."""

from __future__ import annotations

import json
import random
from pathlib import Path

SHARED = Path(__file__).resolve().parents[3] / "shared" / "corpora"
_CORNERS = r"""
. .. ... .a a. -rf ~ con CON.jpg nul.tar.gz com1 LPT9.x aux.png a:b a|b a?b a*b <a> "a" .pixhaul .PIXHAUL
.pixhaul/ledger.sqlite pixhaul.toml desktop.ini Thumbs.db .htaccess a.php.jpg a.exe a.lnk a.svg
../x ..\x /etc/passwd C:\x \host\share %2e%2e%2f file:///x
"""
_CORNERS_BY_CODE = [*(chr(code) * 2 + "/" for code in (0x2025, 0x2024, 0xFF0E)), "COM" + chr(0xB9)]


def collected() -> list[str]:
    """All lines of the collections that are here; nothing where there are none."""
    found: list[str] = []
    if (names := SHARED / "names-blns" / "blns.json").is_file():
        found += json.loads(names.read_text("utf-8"))
    for path in sorted((SHARED / "payloads-patt").rglob("*.txt")) if SHARED.is_dir() else []:
        found += path.read_text("utf-8", "replace").splitlines()
    for path in sorted((SHARED / "term-escapes").rglob("*")) if SHARED.is_dir() else []:
        found += [path.read_bytes().decode("latin-1")] if path.is_file() else []
    return found


def made(count: int) -> list[str]:
    """Corners, each control and direction character, long ones, and random mixtures; the same each time."""
    chance = random.Random(12)
    controls = [
        *range(0x20),
        *range(0x7F, 0xA0),
        *range(0x200B, 0x2010),
        *range(0x2028, 0x202F),
        *range(0x2060, 0x2070),
    ]
    found = [*_CORNERS.split(), *_CORNERS_BY_CODE]
    found += [f"a{chr(code)}b" for code in (*controls, 0xFEFF, 0xFFF9, 0xD800, 0xDFFF, 0xE0041, 0x1F4A9)]
    found += [letter * length for letter in "a\u00e9\u20ac\U0001f4a9" for length in (60, 85, 126, 250, 255, 256, 5_000)]
    found += [text for word in ("Stra\u00dfe", "caf\u00e9", "\u0130\u0131i", "\u01c5") for text in _alike(word)]
    alphabet = [chr(code) for code in controls] + list("ab./\\: %\u00e9e\u0301\u202e\U0001f4a9<>&\"'`$(){}=+@-\x1b[31m")
    while len(found) < count:
        found.append("".join(chance.choices(alphabet, k=chance.randint(1, 30))))
    return found[:count]


def _alike(word: str) -> list[str]:
    """The same word as file systems may take it for."""
    from unicodedata import normalize

    cased = (word, word.upper(), word.lower(), word.title(), word.casefold())
    return [normalize(form, text) for text in cased for form in ("NFC", "NFD", "NFKC", "NFKD")]


def hostile_texts(count: int) -> list[str]:
    """So many distinct ones, the collections first."""
    found = list(dict.fromkeys([*collected(), *made(count)]))
    extra = (text for text in made(3 * count) if text not in set(found))
    while len(found) < count:
        found.append(next(extra))
    return found[:count]
