"""The trace of a run: what it says, how it is written, and that nothing of it reaches the pictures."""

from __future__ import annotations

import json
import signal
import subprocess
from collections import Counter, defaultdict
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pixhaul
from hostile import CUT, Hostile, answer
from pictures import png
from pixhaul import strategies
from pixhaul.errors import UsageError
from pixhaul.timing import Timing
from pixhaul.trace.events import phases, short
from pixhaul.trace.lanes import MOST_KNOWN, Lanes
from pixhaul.trace.writer import TraceFile
from program import command, environment


@pytest.fixture
def links(server: Hostile) -> list[str]:
    """Thirty good pictures that take a thirtieth of a second each."""
    for number in range(30):
        steps = [0.03, answer(png(number), Connection="close")]
        server.routes[f"/{number}.png"] = lambda _, steps=steps: steps
    return [server.url(f"/{number}.png") for number in range(30)]


def complete(path: Path, kind: str) -> list[dict[str, Any]]:
    return [event for event in json.loads(path.read_text("ascii")) if event.get("cat") == kind]


def assert_drawable(trace: Path) -> None:
    """Within a lane things follow or contain each other: viewers draw what overlaps otherwise in the wrong place."""
    lanes: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for event in json.loads(trace.read_text("ascii")):
        if event["ph"] == "X":
            lanes[event["tid"]].append((event["ts"], event["ts"] + event["dur"]))
    for spans in lanes.values():
        for (began, ended), (later, end) in pairwise(sorted(spans, key=lambda span: (span[0], -span[1]))):
            assert later >= ended or (later >= began and end <= ended)


@pytest.mark.parametrize("strategy", strategies.names())
def test_every_transfer_stands_in_a_lane_with_its_phases_inside(
    strategy: str, links: list[str], tmp_path: Path
) -> None:
    trace = tmp_path / "run.json"
    pixhaul.download(links, tmp_path / "d", allow_private=True, strategy=strategy, trace=str(trace))
    assert_drawable(trace)
    transfers = complete(trace, "transfer")
    assert Counter(event["args"]["url"] for event in transfers) == Counter(links)
    names = {"name look-up", "connecting", "waiting", "receiving"}
    assert {event["name"] for event in complete(trace, "phase")} == names
    assert [event["name"] for event in complete(trace, "keeping")].count("writing") == 30
    checks = complete(trace, "checking")
    assert Counter(event["args"]["lane"] for event in checks) == Counter(event["tid"] for event in transfers)
    assert {event["tid"] for event in checks}.isdisjoint(event["tid"] for event in transfers)
    for event in transfers:
        inner = [one for one in complete(trace, "phase") if one["tid"] == event["tid"] and one["ts"] >= event["ts"]]
        waited = next(one for one in inner if one["name"] == "waiting")
        assert waited["dur"] >= 25_000
        assert waited["ts"] + waited["dur"] <= event["ts"] + event["dur"]


def test_what_fails_is_there_with_its_status_and_its_tries(server: Hostile, tmp_path: Path) -> None:
    whole = answer(png())
    server.routes["/cut"] = lambda count: [whole[:-20], CUT] if not count else whole
    trace = tmp_path / "run.json"
    asked = [server.url("/cut"), server.url("/none"), "http://127.0.0.1:1/closed"]
    pixhaul.download(asked, tmp_path / "d", allow_private=True, retries=1, trace=str(trace))
    told = {(one["name"], one["args"]["try"]): one["args"] for one in complete(trace, "transfer")}
    assert told["cut", 1]["flaw"] == "truncated"
    assert "flaw" not in told["cut", 2]
    assert told["none", 1]["status"] == 404
    assert (told["closed", 1]["flaw"], told["closed", 1]["connection"]) == ("connect", 0)


def test_a_killed_run_leaves_a_trace_that_can_be_read(server: Hostile, tmp_path: Path) -> None:
    for number in range(400):
        server.routes[f"/{number}.png"] = lambda _: [0.05, answer(png(), Connection="close")]
    (tmp_path / "list").write_text("".join(server.url(f"/{number}.png\n") for number in range(400)))
    call = command("get", "-i", "list", "--allow-private", "--per-host", "4", "--trace", "run.json", "--json")
    with subprocess.Popen(call, cwd=tmp_path, env=environment(tmp_path), stdout=subprocess.PIPE) as running:
        assert running.stdout is not None
        for _ in range(40):
            running.stdout.readline()
        running.send_signal(signal.SIGKILL)
    text = (tmp_path / "run.json").read_text("ascii")
    assert not text.endswith("]\n")
    events = json.loads(text + "]")
    assert sum(event.get("cat") == "transfer" for event in events) >= 10


def test_a_trace_is_replaced_and_nothing_else_is(links: list[str], tmp_path: Path) -> None:
    trace = tmp_path / "run.json"
    for _ in range(2):
        pixhaul.download(links[:1], tmp_path / "d", allow_private=True, trace=str(trace))
    assert complete(trace, "transfer") == []  # the second run had nothing to fetch
    mine = tmp_path / "letter.txt"
    mine.write_text("dear aunt")
    with pytest.raises(UsageError, match="no trace"):
        pixhaul.download(links[:1], tmp_path / "e", allow_private=True, trace=str(mine))
    assert mine.read_text() == "dear aunt"
    with pytest.raises(UsageError, match="cannot be written"):
        pixhaul.download(links[:1], tmp_path / "e", allow_private=True, trace=str(tmp_path / "no" / "run.json"))
    assert not (tmp_path / "e").exists()


