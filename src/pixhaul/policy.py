"""What an answer's X-Robots-Tag asks of those who collect pictures, and which of it a policy obeys. Pure.

The field has no standard of its own: the grammar is that of Google's description ("name: directive, directive"), the
words noai and noimageai come from DeviantArt and img2dataset, noml from common use. See docs/decisions/opt-outs.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TypeAlias

Fields: TypeAlias = tuple[tuple[str, str], ...]

OURSELVES = "pixhaul"
"""The name by which a field may address us whatever we are told to call ourselves."""
MOST = 20
"""Directives of one answer that are looked at and remembered."""
LONGEST = 40
"""Characters of one of them."""
_LEARNING = frozenset({"noai", "noimageai", "noml"})
_INDEXING = frozenset({"noindex", "noimageindex", "none"})
POLICIES = {"none": frozenset[str](), "research": _LEARNING, "train": _LEARNING | _INDEXING}
"""What each policy obeys. `none` as a directive means noindex and nofollow; as a policy, that all is only noted."""

_VALUED = frozenset({"unavailable_after", "max-snippet", "max-image-preview", "max-video-preview"})
"""Directives with a value after a colon, which is no name of a robot before one."""
_NAME = re.compile(r"[a-z0-9_.+*/-]+")


def names_of(user_agent: str) -> frozenset[str]:
    """The names by which a field may address us, in lower case: pixhaul, all (*), and the product we say we are.

    >>> sorted(names_of("Museum-Bot/2.0 (+https://museum.example)"))
    ['*', 'museum-bot', 'pixhaul']
    """
    product = user_agent.strip().partition("/")[0].split(" ")[0].lower()
    return frozenset({"*", OURSELVES, product} - {""})


def directives(fields: Fields, names: frozenset[str]) -> tuple[str, ...]:
    """The directives that are for everybody or for us, in lower case, each once, in their order.

    >>> directives((("x-robots-tag", "noai, otherbot: noindex, pixhaul: noml"),), names_of(""))
    ('noai', 'noml')
    """
    values = [value for name, value in fields if name == "x-robots-tag"]
    found: dict[str, None] = {}
    for value in values:
        found |= dict.fromkeys(_addressed(value.lower().split(","), names))
    return tuple(found)[:MOST]


def _addressed(items: Iterable[str], names: frozenset[str]) -> list[str]:
    """Those of one field's items that mean us; a name before a colon holds for all items after it."""
    means_us, found = True, []
    for item in items:
        name, colon, rest = item.partition(":")
        if colon and name.strip() not in _VALUED and _NAME.fullmatch(name.strip()):
            means_us, item = name.strip() in names, rest  # noqa: PLW2901 - the item without its name
        if means_us and item.strip():
            found.append(item.strip()[:LONGEST])
    return found


def objection(said: Iterable[str], policy: str) -> str:
    """The first directive that a policy obeys; empty: there is none, and the picture may be taken.

    >>> objection(("nofollow", "noimageai"), "train"), objection(("noindex",), "research")
    ('noimageai', '')
    """
    obeyed = POLICIES[policy]
    return next((word for word in said if word in obeyed), "")
