"""The fault table comes true: whole bytes kept or a right reason, at no more requests than it says."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest
from fault import KEPT, Case, reply
from fault_run import run, wrong
from fault_table import FAMILIES

import pixhaul
from hostile import KEEP, Asked, Hostile, Steps
from pictures import png
from pixhaul.models import Reason

QUICK = os.environ.get("TORTURE") == "quick"
SLOW = {"stalls", "chunks", "heads"}
"""Families in which time has to pass."""
SCALED = {"retries": 0, "timeout": 4.0, "low_speed_seconds": 2, "max_bytes": 20_000_000}


def few(cases: list[Case]) -> list[Case]:
    """At most sixty of a family, evenly."""
    return cases[:: 1 + len(cases) // 60]


def test_the_table_is_large_and_each_row_says_something_of_its_own() -> None:
    cases = [case for family in FAMILIES.values() for case in family]
    assert len(cases) > 300
    assert [name for name, count in Counter(case.name for case in cases).items() if count > 1] == []
    outcomes = {outcome for case in cases for outcome in case.expected}
    assert outcomes <= {KEPT, *(reason.value for reason in Reason)}
    assert all(case.truth for case in cases if KEPT in case.expected)


@pytest.mark.parametrize("family", FAMILIES)
def test_each_fault_ends_right(family: str, tmp_path: Path) -> None:
    told = list(run(few(FAMILIES[family]), tmp_path, **(SCALED if family in SLOW else {"retries": 0})))
    assert wrong(told) == []
    assert len(told) == len(few(FAMILIES[family]))
    assert not list(tmp_path.rglob("*.part"))


@pytest.mark.torture
@pytest.mark.parametrize("family", FAMILIES)
def test_each_fault_ends_right_with_all_tries(family: str, tmp_path: Path, record_property: object) -> None:
    cases = few(FAMILIES[family]) if QUICK else FAMILIES[family]
    told = list(run(cases, tmp_path, retries=4))
    cost = f"{len(wrong(told))} wrong, {sum(one.requests for one in told)} requests"
    record_property("figure", f"F1 {family}: {len(told)} cases, {cost}")  # type: ignore[operator]
    assert wrong(told) == []
    assert len(told) == len(cases)


@pytest.mark.parametrize("connections", [1, 8])
@pytest.mark.parametrize("size", [100, 50_000, 400_000])
def test_an_answer_that_nobody_asked_for_is_not_taken_for_the_next_one(
    size: int, connections: int, server: Hostile, tmp_path: Path
) -> None:
    poison = reply(png(99))

    def serve(asked: Asked) -> Steps:
        number = int(asked.path.strip("/.png"))
        whole = reply(png(number, padding=size))
        return [whole + poison if number % 2 else whole, KEEP]

    origin = server.origin(serve)
    links = [origin.url(f"/{number}.png") for number in range(40)]
    results = list(pixhaul.stream(links, tmp_path, allow_private=True, connections=connections, durable=False))
    assert [result.status for result in results] == ["done"] * 40
    for result in results:
        number = int(result.url.rpartition("/")[2].removesuffix(".png"))
        assert (tmp_path / str(result.path)).read_bytes() == png(number, padding=size)
    assert len(origin.requests) <= 40 + connections


def served(links: list[str], directory: Path, **chosen: object) -> list[str]:
    """What became of links to pictures with a number: nothing where it was the right one."""
    found = []
    for result in pixhaul.stream(links, directory, allow_private=True, durable=False, **chosen):  # type: ignore[arg-type]
        number = int(result.url.rpartition("/")[2].removesuffix(".png"))
        is_right = result.status == "done" and (directory / str(result.path)).read_bytes() == png(number)
        found.append("" if is_right else f"{number}: {result.reason or 'another picture'}")
    return found


@pytest.mark.parametrize("unasked", [reply(png(99)), reply(b"no", status="404 Not Found"), b"garbage"])
def test_what_comes_while_a_connection_rests_is_no_answer(unasked: bytes, server: Hostile, tmp_path: Path) -> None:
    def serve(asked: Asked) -> Steps:
        number = int(asked.path.strip("/.png"))
        return [reply(png(number)), 0.02, unasked if number > 2 else b"", KEEP]

    origin = server.origin(serve)
    links = [origin.url(f"/{number}.png") for number in range(8)]
    assert served(links, tmp_path, connections=1, rate=5.0) == [""] * 8
    assert len(origin.requests) == 8


@pytest.mark.parametrize("pause", [0.0, 0.1])
def test_two_answers_to_a_later_request_are_both_doubtful(pause: float, server: Hostile, tmp_path: Path) -> None:
    """The first of them was to nobody: it was late, so that another request had been sent meanwhile."""
    seen = set[int]()

    def serve(asked: Asked) -> Steps:
        is_first = asked.connection not in seen
        seen.add(asked.connection)
        whole = reply(png(int(asked.path.strip("/.png"))))
        return [whole if is_first else reply(png(99)) + whole, pause, KEEP]

    origin = server.origin(serve)
    links = [origin.url(f"/{number}.png") for number in range(12)]
    assert served(links, tmp_path, connections=1) == [""] * 12
    assert len(origin.requests) == 13  # from the first such answer on each has a connection of its own


@pytest.mark.parametrize(
    "last",
    [b"", b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"],
    ids=["closed", "408"],
)
def test_a_farewell_on_a_connection_that_rests_costs_nothing(last: bytes, server: Hostile, tmp_path: Path) -> None:
    origin = server.origin(lambda asked: [reply(png(int(asked.path.strip("/.png")))), 0.02, last])
    links = [origin.url(f"/{number}.png") for number in range(6)]
    assert served(links, tmp_path, connections=1, rate=5.0) == [""] * 6
    assert len(origin.requests) == 6