def test_a_full_disk_ends_the_trace_and_not_the_run(links: list[str], tmp_path: Path) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("no /dev/full here")
    warnings: list[str] = []
    file = TraceFile(str(full), warnings.append)
    file.add([{"ph": "X"}])
    file.close()
    assert len(warnings) == 1
    assert "ends here" in warnings[0]
    with pytest.warns(RuntimeWarning, match="ends here"):
        assert pixhaul.download(links, tmp_path, allow_private=True, trace=str(full)).done == 30


def test_a_hostile_name_breaks_neither_line_nor_json(tmp_path: Path) -> None:
    file = TraceFile(str(tmp_path / "t"), pytest.fail)
    name = 'a"b\\c\n\x1b[31m</script>\u2028\udcff'
    file.add([{"name": name}])
    file.close()
    text = (tmp_path / "t").read_text("ascii")
    assert json.loads(text)[0]["name"] == name
    assert text.count("\n") == 3
    assert "\x1b" not in text


def test_phases_of_a_reused_connection_and_of_one_over_tls() -> None:
    reused = Timing(5.0, 0.001, 0.001, 0.0, 0.001, 0.2, 0.3, 5.31, 5.32, "ends", fresh=False)
    assert [(name, round(a - 5, 3), round(b - 5, 3)) for name, a, b in phases(reused)] == [
        ("waiting", 0.0, 0.2),
        ("receiving", 0.2, 0.3),
    ]
    secure = Timing(5.0, 0.1, 0.2, 0.4, 0.4, 0.6, 0.7, 5.7, 5.8, "ends", fresh=True)
    assert [name for name, _, _ in phases(secure)] == [
        "name look-up",
        "connecting",
        "TLS",
        "waiting",
        "receiving",
    ]


@pytest.mark.parametrize(
    ("moments", "last"),
    [
        ((0.0, 0.0, 0.0, 0.0, 0.0, 2.0), "name look-up"),
        ((0.1, 0.0, 0.0, 0.0, 0.0, 2.0), "connecting"),
        ((0.1, 0.2, 0.0, 0.0, 0.0, 2.0), "TLS"),
        ((0.1, 0.2, 0.0, 0.2, 0.0, 2.0), "waiting"),
    ],
)
def test_a_transfer_that_broke_off_ends_in_the_phase_it_was_in(moments: tuple[float, ...], last: str) -> None:
    broken = Timing(1.0, *moments, ended=3.0, checked=3.0, fresh=moments[1] > 0)
    assert list(phases(broken))[-1][0] == last
    assert list(phases(broken))[-1][2] == 3.0


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 50), st.integers(1, 20), st.sampled_from("abc")), max_size=60), st.data())
def test_no_two_transfers_of_a_lane_ever_overlap(made: list[tuple[int, int, str]], data: st.DataObject) -> None:
    lanes, spans = Lanes(), defaultdict(list)
    for began, length, ends in sorted(made, key=lambda one: one[0] + one[1]):
        end = float(began + length)
        timing = Timing(began, 0, 0, 0, 0, 0, length, end, end, ends, data.draw(st.booleans()))
        lane, connection, _ = lanes.place(timing)
        assert connection > 0
        spans[lane].append((began, end))
    for found in spans.values():
        assert all(first[1] <= second[0] for first, second in pairwise(sorted(found)))


def test_a_connection_that_goes_on_before_its_picture_was_checked_has_one_lane() -> None:
    lanes = Lanes()
    first = Timing(0.0, 0, 0, 0, 0, 0.5, 1.0, ended=1.4, checked=1.6, connection="one", fresh=True)
    second = Timing(1.1, 0, 0, 0, 0, 0.5, 1.0, ended=2.1, checked=2.2, connection="one")
    assert [lanes.place(timing)[:2] for timing in (first, second)] == [(10, 1), (10, 1)]
    assert [lanes.check(one.ended, one.checked) for one in (first, first, second)] == [
        (11, "checking"),
        (12, "checking 2"),
        (11, ""),
    ]


def test_streams_of_one_connection_share_its_number_and_memory_stays_flat() -> None:
    lanes = Lanes()
    places = [lanes.place(Timing(0, 0, 0, 0, 0, 0, 1, 1, 1, "one", fresh)) for fresh in (False, True, False)]
    assert [(connection, name) for _, connection, name in places] == [
        (1, "connection 1"),
        (1, "connection 1, stream 2"),
        (1, "connection 1, stream 3"),
    ]
    for number in range(2 * MOST_KNOWN):
        lanes.place(Timing(number, 0, 0, 0, 0, 0, 1, number + 1, number + 1, str(number), True))
    assert len(lanes._known) == MOST_KNOWN


def test_a_long_link_has_a_short_name() -> None:
    assert short(f"https://example.org/{'x' * 500}.jpg") == "x" * 80
