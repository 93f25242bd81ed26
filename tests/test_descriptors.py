"""A low limit of open files makes a run slower, never wrong."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
from pathlib import Path

import pytest

from hostile import Hostile, answer
from pictures import png
from pixhaul.descriptors import RESERVED, room
from program import command, environment


def test_there_is_room_for_at_least_one_and_at_most_for_what_is_wanted() -> None:
    assert room(1, 3) == 1
    assert room(10, 3) == 10
    assert 1 <= room(10**7, 10**3) <= 10**7


@pytest.mark.skipif(os.name == "nt", reason="there is no such limit")
@pytest.mark.parametrize("strategy", ["multi", "threads", "asyncio"])
def test_few_descriptors_lose_no_link(strategy: str, server: Hostile, tmp_path: Path) -> None:
    for number in range(60):
        body = png(number, padding=100_000)
        server.routes[f"/{number}.png"] = lambda _, body=body: [answer(body)[:500], 0.05, answer(body)[500:]]
    (tmp_path / "l.txt").write_text("".join(f"{server.url(f'/{number}.png')}\n" for number in range(60)))
    words = command("get", "--json", "-i", "l.txt", "--allow-private", "--per-host", "60", "--strategy", strategy)
    limited = ["sh", "-c", f"ulimit -n {RESERVED + 24}; exec {shlex.join(words)}"]
    done = subprocess.run(
        limited, cwd=tmp_path, env=environment(tmp_path), capture_output=True, timeout=60, check=False
    )
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(line["reason"], line["detail"]) for line in lines if line.get("status") == "failed"] == []
    assert (done.returncode, done.stderr) == (0, b"")
    assert len(list((tmp_path / "images").glob("*.png"))) == 60
    assert server.most <= 24 // 3
