"""The scenes that are played: which hosts there are, how many links, and what a person who knew them would choose."""

from __future__ import annotations

import random
from dataclasses import dataclass

from web.hosts import Host

SEED = 1


@dataclass(frozen=True)
class Scene:
    """One scene."""

    title: str
    hosts: tuple[Host, ...]
    grid: tuple[str, ...] = ()
    """Options of pixhaul by which a person who knows the hosts would try to make it faster than its defaults."""
    limit: float = 60.0
    """Seconds after which a program is cut off."""
    learns: bool = True
    """Whether it lasts long enough for a client to learn in it."""


def _only(title: str, host: Host, *grid: str, learns: bool = True, limit: float = 60.0) -> Scene:
    return Scene(title, (host,), grid, limit, learns)


def crowd(sick: int, hosts: int = 200, links: int = 40) -> tuple[Host, ...]:
    """Hosts with a latency of 20 ms to 1 s and 404s as in real lists (6 %); the first ones are sick."""
    chance = random.Random(SEED)
    kinds = ("closed", "deaf", "silent", "dripping")
    made = []
    for number in range(hosts):
        latency = min(1.0, max(0.02, chance.lognormvariate(-1.6, 0.8)))
        trouble = kinds[number % len(kinds)] if number < sick else ""
        made.append(Host(f"h{number:03}", links, latency, 0.3, missing=0.06, sick=trouble))
    return tuple(made)


def stalls(latency: float, links: int, sick: int = 30, hosts: int = 100) -> tuple[Host, ...]:
    """Hosts of one latency, in seconds; the first ones stall in the middle of a head."""
    kinds = ["halting"] * sick + [""] * (hosts - sick)
    return tuple(Host(f"h{number:03}", links, latency, sick=kind) for number, kind in enumerate(kinds))


STRICT = Host("strict", 1_500, 0.05, rate=50, retry_after=2)
BESIDE = Host("strict", 200, 0.05, rate=10, retry_after=2)
CROWD_GRID = ("--per-host 4", "--per-host 16", "--per-host 32")
FAST = Host("fast", 8_000, 0.005)

SCENES = {
    "fast": _only("A fast host", FAST, "--per-host 32", "--per-host 64", "--per-host 128", learns=False),
    "far": _only(
        "A host 250 ms away, 4,000 links",
        Host("far", 4_000, 0.25),
        *("--per-host 128", "--per-host 256", "--per-host 512"),
        learns=False,
    ),
    "far-long": _only(
        "A host 250 ms away, 24,000 links",
        Host("far", 24_000, 0.25),
        *("--per-host 256", "--per-host 512"),
        limit=120,
    ),
    "strict": _only(
        "50 requests a second, then 429 and Retry-After: 2",
        STRICT,
        "--rate 49 --per-host 16",
        "--rate 50 --per-host 16",
    ),
    "bare": _only(
        "6 requests a second, then 503 without a word",
        Host("bare", 300, 0.05, rate=6, status=503),
        *("--rate 5.9 --per-host 8", "--rate 6 --per-host 8"),
        limit=90,
    ),
    "resets": _only(
        "Resets above 16 connections",
        Host("resets", 4_000, 0.1, connections=16),
        *("--per-host 8", "--per-host 12", "--per-host 16"),
    ),
    "narrow": _only(
        "503 above 12 requests at once",
        Host("narrow", 3_000, 0.1, at_once=12, status=503),
        *("--per-host 8", "--per-host 12", "--per-host 16"),
    ),
    "told": _only(
        "429 and Retry-After: 2 above 12 requests at once",
        Host("told", 7_200, 0.1, at_once=12, retry_after=2),
        *("--per-host 8", "--per-host 12", "--per-host 16"),
        limit=120,
    ),
    "crowd": Scene(
        "200 hosts of mixed latency, 20 of them sick",
        crowd(20),
        limit=150,
    ),
    "crowd-healthy": Scene("The same, the 180 healthy hosts alone", crowd(20)[20:], CROWD_GRID, 150),
    "pair": Scene("A host of 10 requests a second beside a fast one", (BESIDE, FAST), ("--per-host 64",)),
}
"""By name, in the order of the tables."""
PLAYED = tuple(SCENES)
SCENES["wait"] = _only("Every answer takes a quarter of a second", Host("wait", 4_000, 0.25, spread=0.0))
"""For the benchmarks of waiting and of memory."""
for _name, _hosts in {"near": stalls(0.02, 200), "far": stalls(0.2, 100)}.items():
    SCENES[f"stalls-{_name}"] = Scene(f"100 {_name} hosts, 30 of them stalling", _hosts)
    SCENES[f"stalls-{_name}-healthy"] = Scene("The same, the 70 healthy hosts alone", _hosts[30:])


def links(scene: Scene) -> list[tuple[Host, int]]:
    """Every link as a host and a number, shuffled, always in the same way."""
    found = [(host, number) for host in scene.hosts for number in range(host.links)]
    random.Random(SEED).shuffle(found)
    return found
