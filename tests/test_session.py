"""A run from its sources to its results, and from Python."""

from __future__ import annotations

import asyncio
import gc
import json
import threading
import time
from pathlib import Path

import pytest

import pixhaul
from hostile import HANG, Hostile, answer
from pictures import gif, png
from pixhaul import strategies
from pixhaul.lock import locked
from pixhaul.options import Options
from pixhaul.session import open_session
from pixhaul.sources import lists
from pixhaul.verify import verify


@pytest.fixture
def links(server: Hostile) -> list[str]:
    """Twenty good pictures, some with the same last segment."""
    for number in range(20):
        whole = answer(png(number))
        server.routes[f"/{number}/same.jpg"] = lambda _, whole=whole: whole
    return [server.url(f"/{number}/same.jpg") for number in range(20)]


def test_download_says_what_a_run_came_to(links: list[str], server: Hostile, tmp_path: Path) -> None:
    summary = pixhaul.download([*links, server.url("/none")], tmp_path, allow_private=True)
    assert (summary.links, summary.done, summary.failed, summary.exit) == (21, 20, 1, 1)
    assert summary.reasons == {"not-found": 1}


def test_the_real_type_gives_the_extension_and_no_name_is_shared(links: list[str], tmp_path: Path) -> None:
    pixhaul.download(links, tmp_path, allow_private=True)
    names = sorted(path.name for path in tmp_path.iterdir() if path.is_file())
    assert len(set(names)) == 20
    assert {name.rpartition(".")[2] for name in names} == {"png"}
    assert "same.png" in names


@pytest.mark.parametrize("strategy", strategies.names())
def test_the_same_list_gives_the_same_names(strategy: str, links: list[str], tmp_path: Path) -> None:
    def names(directory: str, **options: object) -> dict[str, str | None]:
        results = pixhaul.stream(links, tmp_path / directory, allow_private=True, **options)
        return {result.url: result.path for result in results}

    assert names("a", strategy=strategy, per_host=20) == names("b", strategy="sequential")


def test_a_link_met_twice_counts_once(links: list[str], server: Hostile, tmp_path: Path) -> None:
    summary = pixhaul.download([*links, *links, f"{links[0]}#part"], tmp_path, allow_private=True)
    assert summary.links == 20
    assert set(server.asked.values()) == {1}


def test_the_limit_counts_links_and_holds_for_a_second_run(links: list[str], server: Hostile, tmp_path: Path) -> None:
    first = pixhaul.download(links, tmp_path, allow_private=True, limit=7)
    second = pixhaul.download(links, tmp_path, allow_private=True, limit=7)
    assert (first.done, second.done, second.skipped) == (7, 0, 7)
    assert sum(server.asked.values()) == 7


def test_astream_leaves_the_event_loop_free(links: list[str], server: Hostile, tmp_path: Path) -> None:
    server.routes["/slow"] = lambda _: [0.5, answer(gif())]

    async def main() -> tuple[int, int]:
        beats = 0

        async def beat() -> None:
            nonlocal beats
            while True:
                await asyncio.sleep(0.02)
                beats += 1

        pulse = asyncio.create_task(beat())
        ended = [one async for one in pixhaul.astream([*links, server.url("/slow")], tmp_path, allow_private=True)]
        pulse.cancel()
        return len(ended), beats

    ended, beats = asyncio.run(main())
    assert ended == 21
    assert beats > 5


def test_leaving_a_stream_early_stops_the_run_and_keeps_what_came(
    links: list[str], server: Hostile, tmp_path: Path
) -> None:
    server.routes["/hang"] = lambda _: [HANG]
    results = pixhaul.stream([*links, server.url("/hang")], tmp_path, allow_private=True)
    first = next(results)
    begun = time.monotonic()
    results.close()
    assert time.monotonic() - begun < 2.0
    assert (tmp_path / str(first.path)).is_file()
    assert not list(tmp_path.rglob("*.part"))
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("pixhaul")]


def test_stopping_ends_within_the_grace_and_a_second_run_finishes(
    links: list[str], server: Hostile, tmp_path: Path
) -> None:
    server.routes["/hang"] = lambda n: [HANG] if n == 0 else answer(gif())
    texts = [server.url("/hang"), *links]
    with open_session(texts, Options(directory=str(tmp_path), allow_private=True)) as session:
        begun = time.monotonic()
        for _ in session.turns():
            session.stop(grace=0.5)
        assert time.monotonic() - begun < 2.0
        assert not session.complete
    assert pixhaul.download(texts, tmp_path, allow_private=True).exit == 0


