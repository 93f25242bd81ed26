"""What a person may choose about the stand-in, checked before anything is started."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from .faults import plan

CLIENT_ID = "standin5f3a9c1e"
"""The only client ID that the stand-in accepts; fifteen characters, as Imgur's have."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Every choice of one stand-in. Raises ValueError, one clear line, for what cannot be."""

    port: int = 0
    """Of the API; 0 takes any that is free. The picture port is always any that is free."""
    pictures: Path | None = None
    """A folder whose regular files are served, as they are, in place of the made pictures."""
    posts: int = 240
    """How many made posts there are; they hold about two and a half pictures each."""
    latency: float = 0.0
    """Seconds from a picture's request to its answer."""
    bandwidth: float | None = None
    """Bytes a second on each picture connection; None: no limit."""
    credits: int = 12_500
    """API calls until 429; an hour after the start there are as many again."""
    faults: str = ""
    """See faults.py for the grammar."""
    seed: int = 0
    """The same seed gives the same posts, pictures, orders and faults."""
    links_base: str = ""
    """Stands in place of the picture origin in every link; empty: the true origin."""
    random_gone: bool = False
    """Whether gallery/random answers 404, as Imgur's may today."""
    record: bool = False
    """Whether it is written down when each request came and was answered; see record.py."""
    host: str = "127.0.0.1"
    """Loopback only: the stand-in is never offered to a network."""

    def __post_init__(self) -> None:
        """Refuse what cannot be served."""
        self._check_numbers()
        if self.host != "127.0.0.1":
            raise ValueError(f"the stand-in listens on 127.0.0.1 only, not on {self.host!r}")
        if self.links_base and urlsplit(self.links_base).scheme not in ("http", "https"):
            raise ValueError(f"the base of links must begin with http:// or https://: {self.links_base!r}")
        if self.pictures is not None:
            object.__setattr__(self, "pictures", Path(self.pictures))
            _check_folder(Path(self.pictures))
        plan(self.faults)

    def _check_numbers(self) -> None:
        wrong = {
            f"the port must lie between 0 and 65535, not {self.port}": not 0 <= self.port <= 65535,
            f"there must be at least one post, not {self.posts}": self.posts < 1,
            f"the latency must be 0 or more seconds, not {self.latency}": not 0 <= self.latency < math.inf,
            f"the bandwidth must be at least 1 byte a second, not {self.bandwidth}": not (self.bandwidth or 1) >= 1,
            f"the credits must be 0 or more, not {self.credits}": self.credits < 0,
        }
        for message, is_wrong in wrong.items():
            if is_wrong:
                raise ValueError(message)


def _check_folder(folder: Path) -> None:
    try:
        is_folder = folder.is_dir()
        is_filled = is_folder and any(path.is_file() for path in folder.rglob("*"))
    except OSError as error:
        raise ValueError(f"the folder {str(folder)!r} cannot be read: {error.strerror}") from error
    if not is_folder:
        raise ValueError(f"there is no folder {str(folder)!r} to take pictures from")
    if not is_filled:
        raise ValueError(f"the folder {str(folder)!r} holds no files")
