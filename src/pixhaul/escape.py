"""Text from outside, made harmless where it is shown: terminal, HTML, CSV. Raw text lives in the ledger only.

Each takes any str, lone surrogates included, and what it gives can be written as UTF-8.
"""

from __future__ import annotations

import re

# C0 with newline and tab, DEL, C1; soft hyphen; bidi controls; zero-width ones; separators of lines; fillers without
# ink; lone surrogates; what is no character; tags. Variation selectors and accents stay: they only touch their letter.
_RAW = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164"
    "\ud800-\udfff\ufdd0-\ufdef\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff]"
)
_FORMULA = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20]")
"""What a spreadsheet takes for a formula, also full-width and after spaces (OWASP, CSV injection)."""


def terminal(text: str) -> str:
    r"""The text on one line, with nothing that a terminal obeys or hides: those are shown as \xNN, \uNNNN, \UNNNNNNNN.

    >>> print(terminal("a\x1b[31mb\n\u202ec"))
    a\x1b[31mb\x0a\u202ec
    """
    return text if text.isascii() and text.isprintable() else _RAW.sub(_shown, text)


def _shown(found: re.Match[str]) -> str:
    number = ord(found[0])
    if number < 0x100:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def html(text: str) -> str:
    """The text for an element or a quoted attribute of HTML: `terminal`, and no character that is markup.

    >>> html("<b title='x'>&`")
    '&lt;b title=&#x27;x&#x27;&gt;&amp;&#96;'
    """
    from html import escape  # for the page of a race alone

    return escape(terminal(text), quote=True).replace("`", "&#96;")


def csv(cell: str) -> str:
    """The text of a cell: `terminal`, and an apostrophe in front of what a spreadsheet would take for a formula.

    Commas and quotes are left for the csv module to quote.

    >>> csv("=1+1"), csv("  @x"), csv("a=b")
    ("'=1+1", "'  @x", 'a=b')
    """
    shown = terminal(cell)
    return f"'{shown}" if _FORMULA.match(shown) else shown
