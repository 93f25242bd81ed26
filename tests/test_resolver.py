"""Names: asked for once, a bounded number at a time, remembered, never lost for a resolver that is slow or silent."""

from __future__ import annotations

import random
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from hostile import Hostile, answer
from pictures import png
from pixhaul import lookups, resolver, strategies
from pixhaul.lookups import Lookups, entry, name_of
from pixhaul.models import Attempt, Failed, Fetched, Job, Outcome, Reason
from pixhaul.options import Options
from pixhaul.resolver import MOST_AT_ONCE, Answer, Resolver
from pixhaul.scheduler import Scheduler
from pixhaul.store import open_directory


class Names:
    """A resolver of ours: how often each name was asked for, and how many at once."""

    def __init__(self, behave: Callable[[str, int], list[str]]) -> None:
        self._behave = behave
        self._lock = threading.Lock()
        self._live = 0
        self.asked: Counter[str] = Counter()
        self.most = 0

    def __call__(self, name: str) -> list[str]:
        with self._lock:
            number = self.asked[name]
            self.asked[name] += 1
            self._live += 1
            self.most = max(self.most, self._live)
        try:
            return self._behave(name, number)
        finally:
            with self._lock:
                self._live -= 1

    def getaddrinfo(self, host: str, port: object, *_: object, **__: object) -> list[object]:
        """The same in the shape of the system's own function."""
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, 0)) for one in self(host)]


def silent(name: str) -> list[str]:
    raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")


def missing(name: str) -> list[str]:
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


def found(one: Resolver, names: list[str]) -> list[Answer]:
    """Ask for all of them, and wait until all are known."""
    left = threading.Semaphore(0)
    one.enter()
    for name in names:
        one.ask(name, left.release)
    for _ in names:
        assert left.acquire(timeout=20)
    one.leave()
    answers = [one.latest(name) for name in names]
    assert all(answers)
    return [answer for answer in answers if answer]


def test_a_name_that_is_being_asked_for_is_not_asked_for_again() -> None:
    names = Names(lambda name, number: [time.sleep(0.05) or "192.0.2.1"])
    assert {one.addresses for one in found(Resolver(names), ["a.test"] * 100)} == {("192.0.2.1",)}
    assert names.asked == {"a.test": 1}


def test_never_more_than_so_many_at_once() -> None:
    names = Names(lambda name, number: [time.sleep(0.002) or "192.0.2.1"])
    assert len(found(Resolver(names), [f"{number}.test" for number in range(1000)])) == 1000
    assert 2 < names.most <= MOST_AT_ONCE


def test_an_answer_that_does_not_come_is_asked_for_again_and_one_that_says_no_is_not() -> None:
    names = Names(lambda name, number: silent(name) if number < 2 else ["192.0.2.1"])
    assert found(Resolver(names), ["a.test"])[0].addresses == ("192.0.2.1",)
    names = Names(lambda name, number: missing(name))
    no = found(Resolver(names), ["a.test"])[0]
    assert (no.addresses, no.until > time.monotonic() + 5) == ((), True)
    assert names.asked == {"a.test": 1}


def test_an_old_answer_serves_while_the_resolver_is_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resolver, "FRESH", 0.0)
    names = Names(lambda name, number: ["192.0.2.1"] if number == 0 else silent(name))
    one = Resolver(names)
    assert [answer.addresses for _ in range(3) for answer in found(one, ["a.test"])] == [("192.0.2.1",)] * 3
    assert names.asked["a.test"] > 3


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resolver, "MOST_KNOWN", 10)
    one = Resolver(Names(lambda name, number: ["192.0.2.1"]))
    for number in range(30):
        found(one, [f"{number}.test"])
    assert one.latest("0.test") is None
    assert one.latest("29.test") is not None


def test_of_many_hosts_libcurl_is_told_to_forget_the_one_told_longest_ago(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookups, "MOST_TOLD", 3)
    one = Lookups(Resolver(Names(lambda name, number: ["192.0.2.1"])), lambda: None)
    origins = ["http://127.0.0.1", "https://127.0.0.2", "http://127.0.0.3:81", "http://[::1]:82", "http://127.0.0.5"]
    news = [one.news(Attempt(Job(origin), origin, origin)) for origin in origins]
    assert news == [[], [], [], ["-127.0.0.1:80"], ["-127.0.0.2:443"]]
    assert one.news(Attempt(Job(origins[2]), origins[2], origins[2])) == []  # told, and not forgotten
    assert one.news(Attempt(Job(origins[0]), origins[0], origins[0])) == ["-127.0.0.3:81"]


