"""The invented names and words of the stand-in's posts: users, tags, subreddits, titles. None belongs to a person."""

from __future__ import annotations

from random import Random

USERS = (
    "paintedfox", "slowtrain", "juniperhill", "tinyharbor", "lampkeeper", "softstatic",
    "orbitgarden", "papermoth", "northwindow", "quietgear", "amberloop", "saltmeadow",
)  # fmt: skip
"""Each has submissions and favourites."""

SECTIONS = ("pics", "art", "earthporn", "gifs", "wallpapers", "space", "minimalism", "aww")
"""The subreddits that posts come from."""

TAGS = ("landscape", "wallpaper", "art", "nature", "night", "calm", "geometry", "color", "weather", "travel")
"""Every post has up to three of them."""

SUBJECTS = ("mountains", "clouds", "facets", "waves", "skyline", "contours", "forest", "discs", "dunes", "arcs")
"""What the scenes show, in their order."""

_MOODS = (
    "Quiet",
    "Golden",
    "Endless",
    "Misty",
    "Lonely",
    "Electric",
    "Painted",
    "Faded",
    "Restless",
    "Early",
    "Distant",
)
_ENDINGS = (
    "at dusk",
    "before dawn",
    "in the rain",
    "from my window",
    "after the storm",
    "in three colors",
    "again",
    "",
)


def title(rng: Random, subject: str) -> str:
    """A title that names the subject, so that a search for it finds the post."""
    return f"{rng.choice(_MOODS)} {subject} {rng.choice(_ENDINGS)}".strip()
