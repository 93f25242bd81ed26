"""What is said of each host at the end of a run, and by doctor."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from hostile import Hostile, answer
from pictures import png
from pixhaul.explanation import MOST, explained, record, remembered, words
from pixhaul.host_memory import save
from pixhaul.models import Attempt, Job, Picture, Reply
from pixhaul.options import Options
from pixhaul.scheduler import Scheduler
from program import pixhaul

GOOD = Reply(200, size=1, picture=Picture("png", 1, 1))


def worked(replies: list[Reply], **options: object) -> Scheduler:
    """A run of one host that gives these replies, each after a second."""
    jobs = [Job(f"http://h.example/{number}", str(number)) for number in range(len(replies))]
    one = Scheduler(iter(jobs), Options(seed=1, retries=0, **options))  # type: ignore[arg-type]
    now, live = 0.0, []
    while (answer := one.admit(now)) is not None:
        if isinstance(answer, Attempt):
            live.append(answer)
        elif live:
            now += 1.0
            for attempt in live:
                one.settle(attempt, replies[int(attempt.job.name)], now)
            live = []
        elif isinstance(answer, float):
            now += answer
    return one


def test_it_counts_what_came_and_says_what_was_waited_for() -> None:
    one = worked([GOOD, GOOD, Reply(500), Reply(429, retry_after=10.0), *[GOOD] * 20], per_host=4)
    [told] = explained(one.hosts, 99.0)
    assert (told.host, told.answered, told.refused, told.broken, told.width) == ("http://h.example", 22, 1, 1, 4)
    assert told.waits["full"] >= 1.0
    assert told.waits["asked"] == pytest.approx(10.1)
    [line] = words([told])
    assert line.startswith("http://h.example: 22 answered, 1 refused, 1 broken; ")
    assert "10.1 s because it asked for a pause" in line


def test_a_learned_rate_and_a_host_that_is_given_up_are_named() -> None:
    one = worked([*[GOOD] * 16, *[Reply(429, retry_after=2.0)] * 8, *[GOOD] * 16])
    [told] = explained(one.hosts, 99.0)
    assert told.rate is not None
    assert "a second, learned from its refusals" in words([told])[0]
    dead = worked([Reply(error="connect")] * 30)
    [told] = explained(dead.hosts, 99.0)
    assert told.given_up
    assert "given up: nothing answers" in words([told])[0]
    assert sum(told.waits.values()) <= 10.0


def test_a_rate_set_by_hand_is_waited_for_and_not_called_learned() -> None:
    [told] = explained(worked([GOOD] * 10, rate=1.0).hosts, 99.0)
    assert told.rate is None
    assert told.waits["rate"] >= 5.0


def test_many_hosts_are_cut_short_in_words_and_none_that_was_not_asked_is_named() -> None:
    jobs = [Job(f"http://h{number}.example/", str(number)) for number in range(MOST + 5)]
    one = Scheduler(iter(jobs), Options(seed=1))
    started = [attempt for _ in jobs if isinstance(attempt := one.admit(0.0), Attempt)]
    assert explained(one.hosts, 0.0) == []
    for attempt in started:
        one.settle(attempt, GOOD, 1.0)
    lines = words(explained(one.hosts, 1.0))
    assert (len(lines), lines[-1]) == (MOST + 1, "and 5 more hosts")


def test_an_explanation_is_plain_enough_for_json() -> None:
    [told] = explained(worked([GOOD]).hosts, 99.0)
    assert json.loads(json.dumps(record(told)))["host"]["url"] == "http://h.example"


@pytest.fixture
def links(server: Hostile) -> list[str]:
    for number in range(12):
        server.routes[f"/{number}"] = lambda _: answer(png(1))
    return [server.url(f"/{number}") for number in range(12)]


def test_the_command_explains_in_words_or_as_objects(links: list[str], server: Hostile, tmp_path: Path) -> None:
    said = pixhaul("get", *links, "--allow-private", "--explain", folder=tmp_path)
    assert f"http://127.0.0.1:{server.port}: 12 answered" in said.stderr
    told = pixhaul("get", *links, "--allow-private", "--explain", "--json", "-d", "other", folder=tmp_path)
    *results, host, summary = map(json.loads, told.stdout.splitlines())
    assert len(results) == 12
    assert host["host"]["answered"] == 12
    assert summary["summary"]["done"] == 12


def test_doctor_says_what_is_remembered_and_changes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "cache" / "hosts.json"
    more = {"PIXHAUL_CACHE_DIR": str(file.parent)}
    assert pixhaul("doctor", "--hosts", folder=tmp_path, more=more).stdout == "Nothing is remembered of any host.\n"
    assert not file.parent.exists()
    now = time.time()
    save(file, {"http://a.example": {"width": 64.0, "rate": 5.0, "time": now - 7_300}}, now)
    before = file.read_bytes()
    assert pixhaul("doctor", "--hosts", folder=tmp_path, more=more).stdout == (
        "http://a.example: bears 64 at once, 5 a second; 2 h ago\n"
    )
    assert (
        f"1 are remembered from earlier runs, in {file}"
        in pixhaul("doctor", "--offline", folder=tmp_path, more=more).stdout
    )
    assert file.read_bytes() == before


def test_memories_are_told_the_newest_first() -> None:
    lines = remembered({"a": {"width": 8.0, "time": 0.0}, "b": {"width": 9.0, "time": 7_200.0}}, 7_200.0)
    assert lines == ["b: bears 9 at once; 0 h ago", "a: bears 8 at once; 2 h ago"]
