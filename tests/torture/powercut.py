"""A model of a disk that loses, at a power cut, whatever nobody has asked it to keep; and the log that it is fed with.

What is durable: the bytes that a file had at its last sync; the names that a folder had at its last sync; at a syncfs
everything there is. Nothing else, although real file systems keep more.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple


class Step(NamedTuple):
    """One call that changed something, or that printed something."""

    kind: str
    """o open, w write, t truncate, s sync of one, S of all, r rename, l link, u unlink, m folder, p printed."""
    path: str
    second: str
    offset: int
    data: bytes


def steps(log: Path) -> list[Step]:
    """What shim.c has written down."""
    raw, found, place = log.read_bytes(), [], 0
    while place < len(raw):
        end = raw.index(b"\n", place)
        kind, path, second, offset, size = raw[place:end].split(b"\0")
        data = raw[end + 1 : end + 1 + int(size)]
        found.append(Step(kind.decode(), os.fsdecode(path), os.fsdecode(second), int(offset), data))
        place = end + 1 + int(size)
    return found


class Node:
    """A file: what programs see, and what the disk holds."""

    def __init__(self) -> None:
        self.now = bytearray()
        self.safe = b""


class Disk:
    """The names and the files below one folder."""

    def __init__(self) -> None:
        self.now: dict[str, Node] = {}
        self.safe: dict[str, Node] = {}

    def take(self, step: Step) -> None:
        """Let one step happen."""
        getattr(self, f"_{_NAMES[step.kind]}")(step)

    def _open(self, step: Step) -> None:
        if step.offset & os.O_CREAT:
            node = self.now.setdefault(step.path, Node())
            if step.offset & os.O_TRUNC:
                node.now.clear()

    def _write(self, step: Step) -> None:
        data = self.now[step.path].now
        at = len(data) if step.offset < 0 else step.offset
        data.extend(bytes(max(0, at - len(data))))
        data[at : at + len(step.data)] = step.data

    def _truncate(self, step: Step) -> None:
        data = self.now[step.path].now
        del data[step.offset :]
        data.extend(bytes(step.offset - len(data)))

    def _sync(self, step: Step) -> None:
        node = self.now.get(step.path)
        if node is not None:
            node.safe = bytes(node.now)
            return
        inside = step.path.rstrip("/") + "/"  # a folder: its own names, not those of the folders in it
        here = {path for path in self.now.keys() | self.safe.keys() if path.rpartition("/")[0] + "/" == inside}
        self.safe = {path: node for path, node in self.safe.items() if path not in here}
        self.safe |= {path: self.now[path] for path in here if path in self.now}

    def _sweep(self, step: Step) -> None:
        for node in self.now.values():
            node.safe = bytes(node.now)
        self.safe = dict(self.now)

    def _rename(self, step: Step) -> None:
        self.now[step.second] = self.now.pop(step.path)

    def _link(self, step: Step) -> None:
        self.now[step.second] = self.now[step.path]

    def _unlink(self, step: Step) -> None:
        self.now.pop(step.path, None)

    def _nothing(self, step: Step) -> None:
        pass

    def after_a_cut(self) -> dict[str, bytes]:
        """What is there when the power comes back, at the worst."""
        return {path: node.safe for path, node in self.safe.items()}

    def after_a_mixed_cut(self, chance: random.Random) -> dict[str, bytes]:
        """The same, where the disk has happened to keep some of what it need not have kept, in any order."""
        left = {}
        for path in self.now.keys() | self.safe.keys():
            node = (self.now if chance.random() < 0.5 else self.safe).get(path)
            if node is not None:
                left[path] = bytes(node.now) if chance.random() < 0.5 else node.safe
        return left


_NAMES = {
    "o": "open",
    "w": "write",
    "t": "truncate",
    "s": "sync",
    "S": "sweep",
    "r": "rename",
    "l": "link",
    "u": "unlink",
    "m": "nothing",
    "p": "nothing",
}


def prefixes(log: list[Step]) -> Iterator[tuple[int, Disk, bytes]]:
    """After each step: its number, the disk, and what had been printed."""
    disk, printed = Disk(), b""
    for number, step in enumerate(log):
        disk.take(step)
        printed += step.data if step.kind == "p" else b""
        yield number, disk, printed


def laid_out(left: dict[str, bytes], root: str, target: Path) -> Path:
    """The files that are left, as real ones in another folder."""
    for path, data in left.items():
        place = target / path.removeprefix(root).lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
    return target