def test_a_bad_line_is_told_with_its_place_and_the_run_goes_on(links: list[str], tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_bytes(
        b"# comment\n\n" + links[0].encode() + b"\nno link\n\xff\xfe\n" + links[1].encode()
    )
    entries = lists.read(str(tmp_path / "list.txt"))
    results = list(pixhaul.stream(entries, tmp_path / "out", allow_private=True))
    assert [one.status for one in results].count("done") == 2
    details = sorted(one.detail for one in results if one.status == "failed")
    assert len(details) == 2
    assert any("list.txt:5" in detail for detail in details)


def test_check_finds_what_is_missing_changed_and_broken(links: list[str], tmp_path: Path) -> None:
    results = list(pixhaul.stream(links[:4], tmp_path, allow_private=True))
    paths = [tmp_path / str(one.path) for one in results]
    paths[0].unlink()
    paths[1].write_bytes(gif(1))
    paths[2].write_bytes(paths[2].read_bytes()[:-9])
    found = {finding.path: finding.problem for finding in verify(tmp_path)}
    assert [found[path.name] for path in paths] == ["missing", "changed", "broken", ""]


def test_a_second_run_in_the_directory_waits_for_the_first(links: list[str], tmp_path: Path) -> None:
    told: list[str] = []
    (tmp_path / ".pixhaul").mkdir()
    with locked(tmp_path / ".pixhaul" / "lock", told.append, lambda: False) as held:
        assert held
        results: list[int] = []
        other = threading.Thread(target=lambda: results.append(_run_with_warnings(links, tmp_path, told)))
        other.start()
        time.sleep(0.5)
        assert not results
    other.join(20)
    assert results == [20]
    assert any("waiting" in text for text in told)


def _run_with_warnings(links: list[str], directory: Path, told: list[str]) -> int:
    with open_session(links, Options(directory=str(directory), allow_private=True), warn=told.append) as session:
        return sum(len(turn) for turn in session.turns())


def test_results_are_plain_enough_for_json(links: list[str], tmp_path: Path) -> None:
    [one] = pixhaul.stream(links[:1], tmp_path, allow_private=True)
    assert json.loads(json.dumps(one._asdict()))["status"] == "done"


def test_an_unknown_option_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(pixhaul.UsageError, match="no option 'threads'"):
        pixhaul.download([], tmp_path, threads=8)


@pytest.mark.parametrize(
    ("option", "value"),
    [
        *[("connections", value) for value in (0, -1, "8", 1.5, True, 10**9)],
        *[("timeout", value) for value in (0, None, float("nan"), float("inf"))],
        *[("types", value) for value in (["docx"], "jpg,", (), 5)],
        ("rate", 0),
        ("user_agent", "a\r\nX-Other: b"),
        ("proxy", 5),
        ("cache_dir", "a\0b"),
        ("strategy", None),
    ],
)
def test_an_option_that_no_run_can_have_is_one_clear_line(tmp_path: Path, option: str, value: object) -> None:
    with pytest.raises(pixhaul.UsageError, match=option) as caught:
        pixhaul.download([], tmp_path, **{option: value})
    assert caught.value.hint


@pytest.mark.parametrize("place", ["", " ", "a\0b", None, 5])
def test_a_directory_that_is_no_path_is_one_clear_line(place: object) -> None:
    with pytest.raises(pixhaul.UsageError, match="directory"):
        pixhaul.download([], place)  # type: ignore[arg-type]


@pytest.mark.parametrize("links", ["https://example.org/a.jpg", b"https://example.org/a.jpg", None, 5])
def test_one_text_is_not_taken_for_a_list_of_its_letters(tmp_path: Path, links: object) -> None:
    with pytest.raises(pixhaul.UsageError, match="no list"):
        pixhaul.download(links, tmp_path)  # type: ignore[arg-type]


def test_what_is_no_text_among_the_links_is_a_failure_and_ends_nothing(links: list[str], tmp_path: Path) -> None:
    summary = pixhaul.download([links[0], float("nan"), None, links[1]], tmp_path, allow_private=True)  # type: ignore[list-item]
    assert (summary.done, summary.reasons) == (2, {"bad-url": 2})


@pytest.mark.filterwarnings("error::pytest.PytestUnraisableExceptionWarning")
def test_a_loop_that_is_shut_down_closes_the_run_in_its_own_thread(links: list[str], tmp_path: Path) -> None:
    async def first() -> pixhaul.Result:
        async for one in pixhaul.astream(links, tmp_path, allow_private=True):
            return one
        raise AssertionError("nothing came")

    assert asyncio.run(first()).status == "done"
    gc.collect()
    assert not list((tmp_path / ".pixhaul" / "parts").iterdir())
    assert not (tmp_path / ".pixhaul" / "ledger.sqlite-wal").exists()
