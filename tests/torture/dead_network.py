"""Run in a network and a mount namespace of its own: a run over many hosts, while the network or the resolver dies.

Arguments: a folder; `cable`, `resolver` or `both`, what dies; how many workers; and a file to lay over resolv.conf.
Prints one JSON object: how the run ended, its summary, what it told on standard error, whether the end was noticed
while it lasted, and the numbers of tries.
"""

from __future__ import annotations

import json
import socket
import struct
import subprocess
import sys
import threading
import time
from pathlib import Path

from hostile import Hostile, answer, hostile
from pictures import png
from program import command, environment

HOSTS, LINKS, NAMES = 12, 40, 200
NAMESERVER = "127.53.53.53"
PAUSE = 3.0
"""Seconds for which it stays dead once that has been noticed."""


class Resolver(threading.Thread):
    """A name server that answers 127.0.0.1 to every name, unless it is dead: then it says nothing."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.dead = False
        self.asked = 0
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((NAMESERVER, 53))

    def run(self) -> None:
        """Serve for ever."""
        while True:
            question, whose = self._socket.recvfrom(4096)
            self.asked += 1
            time.sleep(0.003)
            if not self.dead:
                self._socket.sendto(self.answer(question), whose)

    def answer(self, question: bytes) -> bytes:
        """One A record, or none where another kind was asked for (RFC 1035 4.1)."""
        end = question.index(b"\0", 12) + 5
        is_address = question[end - 4 : end - 2] == b"\0\1"
        head = question[:2] + b"\x81\x80" + struct.pack("!4H", 1, is_address, 0, 0)
        record = b"\xc0\x0c\0\1\0\1" + struct.pack("!IH", 60, 4) + socket.inet_aton("127.0.0.1")
        return head + question[12:end] + (record if is_address else b"")


def network(state: str) -> None:
    """Take the only network device there is up or down."""
    subprocess.run(["ip", "link", "set", "lo", state], check=True)


def kill(what: str, resolver: Resolver, dead: bool) -> None:
    """Let it die, or come back."""
    if what in ("resolver", "both"):
        resolver.dead = dead
    if what in ("cable", "both"):
        network("down" if dead else "up")


def links(server: Hostile, what: str) -> list[str]:
    """Of a few hosts by their numbers, and where the resolver matters of many by names that are new."""
    body = answer(png(1))
    origins = [server.origin(lambda _: [0.05, body], address=f"127.0.0.{2 + one}") for one in range(HOSTS)]
    urls = [origin.url(f"/{n}", f"127.0.0.{2 + one}") for n in range(LINKS) for one, origin in enumerate(origins)]
    if what == "cable":
        return urls
    named = server.origin(lambda _: [0.05, body])
    for number in range(NAMES):
        urls.insert(2 * number, named.url("/", f"n{number}.pictures.test"))
    return urls


def told(text: str, place: Path, child: subprocess.Popen[bytes]) -> bool:
    """Wait until the run has told something; whether it has."""
    while child.poll() is None and text not in place.read_text():
        time.sleep(0.05)
    return text in place.read_text()


def in_the_midst(what: str, resolver: Resolver, output: Path, count: int) -> bool:
    """Whether enough has been done that a change can be noticed, and enough is left to do."""
    if what == "resolver":
        return resolver.asked > NAMES // 2  # two questions a name
    return output.read_bytes().count(b"\n") > count // 5


def main(folder: Path, what: str, workers: str, resolv: str) -> None:
    """Let it die in the middle of the run, and come back some seconds after that has been noticed."""
    subprocess.run(["mount", "--bind", resolv, "/etc/resolv.conf"], check=True)
    network("up")
    resolver = Resolver()
    resolver.start()
    output, errors = folder / "said.txt", folder / "told.txt"
    with hostile() as server:
        urls = links(server, what)
        (folder / "links.txt").write_text("\n".join(urls))
        words = ["get", "--json", "--allow-private", "--retries", "0", "--per-host", "2", "--timeout", "5"]
        words += ["-i", "links.txt"] + (["--workers", workers] if workers != "0" else [])
        with output.open("wb") as one, errors.open("wb") as two:
            child = subprocess.Popen(command(*words), cwd=folder, env=environment(folder), stdout=one, stderr=two)
            while child.poll() is None and not in_the_midst(what, resolver, output, len(urls)):
                time.sleep(0.003)
            kill(what, resolver, dead=True)
            noticed = told("seems to be away", errors, child)
            time.sleep(PAUSE)
            kill(what, resolver, dead=False)
            code = child.wait(120)
    results = [json.loads(line) for line in output.read_text().splitlines()]
    summary = results.pop()["summary"]
    tries = sorted({one["attempts"] for one in results})
    values = {"code": code, "noticed": noticed, "summary": summary, "told": errors.read_text(), "tries": tries}
    print(json.dumps(values | {"links": len(urls)}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
