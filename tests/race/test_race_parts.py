"""The parts of the race that decide and draw, with values."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from pixhaul.errors import UsageError
from pixhaul.race import racers
from pixhaul.race.chart import CONNECTION, Bar, Lane, Transfer, Work, curve, fetched, predict, spent
from pixhaul.race.drawing import lane_height, lanes_svg, sentence, ticks
from pixhaul.race.harvest import harvest
from pixhaul.race.models import RECORD, Race, Run
from pixhaul.race.page import page, page_of_trace
from pixhaul.race.racers import Racer
from pixhaul.race.records import from_record, from_trace
from pixhaul.race.road import Conditions
from pixhaul.race.table import PLAIN, table, timeline
from pixhaul.race.telling import write_trace
from pixhaul.race.verdict import Facts, Verdict, verdict

EVIL = "</script><img src=x onerror=alert(1)>\"'`&\x1b[31m\u202e\udcff"


def transfer(began: float, ended: float, name: str = "a.jpg") -> Transfer:
    return Transfer(name, began, ended, (Bar("waiting", began, ended),), 200, 10)


def run(*lanes: Lane, name: str = "single", seconds: float = 2.0, word: str = "done") -> Run:
    found = fetched(lanes)
    racer = Racer(name, "lesson")
    return Run(racer, Verdict(word, EVIL if word != "done" else ""), seconds, 0.1, 10**7, len(found), 1, 1, 4, (),
               lanes, RECORD, 0.01)  # fmt: skip


def race(*runs: Run) -> Race:
    return Race(Conditions(4, 0.5), 0.5, runs, (Racer("cluster", "lesson", missing="needs ray"),))


TWO = Lane("connection 1", CONNECTION, (transfer(0.0, 0.5), transfer(0.5, 1.0)))
ONE = Lane("connection 2", CONNECTION, (transfer(0.25, 0.75),))


def test_the_curve_has_the_most_the_mean_and_the_area() -> None:
    found = curve([*TWO.transfers, *ONE.transfers])
    assert found.steps == ((0.0, 1), (0.25, 2), (0.5, 2), (0.75, 1), (1.0, 0))
    assert (found.most, found.span, found.mean) == (2, (0.0, 1.0), 1.5)
    assert found.area(0.5, 2.0) == 0.75
    assert (curve([]).most, curve([]).mean) == (0, 0.0)


def test_a_transfer_that_begins_as_another_ends_is_not_beside_it() -> None:
    assert curve(TWO.transfers).most == 1


def test_a_prediction_counts_whole_rounds() -> None:
    seconds = [predict(40, Work(0.25), at_once) for at_once in (1, 8, 16, 40, 64)]
    assert [one.seconds for one in seconds if one] == [10.0, 1.25, 0.75, 0.25, 0.25]
    assert predict(40, Work(0.25), 0) is None


def test_a_prediction_shares_the_computing_out_among_those_that_can_compute() -> None:
    whole = Lane("connection 1", CONNECTION, (transfer(0.0, 1.0), transfer(0.5, 1.5)))
    runs = [
        run(TWO if racer.name.endswith("sequential") else whole)._replace(racer=racer, cpu=2.0)
        for racer in racers.thumbnailers()
    ]
    told = race(*runs)._replace(processors=4, thumbnails=True)
    works = [told.work(one) for one in runs]
    assert [(work.computing, work.processors) for work in works] == [(0.5, 1), (0.5, 1), (0.5, 1), (0.5, 4)]
    ends = [predict(4, work, one.curve.most) for work, one in zip(works, runs, strict=True)]
    assert [one.seconds for one in ends if one] == [4.0, 2.5, 2.5, 1.0]


def test_a_record_becomes_a_lane_for_each_connection() -> None:
    record = {
        "connections": {"3": ["images", 10.0, 11.0], "2": ["api", 9.5, 0.0], "7": ["images", 10.5, 0.0]},
        "requests": [
            [2, "/3/gallery", 9.6, 9.7, 9.8, 200, 900],
            [3, "/a.jpg", 10.1, 10.4, 10.5, 200, 100],
            [3, "/b.jpg", 10.6, 0.0, 0.0, 0, 0],
        ],
        "missed": 0,
    }
    api, first, second = from_record(record, 9.0)
    assert [lane.name for lane in (api, first, second)] == ["API, connection 1", "connection 1", "connection 2"]
    assert second.transfers == ()
    a, b = first.transfers
    assert [bar.phase for bar in a.bars] == ["connecting", "waiting", "receiving"]
    assert (round(a.began, 6), round(a.ended, 6), a.status) == (1.1, 1.5, 200)
    assert round(b.ended, 6) == 2.0  # never answered: until the connection was closed
    assert [bar.phase for bar in b.bars] == ["waiting"]


def test_phases_add_up_and_lanes_are_told_in_words() -> None:
    assert spent([*TWO.transfers, *ONE.transfers]) == {"waiting": 1.5}
    assert sentence(TWO) == "connection 1: 2 transfers, from 0.00 to 1.00 s; waiting 1.00 s"
    assert sentence(Lane("connection 3", CONNECTION, ())) == "connection 3: nothing was asked for"


def test_lanes_get_thinner_and_axes_have_round_moments() -> None:
    assert [lane_height(count) for count in (1, 40, 400)] == [16.0, 6.0, 1.5]
    assert list(ticks(0.9)) == [0.0, 0.2, 0.4, 0.6, 0.8]
    for seconds in (1e-4, 0.3, 1.0, 7.9, 60.0, 10_000.0):
        assert 3 <= len(list(ticks(seconds))) <= 9


@pytest.mark.parametrize(
    ("facts", "word"),
    [
        ({}, "done"),
        ({"right": 39}, "incomplete"),
        ({"wrong": ("a.jpg",)}, "wrong"),
        ({"code": 1, "right": 3}, "crashed"),
        ({"code": -11}, "crashed"),
        ({"stopped": "deadline", "right": 3}, "hung"),
        ({"stopped": "flood"}, "flooded"),
        ({"stopped": "down"}, "flooded"),
        ({"requests": 201}, "flooded"),
        ({"connections": 121}, "flooded"),
        ({"requests": 200, "connections": 120}, "done"),
        ({"code": 1, "right": 39, "ours": True}, "incomplete"),
        ({"code": 2, "right": 39, "ours": True}, "crashed"),
    ],
)
def test_the_verdict_is_the_worst_that_is_true(facts: dict[str, object], word: str) -> None:
    good = {"pictures": 40, "right": 40, "wrong": (), "code": 0, "stopped": "", "said": "boom", "requests": 40}
    assert verdict(Facts(**(good | {"connections": 8} | facts))).word == word  # type: ignore[arg-type]


def test_a_harvest_knows_right_wrong_and_unfinished_pictures(tmp_path: Path) -> None:
    import hashlib

    (tmp_path / "images").mkdir()
    (tmp_path / ".pixhaul").mkdir()
    files = {"images/a.jpg": b"good", "images/b.jpg": b"bad", "images/same": b"good", "c.jpg.part": b"go",
             "notes.txt": b"hello", "nameless": b"GIF89a and more", ".pixhaul/x.jpg": b"bad"}  # fmt: skip
    for name, body in files.items():
        (tmp_path / name).write_bytes(body)
    (tmp_path / "d.jpg").symlink_to("/etc/hostname")
    found = harvest(tmp_path, frozenset({hashlib.sha256(b"good").digest()}))
    assert (len(found.right), found.wrong, found.unfinished) == (1, ("images/b.jpg", "nameless"), 1)


def test_programs_are_found_without_a_shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("my own.py").write_text("pass")
    Path("a.py").write_text("pass")
    Path("a.jpg").write_bytes(b"x")
    path = racers.search_path()
    one, two, three = racers.given(["my own.py", f"{sys.executable} a.py 'b c' ; rm a.jpg", "a.py"], path)
    assert one == Racer("my own.py", "yours", (sys.executable, str(tmp_path / "my own.py")))
    assert two.command[1:] == (
        str(tmp_path / "a.py"),
        "b c",
        ";",
        "rm",
        "a.jpg",
    )  # words, and no file of ours but the program
    assert (two.name, three.name) == ("a.py", "a.py (2)")
    for wrong in ("", "x" * 5000, "no-such-program-anywhere", "'unclosed", "a.jpg"):
        with pytest.raises(UsageError):
            racers.given([wrong], path)


def test_the_lesson_is_found_by_its_chapters_and_lacks_are_said(tmp_path: Path) -> None:
    page_ = '"""Chapter {}: x."""\nimport {}\nfrom download import get_links\nget_links(1)\n"__main__"\n'
    (tmp_path / "download.py").write_text('"""Not a chapter."""\ndef get_links(x): pass\n')
    (tmp_path / "single.py").write_text(page_.format(1, "os"))
    (tmp_path / "aio.py").write_text(page_.format(5, "no_such_library"))
    (tmp_path / "cluster.py").write_text(page_.format(10, "json"))
    (tmp_path / "draw.py").write_text('"""Run a program."""\nget_links()\n__main__\n')
    found = racers.lesson(tmp_path)
    assert [one.name for one in found] == ["single", "aio", "cluster"]
    assert [one.missing for one in found] == ["", "needs no_such_library, which is not installed", ""]
    assert racers.lesson(tmp_path / "nowhere") == []


def test_racers_are_chosen_by_name_or_group() -> None:
    everyone = [*racers.ours(8), Racer("single", "lesson"), Racer("mine.py", "yours")]
    assert [one.name for one in racers.chosen(everyone, ["multi", "lesson", "mine"])] == [
        "pixhaul multi",
        "single",
        "mine.py",
    ]
    assert len(racers.chosen(everyone, [])) == 6
    with pytest.raises(UsageError, match="nobody"):
        racers.chosen(everyone, ["nobody"])


def test_the_table_has_a_line_and_a_timeline_for_each() -> None:
    lines = list(table(race(run(TWO), run(TWO, ONE, name="threads", seconds=1.0), run(name="dead", word="crashed"))))
    assert lines[1].split() == ["single", "2.00", "1.0", "1", "0.10", "10", "2", "4/4"]
    assert lines[2].split()[:3] == ["threads", "1.00", "2.0"]
    assert any(line.startswith("dead: crashed: ") and "\x1b" not in line for line in lines)
    assert "cluster: left out: needs ray" in lines
    assert timeline(curve(TWO.transfers), 2.0, 2, PLAIN) == "=" * 24 + " " * 24


def test_faster_is_than_one_after_another_measured_where_somebody_ran_it_else_reckoned() -> None:
    quick = run(ONE, name="threads", seconds=0.5)
    assert race(quick).base == 2.0  # four pictures of half a second
    assert race(quick, run(TWO, name="single.py", seconds=3.0)).base == 3.0
    assert race(quick, run(TWO, name="single", seconds=3.0, word="crashed")).base == 2.0


def test_nothing_that_a_racer_is_called_or_says_gets_into_the_page_as_markup() -> None:
    lane = Lane(EVIL, CONNECTION, (transfer(0.0, 1.0, EVIL),))
    text = page(race(run(lane, name=EVIL), run(lane, name="b", word="wrong")))
    assert "<img" not in text
    assert text.count("</script>") == 1
    assert "\x1b" not in text
    assert "\u202e" not in text
    text.encode("utf-8")


def test_the_page_needs_nothing_but_itself() -> None:
    text = page(race(run(TWO), run(ONE, name="threads")))
    for outside in ("http:", "https:", "src=", "url(", "@import", " style=", "onclick"):
        assert outside not in text, outside
    assert "default-src 'none'" in text
    assert text.count('class="lane"') == 2
    assert lanes_svg([TWO, ONE], 1.0, "x").count('tabindex="0"') == 1


def test_a_race_without_anybody_or_without_a_request_is_a_page_too() -> None:
    assert "It asked for nothing." in page(race(run()))
    assert "<h1>" in page(race())


def test_the_trace_of_a_race_is_drawn_as_the_race_was(tmp_path: Path) -> None:
    path = tmp_path / "t.json"
    write_trace(race(run(TWO, ONE), run(ONE, name="b")), str(path), pytest.fail)
    json.loads(path.read_text("ascii"))
    first, second = from_trace(path, 0.0)
    assert (first.name, first.lanes) == ("single", (TWO, ONE))
    assert second.lanes == (ONE,)


def test_streams_and_failures_are_no_connections_of_their_own(tmp_path: Path) -> None:
    names = ("connection 1", "connection 1, stream 2", "no connection", "connection 2")
    lanes = [Lane(name, CONNECTION, (transfer(0.0, 1.0),)) for name in names]
    path = tmp_path / "t.json"
    write_trace(race(run(*lanes)), str(path), pytest.fail)
    assert "2 connections" in page_of_trace(from_trace(path), "t")


def test_a_trace_that_was_cut_is_drawn_as_far_as_it_goes(tmp_path: Path) -> None:
    path = tmp_path / "t.json"
    write_trace(race(run(TWO, ONE)), str(path), pytest.fail)
    text = path.read_text("ascii")
    for length in range(text.index('"transfer"') + 200, len(text), 37):
        path.write_text(text[:length])
        (found,) = from_trace(path)
        assert 1 <= len(fetched(found.lanes)) <= 3


def test_a_trace_that_somebody_has_meddled_with_is_still_drawn(tmp_path: Path) -> None:
    good = {"ph": "X", "cat": "transfer", "name": EVIL, "ts": 1.0, "dur": 5e5, "pid": 1, "tid": 1}
    odd: list[object] = [
        {"ts": float("nan")}, {"dur": float("inf")}, {"dur": -1}, {"ts": 1e300}, {"args": [1]}, {"tid": "x"},
        {"pid": None}, {"name": None}, {"args": {"status": "x", "bytes": EVIL, "flaw": 3}}, {"cat": ["x"]}, {"ph": "M"},
    ]  # fmt: skip
    lines = [json.dumps(good | one) for one in odd if isinstance(one, dict)] + ["[" * 9999, "3", "null"]
    path = tmp_path / "t.json"
    path.write_text("[\n" + ",\n".join([json.dumps(good), *lines]))
    text = page_of_trace(from_trace(path), EVIL)
    assert "<img" not in text
    assert 'data-kind="connection"' in text


@pytest.mark.parametrize("text", ["", "hello", "[1,2]", '{"traceEvents": []}', "[\n{},\n"])
def test_what_is_no_trace_is_refused_in_a_line(text: str, tmp_path: Path) -> None:
    path = tmp_path / "t.json"
    path.write_text(text)
    with pytest.raises(UsageError, match="no trace"):
        from_trace(path)
    with pytest.raises(UsageError, match="cannot be read"):
        from_trace(tmp_path / "none")


def test_the_lesson_of_this_checkout_is_in_the_race() -> None:
    found = racers.lesson()
    assert [one.name for one in found][:1] == ["single"]
    assert "download" not in {one.name for one in found}
