"""A network that is really dead, a resolver that is, or both, in the middle of a run; and hosts that die together."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from math import inf
from pathlib import Path
from threading import Lock

import pytest
from rig import HERE, QUICK

from hostile import KEEP, RESET, Asked, Hostile, Step, answer
from pictures import png
from program import BARE, pixhaul

pytestmark = pytest.mark.torture


@pytest.mark.parametrize("workers", [0] if QUICK else [0, 2])
@pytest.mark.parametrize("what", ["both"] if QUICK else ["cable", "resolver", "both"])
def test_what_dies_in_the_middle_is_waited_for(
    what: str, workers: int, tmp_path: Path, record_property: object
) -> None:
    alone = ["unshare", "--net", "--mount"]
    if sys.platform != "linux" or not shutil.which("ip", path=_PATH) or subprocess.run([*alone, "true"]).returncode:  # noqa: PLW1510
        pytest.skip("no namespaces can be had here")
    resolv = tmp_path / "resolv.conf"
    resolv.write_text("nameserver 127.53.53.53\noptions timeout:1 attempts:1\n")
    (tmp_path / "run").mkdir()
    done = subprocess.run(
        [*alone, sys.executable, str(HERE / "dead_network.py"), str(tmp_path / "run"), what, str(workers), str(resolv)],
        env=BARE | {"PATH": _PATH, "PYTHONPATH": str(HERE.parent)},
        capture_output=True,
        text=True,
        check=True,
        timeout=180,
    )
    said = json.loads(done.stdout)
    summary = said["summary"]
    lasted = f"{summary['links']} links, {summary['failed']} failed, {summary['seconds']:.0f} s"
    record_property("figure", f"Outage of the {what} with {workers} workers: {lasted}, tries {said['tries']}")  # type: ignore[operator]
    assert said["noticed"]
    assert (said["code"], summary["done"], summary["failed"]) == (0, said["links"], 0)
    assert said["tries"] == [1]
    assert ["away" in line for line in said["told"].splitlines()] == [True, False]


_PATH = os.environ.get("PATH", "") + ":/sbin:/usr/sbin"


class Hosts:
    """Eight that serve well until all of them together have been asked so many times, and then do something else."""

    COUNT, LINKS, TURN = 8, 80, 200

    def __init__(self, server: Hostile, misdeed: list[Step], seconds: float) -> None:
        self.misdeed, self.seconds = misdeed, seconds
        self.asked = 0
        self.lock = Lock()
        self.until = 0.0
        """When they are well again, of the monotonic clock."""
        self.origins = [server.origin(self.serve, address=f"127.0.0.{2 + one}") for one in range(self.COUNT)]

    def serve(self, asked: Asked) -> list[Step]:
        """What one of them does."""
        with self.lock:  # whoever is asked after the first misdeed was seen misbehaves too
            self.asked += 1
            if self.asked == self.TURN:
                self.until = time.monotonic() + self.seconds
            misbehaves = time.monotonic() < self.until
        if misbehaves:
            return list(self.misdeed)
        return [0.03, answer(png(1)), KEEP]

    def listed(self, folder: Path) -> str:
        """A list of their links."""
        place = folder / "links.txt"
        hosts = list(enumerate(self.origins))
        urls = [origin.url(f"/{n}", f"127.0.0.{2 + one}") for n in range(self.LINKS) for one, origin in hosts]
        place.write_text("\n".join(urls))
        return str(place)


TORN: list[Step] = [b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\nab", 0.05, RESET]


@pytest.mark.parametrize("workers", [[]] if QUICK else [[], ["--workers", "2"]])
def test_hosts_that_break_every_answer_off_are_no_outage(
    workers: list[str], server: Hostile, tmp_path: Path, record_property: object
) -> None:
    links = Hosts(server, TORN, inf).listed(tmp_path)
    words = ["get", "--json", "--allow-private", "--per-host", "2", "--retries", "1", "-i", links, *workers]
    done = pixhaul(*words, folder=tmp_path, seconds=120)
    summary = json.loads(done.stdout.splitlines()[-1])["summary"]
    record_property("figure", f"Eight hosts that break every answer off: {summary['failed']} failed, no pause")  # type: ignore[operator]
    assert "away" not in done.stderr
    assert done.returncode == 1
    assert summary["done"] > 50
    assert set(summary["reasons"]) == {"truncated"}


@pytest.mark.skipif(QUICK, reason="takes five minutes")
def test_hosts_that_die_for_good_at_the_end_hold_a_run_for_minutes_at_most(
    server: Hostile, tmp_path: Path, record_property: object
) -> None:
    """Eight of them, all there are, begin to reset each connection: something is there, so it is no cable."""
    links = Hosts(server, [RESET], inf).listed(tmp_path)
    words = ["get", "--json", "--allow-private", "--per-host", "2", "--retries", "1", "-i", links]
    begun = time.monotonic()
    done = pixhaul(*words, folder=tmp_path, seconds=500)
    lasted = time.monotonic() - begun
    summary = json.loads(done.stdout.splitlines()[-1])["summary"]
    record_property("figure", f"Eight hosts that die for good: {summary['failed']} failed, {lasted:.0f} s, exit 1")  # type: ignore[operator]
    assert "seems to be away" in done.stderr
    assert "taken for dead" in done.stderr
    assert (done.returncode, set(summary["reasons"])) == (1, {"connect"})
    assert summary["done"] + summary["failed"] == Hosts.COUNT * Hosts.LINKS
    assert lasted < 450.0  # two minutes for the network, then each host's own breaker


@pytest.mark.parametrize("workers", [[]] if QUICK else [[], ["--workers", "2"]])
def test_hosts_that_reset_every_connection_for_a_while_cost_no_link_anything(
    workers: list[str], server: Hostile, tmp_path: Path
) -> None:
    links = Hosts(server, [RESET], 6.0).listed(tmp_path)
    words = ["get", "--json", "--allow-private", "--per-host", "2", "--retries", "0", "-i", links, *workers]
    done = pixhaul(*words, folder=tmp_path, seconds=120)
    results = [json.loads(line) for line in done.stdout.splitlines()][:-1]
    assert {one["status"] for one in results} == {"done"}
    assert {one["attempts"] for one in results} == {1}
    assert "seems to be away" in done.stderr
    assert "is back" in done.stderr
