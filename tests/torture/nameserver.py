"""A DNS server that is slow and loses questions, a picture behind each of its names, and pixhaul between them.

    unshare --net --mount --map-root-user python nameserver.py COUNT FOLDER

Prints one line of JSON: how many links were done, why the others failed, what the server saw.
"""

from __future__ import annotations

import heapq
import json
import os
import random
import selectors
import socket
import subprocess
import sys
import threading
import time
import traceback
from collections import Counter
from pathlib import Path

from hostile import Hostile, answer
from pictures import png

LOST = 0.2
SLOW = (0.02, 0.2)
"""Seconds until an answer."""
ADDRESS, MISSING = 1, 3
"""The type of a question for an IPv4 address, and the answer that a name does not exist."""


class Dns:
    """Answers for `h*.test`, says no to all other names, loses a fifth of all questions."""

    def __init__(self) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        self.socket.bind(("127.0.0.1", 53))
        self.socket.setblocking(False)
        self.asked: Counter[str] = Counter()
        self.at_once = 0
        self._chance = random.Random(1)
        self._later: list[tuple[float, int, bytes, object, str]] = []

    def serve(self) -> None:
        """Answer for ever."""
        selector = selectors.DefaultSelector()
        selector.register(self.socket, selectors.EVENT_READ)
        while True:
            wait = max(0.0, self._later[0][0] - time.monotonic()) if self._later else None
            for _ in selector.select(wait):
                self._take()
            while self._later and self._later[0][0] <= time.monotonic():
                _, _, reply, place, _ = heapq.heappop(self._later)
                self.socket.sendto(reply, place)

    def _take(self) -> None:
        while True:
            try:
                question, place = self.socket.recvfrom(512)
            except BlockingIOError:
                return
            name, end = _name(question)
            self.asked[name] += 1
            if self._chance.random() < LOST:
                continue
            when = time.monotonic() + self._chance.uniform(*SLOW)
            item = (when, sum(self.asked.values()), _reply(question, name, end), place, name)
            heapq.heappush(self._later, item)
            self.at_once = max(self.at_once, len({one[4] for one in self._later}))


def _name(question: bytes) -> tuple[str, int]:
    labels, place = [], 12
    while question[place]:
        labels.append(question[place + 1 : place + 1 + question[place]].decode())
        place += question[place] + 1
    return ".".join(labels), place + 5


def _reply(question: bytes, name: str, end: int) -> bytes:
    is_there = name.startswith("h") and name.endswith(".test")
    has_answer = is_there and int.from_bytes(question[end - 4 : end - 2], "big") == ADDRESS
    flags = 0x8180 if is_there else 0x8180 | MISSING
    head = question[:2] + flags.to_bytes(2, "big") + b"\0\1" + (b"\0\1" if has_answer else b"\0\0") + b"\0\0\0\0"
    body = b"\xc0\x0c\0\1\0\1" + (60).to_bytes(4, "big") + b"\0\4\x7f\0\0\1" if has_answer else b""
    return head + question[12:end] + body


def main() -> None:
    """Run the job and print what came of it."""
    count, folder = int(sys.argv[1]), Path(sys.argv[2])
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    own = folder / "resolv.conf"
    own.write_text("nameserver 127.0.0.1\n")
    subprocess.run(["mount", "--bind", str(own), "/etc/resolv.conf"], check=True)
    dns = Dns()
    threading.Thread(target=dns.serve, daemon=True).start()
    server = Hostile()
    body = answer(png(1))
    server.routes["/a.png"] = lambda _: body
    names = [f"h{number}.test" for number in range(count)] + [f"no{number}.test" for number in range(count // 50)]
    links = folder / "links.txt"
    links.write_text("".join(server.url("/a.png", name) + "\n" for name in names))
    command = [sys.executable, "-m", "pixhaul", "get", "-i", str(links), "-d", str(folder / "kept")]
    command += ["--allow-private", "--json", "--no-remember", "--workers", "1"]
    begun = time.monotonic()
    ended = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    summary = json.loads(ended.stdout.splitlines()[-1])["summary"]
    missing = sum(times for name, times in dns.asked.items() if name.startswith("no"))
    told = {"done": summary["done"], "reasons": summary["reasons"], "seconds": round(time.monotonic() - begun, 1)}
    print(
        json.dumps({**told, "at_once": dns.at_once, "questions": sum(dns.asked.values()), "asked_of_missing": missing})
    )


if __name__ == "__main__":
    try:
        main()
    finally:
        sys.stdout.flush()
        if sys.exc_info()[0]:
            traceback.print_exc()
        os._exit(sys.exc_info()[0] is not None)  # the servers' threads would go on for ever