def run(urls: list[str], tmp_path: Path, **changes: object) -> list[Outcome]:
    settings: dict[str, object] = {"directory": str(tmp_path), "connections": 64, "allow_private": True, "seed": 1}
    chosen = Options(**(settings | changes))  # type: ignore[arg-type]
    open_directory(tmp_path)
    jobs = [Job(url, f"n{number}") for number, url in enumerate(urls)]
    with closing(strategies.load("multi")(Scheduler(iter(jobs), chosen), chosen)) as turns:
        return [outcome for turn in turns for outcome in turn]


def test_a_slow_and_lossy_resolver_loses_no_name_that_there_is(
    server: Hostile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(1)

    def lossy(name: str, number: int) -> list[str]:
        time.sleep(chance.random() * 0.01)
        if name.startswith("no"):
            missing(name)
        return silent(name) if number < int(name[1:-5]) % 5 else ["127.0.0.1"]

    names = Names(lossy)
    monkeypatch.setattr(socket, "getaddrinfo", names.getaddrinfo)
    body = png(1)
    server.routes["/a.png"] = lambda _: answer(body)
    there = [server.url("/a.png", f"h{number}.test") for number in range(300)]
    not_there = [server.url("/a.png", f"no{number}.test") for number in range(20)]
    ended = run([*there, *not_there], tmp_path, retries=1)
    assert {one.job.url for one in ended if isinstance(one, Fetched)} == set(there)
    assert {one.job.url: one.reason for one in ended if isinstance(one, Failed)} == dict.fromkeys(not_there, Reason.DNS)
    assert names.most <= MOST_AT_ONCE
    assert not [thread.name for thread in threading.enumerate() if thread.name.startswith("pixhaul")]


@pytest.mark.parametrize("tells_apart", [True, False])
def test_names_that_are_not_there_are_no_outage_where_that_takes_an_answer(
    tells_apart: bool, server: Hostile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resolver, "_TELLS_APART", tells_apart)
    names = Names(lambda name, number: missing(name) if name.startswith("no") else ["127.0.0.1"])
    monkeypatch.setattr(socket, "getaddrinfo", names.getaddrinfo)
    body = png(1)
    server.routes["/a.png"] = lambda _: answer(body)
    urls = [server.url("/a.png", f"{'h' if number < 20 else 'no'}{number}.test") for number in range(120)]
    chosen = Options(directory=str(tmp_path), connections=4, allow_private=True, seed=1, retries=0)
    open_directory(tmp_path)
    scheduler = Scheduler(iter([Job(url, f"n{number}") for number, url in enumerate(urls)]), chosen)
    ended = 0
    with closing(strategies.load("multi")(scheduler, chosen)) as turns:
        for turn in turns:
            ended += len(turn)
            if scheduler.news:
                break
    assert (ended, list(scheduler.news)) == (120, []) if tells_apart else "cannot be reached" in scheduler.news[0]


def test_one_look_up_serves_all_links_of_a_host(
    server: Hostile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = Names(lambda name, number: ["127.0.0.1"])
    monkeypatch.setattr(socket, "getaddrinfo", names.getaddrinfo)
    for number in range(50):
        body = png(number)
        server.routes[f"/{number}.png"] = lambda _, body=body: answer(body)
    ended = run([server.url(f"/{number}.png", "h.test") for number in range(50)], tmp_path)
    assert [type(one) for one in ended] == [Fetched] * 50
    assert names.asked == {"h.test": 1}


def test_an_address_found_for_a_name_is_looked_at_before_it_is_dialled(
    server: Hostile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = Names(lambda name, number: ["127.0.0.1", "::1", "10.0.0.1"])
    monkeypatch.setattr(socket, "getaddrinfo", names.getaddrinfo)
    ended = run([server.url("/a.png", "inside.test")], tmp_path, allow_private=False)
    assert [one.reason for one in ended if isinstance(one, Failed)] == [Reason.ADDRESS_REFUSED]
    assert not server.asked


@pytest.mark.parametrize(
    ("origin", "addresses", "expected"),
    [
        ("https://a.test", ("192.0.2.1",), "+a.test:443:192.0.2.1"),
        ("http://a.test:81", ("2001:db8::1", "192.0.2.1"), "+a.test:81:[2001:db8::1],192.0.2.1"),
    ],
)
def test_what_libcurl_is_told(origin: str, addresses: tuple[str, ...], expected: str) -> None:
    assert entry(origin, name_of(origin), Answer(addresses, 0.0)) == expected
