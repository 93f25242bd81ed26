"""`python -m pixhaul.race.thumbnails WAY LINKS`: download each picture and scale it down, in one of four ways.

The scaling is done in Python on purpose: it holds the interpreter's lock, as most work does that a learner writes. Each
way waits for the network equally well; only processes also compute at once.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import urlopen

WORKERS = 8
SIDES = (2, 4, 8)
"""Pixels on each side of the squares that become one pixel: a thumbnail of each of these sizes."""
LIGHT = [round(65_535 * (value / 255) ** 2.2) for value in range(256)]
"""How much light a value of a pixel stands for: means are right only of light."""


def fetch(link: str) -> Path:
    """Download one picture into `images`."""
    with urlopen(link, timeout=30) as response:  # noqa: S310 - links of the race's own list, to its own stand-in
        body = response.read()
    path = Path("images", Path(urlsplit(link).path).name)
    path.write_bytes(body)
    return path


def scale(path: Path) -> None:
    """Write the small copies into `thumbnails`."""
    from PIL import Image

    with Image.open(path) as picture:
        size = picture.size
        pixels = picture.convert("RGB").tobytes()
    for side in SIDES:
        small = Image.frombytes("RGB", (size[0] // side, size[1] // side), shrunk(pixels, size, side))
        small.save(Path("thumbnails", f"{path.stem}-{side}.png"))


def shrunk(pixels: bytes, size: tuple[int, int], side: int) -> bytes:
    r"""The mean light of each square, worked out number by number.

    >>> shrunk(bytes([0, 0, 0, 255, 255, 255] * 2), (2, 2), 2)
    b'\xba\xba\xba'
    """
    width, height = size
    small, area = bytearray(), side**2
    for top in range(0, height - side + 1, side):
        rows = [pixels[3 * width * y : 3 * width * (y + 1)] for y in range(top, top + side)]
        for left in range(0, width - side + 1, side):
            square = [row[3 * left : 3 * (left + side)] for row in rows]
            for color in range(3):
                light = sum(LIGHT[value] for part in square for value in part[color::3]) / area
                small.append(round(255 * (light / 65_535) ** (1 / 2.2)))
    return bytes(small)


def both(link: str) -> None:
    """Fetch, then scale."""
    scale(fetch(link))


def pooled(pool: Callable[[int], Executor], links: list[str]) -> None:
    """Each link to whichever worker is free."""
    with pool(WORKERS) as executor:
        list(executor.map(both, links))


async def looped(links: list[str]) -> None:
    """An event loop: its threads wait, and it scales in the loop itself, where nothing else can move meanwhile."""
    turns = asyncio.Semaphore(WORKERS)

    async def one(link: str) -> None:
        async with turns:
            scale(await asyncio.to_thread(fetch, link))

    await asyncio.gather(*(one(link) for link in links))


def main(way: str, listed: str) -> None:
    """Do all links in one way."""
    links = Path(listed).read_text("utf-8").split()
    for folder in ("images", "thumbnails"):
        Path(folder).mkdir(exist_ok=True)
    if way == "threads":
        pooled(ThreadPoolExecutor, links)
    elif way == "processes":
        pooled(partial(ProcessPoolExecutor, mp_context=get_context("spawn")), links)
    elif way == "asyncio":
        asyncio.run(looped(links))
    else:
        for link in links:
            both(link)


if __name__ == "__main__":
    main(*sys.argv[1:])
