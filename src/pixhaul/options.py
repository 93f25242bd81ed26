"""Every number of a run, and its default: the one place for defaults."""

from __future__ import annotations

from dataclasses import dataclass

PLACES = 512
"""Transfers at once, in all, unless a person says another number."""


@dataclass(frozen=True, slots=True)
class Options:
    """Every number of a run. No secret is in here: it may be printed, pickled and sent."""

    directory: str = "images"
    strategy: str = "multi"
    workers: int | None = None
    """Processes in all; None: one, and up to one a core when a long run is held up by the processor."""
    connections: int | None = None
    """Most transfers at once, in all; None: 512, and as many again while hosts hold places in silence."""
    per_host: int | None = None
    """Most at once to one host; None: starts at 8 and adapts."""
    rate: float | None = None
    """Most requests a second to one host."""
    share: tuple[int, int] = (0, 1)
    """Number (from 0) and count of the processes that ask the same hosts: each gets its part of a host's limits."""
    remember: bool = True
    """Whether what is learned of hosts is kept for the next run."""
    cache_dir: str = ""
    """Where; empty: PIXHAUL_CACHE_DIR, or the user's cache folder."""
    policy: str = "none"
    """Which words of X-Robots-Tag are obeyed: none, research or train (policy.py)."""
    retries: int = 4
    """Tries after the first."""
    timeout: float = 120.0
    """Seconds that one attempt may take in all."""
    connect_timeout: float = 20.0
    low_speed: int = 1_000
    """Bytes a second; slower than this for `low_speed_seconds` ends an attempt."""
    low_speed_seconds: int = 20
    max_bytes: int = 256 * 1024 * 1024
    """Largest body."""
    max_pixels: int = 256_000_000
    """Largest width times height (a 200-megapixel photograph is 201 million)."""
    max_redirects: int = 10
    types: frozenset[str] | None = None
    """Formats to keep; None: all."""
    filename: str = ""
    """Template of names; empty: the link's last segment."""
    limit: int | None = None
    """Most links to take."""
    seed: int | None = None
    """The order of imgur:random."""
    allow_private: bool = False
    api: str = "https://api.imgur.com"
    cacert: str = ""
    proxy: str = ""
    http_version: str = "2"
    """The highest one that is tried over TLS: 1.1, 2 or 3 (http_versions.py)."""
    user_agent: str = ""
    """Empty: pixhaul's own."""
    look_ahead: int = 50_000
    """Links held ready at once, 331 bytes each."""
    spill_bytes: int = 256 * 1024
    """A body larger than this goes to a part file while it comes."""
    max_memory: int = 256 * 1024 * 1024
    """All bodies held in memory together, in all processes; above it new ones go to part files."""
    durable: bool = True
    """Whether kept means kept through a power cut."""
    trace: str = ""
    """The file that is told when each transfer did what; empty: none, and no time is spent on it."""

    @property
    def places(self) -> int:
        """Most transfers at once, in all, not counting those of silent hosts where no number was asked for."""
        return PLACES if self.connections is None else self.connections

    @property
    def most_places(self) -> int:
        """The same with those of silent hosts: what an engine must have room for."""
        return 2 * PLACES if self.connections is None else self.connections
