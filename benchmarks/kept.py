"""A directory as a run over a long list has left it, made without a network."""

from __future__ import annotations

import hashlib
import os
from contextlib import closing
from pathlib import Path

from pixhaul import names
from pixhaul.again import Choice
from pixhaul.ledger import Ledger
from pixhaul.models import Fetched, Job, Picture, Receipt
from pixhaul.options import Options
from pixhaul.store import open_directory

BATCH = 1_024
"""Links recorded together, as in a run."""


def link(number: int) -> str:
    """The n-th link of the list."""
    return f"https://img{number % 500}.example.org/photos/{number:07}.jpg"


def write_list(path: Path, count: int) -> Path:
    """A text with so many links."""
    with path.open("w") as file:
        file.writelines(f"{link(number)}\n" for number in range(count))
    return path


def keep(directory: Path, count: int, extension: str, body: bytes) -> None:
    """Let a directory hold the pictures of so many links, all of them one file, and a ledger that says so."""
    open_directory(directory)
    first = directory / ".pixhaul" / "picture"
    first.write_bytes(body)
    picture = Fetched(Job(""), b"", len(body), hashlib.sha256(body).digest(), Picture("jpeg", 1, 1), "")
    with closing(Ledger(directory, choice=Choice(Options(durable=False)))) as ledger:
        for start in range(0, count, BATCH):
            receipts = [receipt(picture, link(n), extension) for n in range(start, min(start + BATCH, count))]
            ledger.intend(receipts)
            for one in receipts:
                os.link(first, directory / one.location)
            ledger.record(receipts)
    first.unlink()


def receipt(picture: Fetched, url: str, extension: str) -> Receipt:
    """What the sink says of a picture when it has been fetched from there."""
    fetched = picture._replace(job=Job(url), final_url=url, etag=f'"{len(url):x}-5f3a9c1e77"', seconds=0.25)
    return Receipt(fetched, f"{names.wished(url)}.{extension}")
