"""Bodies as they come: how much of them is held, and that the hash is that of all bytes however they came."""

from __future__ import annotations

import hashlib
import random
import time
import tracemalloc
from pathlib import Path

import pytest

from pictures import png
from pixhaul.body import FLUSH, Body, Memory
from pixhaul.options import Options
from pixhaul.store import open_directory


def pieces(data: bytes, seed: int) -> list[bytes]:
    chance = random.Random(seed)
    found, at = [], 0
    while at < len(data):
        size = chance.choice([1, 100, 16_384, 16_384])
        found.append(data[at : at + size])
        at += size
    return found


def body(tmp_path: Path, memory: Memory, **changes: int) -> Body:
    directory = open_directory(tmp_path)
    return Body(Options(directory=str(tmp_path), **changes), directory / ".pixhaul" / "parts", memory)  # type: ignore[arg-type]


@pytest.mark.parametrize("size", [10_000, FLUSH - 1, FLUSH + 1, 300_000, 1_000_000])
@pytest.mark.parametrize("spill", [1, 256 * 1024, 10**9])
def test_whatever_way_a_body_goes_its_bytes_and_its_hash_are_those_that_came(
    tmp_path: Path, size: int, spill: int
) -> None:
    data = png(1, padding=size)
    one = body(tmp_path, Memory(), spill_bytes=spill)
    for piece in pieces(data, size):
        one.write(piece)
    reply = one.reply(200, (), 0.0)
    kept = reply.body.read_bytes() if isinstance(reply.body, Path) else reply.body
    assert kept == data
    assert (reply.sha256, reply.size) == (hashlib.sha256(data).digest(), len(data))
    assert reply.picture is not None
    assert not reply.picture.flaw
    assert isinstance(reply.body, Path) == (len(data) > max(spill, FLUSH))


@pytest.mark.parametrize("spill", [1, 10**9])
def test_a_body_that_comes_byte_by_byte_takes_no_longer_than_its_bytes(tmp_path: Path, spill: int) -> None:
    data = png(1, padding=100_000)
    one = body(tmp_path, Memory(), spill_bytes=spill)
    begun = time.thread_time()
    for at in range(len(data)):
        assert one.take(data[at : at + 1]) is None
        assert one.size == at + 1
    assert time.thread_time() - begun < 5.0  # 40 s where each piece has all before it counted again
    reply = one.reply(200, (), 0.0)
    kept = reply.body.read_bytes() if isinstance(reply.body, Path) else reply.body
    assert (kept, reply.sha256) == (data, hashlib.sha256(data).digest())


def test_a_body_that_comes_in_crumbs_takes_no_more_memory_than_its_bytes(tmp_path: Path) -> None:
    memory = Memory()
    one = body(tmp_path, memory, spill_bytes=10**9)
    tracemalloc.start()
    try:
        for number in range(400_000):
            one.take((number % 65536).to_bytes(2))
        assert tracemalloc.get_traced_memory()[0] < 4_000_000  # 40 bytes for each piece would be 16 MB
    finally:
        tracemalloc.stop()
    assert memory.held == one.size == 800_000


def test_all_bodies_together_hold_no_more_than_the_budget_and_a_little_for_each(tmp_path: Path) -> None:
    memory = Memory()
    bodies = [body(tmp_path, memory, spill_bytes=10**9, max_memory=300_000) for _ in range(10)]
    most = 0
    for _ in range(60):
        for one in bodies:
            one.write(bytes(16_384))
            most = max(most, memory.held)
    assert most <= 300_000 + 10 * (FLUSH + 16_384)
    for one in bodies:
        one.discard()
    assert memory.held == 0
    assert not list(tmp_path.rglob("*.part"))
