"""What is kept is recognised by the thousand, as surely as link by link, and with less work."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pixhaul import inventory
from pixhaul.bundle import Bundle
from pixhaul.inventory import Inventory, Kept
from pixhaul.ledger import Ledger
from pixhaul.models import Failed, Fetched, Job, NotYet, Picture, Reason, Receipt
from pixhaul.store import open_directory

MOST = 2**63 - 1
WAYS = ("whole", "deleted", "a folder", "a symbolic link", "a broken link", "in a folder", "in a folder, deleted")


def inventory_of(rows: dict[int, str], directory: Path) -> Inventory:
    ordered = sorted(rows.items())

    def after(key: int, most: int) -> list[tuple[int, str]]:
        return [row for row in ordered if row[0] > key][:most]

    return Inventory(
        Kept(lambda keys: [(key, rows[key]) for key in keys if key in rows], after, rows.__len__), directory
    )


def place(path: Path, way: str) -> bool:
    """Let what a picture's path leads to be like this; whether that is a file."""
    if way == "a folder":
        path.mkdir()
    elif way == "a symbolic link":
        path.symlink_to(__file__)
    elif way == "a broken link":
        path.symlink_to("nowhere")
    elif "deleted" not in way:
        path.write_bytes(b"")
    return way in ("whole", "a symbolic link", "in a folder")


@given(
    st.dictionaries(st.integers(0, MOST) | st.sampled_from([0, 1, MOST - 1, MOST]), st.sampled_from(WAYS), max_size=80)
)
@settings(deadline=None, max_examples=40)
def test_reading_all_of_the_ledger_tells_the_same_as_looking_at_each(
    tmp_path_factory: pytest.TempPathFactory, ways: dict[int, str]
) -> None:
    directory = tmp_path_factory.mktemp("kept")
    (directory / "folder").mkdir()
    there, rows = {}, {}
    for key, way in ways.items():
        rows[key] = f"folder/{key}.png" if "in a folder" in way else f"{key}.png"
        there[key] = place(directory / rows[key], way)
    asked = sorted({key ^ bit for key in ways for bit in (0, 1)} - {MOST + 1})
    wanted = [number for number, key in enumerate(asked) if not there.get(key)]
    by_one = inventory_of(rows, directory)
    assert list(by_one.missing(asked)) == wanted
    at_once = inventory_of(rows, directory)
    assert all(isinstance(pause, NotYet) for pause in at_once.prepared(len(ways)))
    doubted = set(at_once.missing(asked)) - set(wanted)
    assert {asked[number] for number in doubted} <= {key for key in ways if ways[key] == "a symbolic link"}
    assert set(wanted) <= set(at_once.missing(asked))
    shutil.rmtree(directory)


def url(number: int) -> str:
    return f"https://example.org/{number}.png"


def receipt(number: int) -> Receipt:
    fetched = Fetched(Job(url(number)), b"", 4, b"\0" * 32, Picture("png", 1, 1), url(number))
    return Receipt(fetched, f"{number}.png")


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Ledger]:
    """A ledger of 4,000 links with all their files."""
    open_directory(tmp_path)
    with closing(Ledger(tmp_path)) as ledger:
        ledger.record([receipt(number) for number in range(4_000)])
        for number in range(4_000):
            (tmp_path / f"{number}.png").touch()
        ledger.recognition.tells_kept = False
        yield ledger


def bundles(numbers: range, size: int = 500) -> Iterator[Bundle]:
    for start in range(0, len(numbers), size):
        texts = [url(number) for number in numbers[start : start + size]]
        yield Bundle(texts, range(1, len(texts) + 1), (), "list", [Job(text).key for text in texts])


def pending(ledger: Ledger, numbers: range) -> list[Job | Failed]:
    return [item for item in ledger.recognition.pending(bundles(numbers)) if not isinstance(item, NotYet)]


def test_what_is_kept_is_counted_and_what_is_gone_or_new_is_a_job(kept: Ledger, tmp_path: Path) -> None:
    gone = (3, 1_999, 3_999)
    for number in gone:
        (tmp_path / f"{number}.png").unlink()
    kept.record([Failed(Job(url(7)), Reason.NOT_FOUND), Failed(Job(url(3_500)), Reason.TIMEOUT)])
    jobs = pending(kept, range(4_100))
    assert kept.recognition.passed == 4_000 - len(gone) - 2
    assert [job.url for job in jobs if isinstance(job, Job)] == [
        url(number) for number in (3, 1_999, 3_500, 3_999, *range(4_000, 4_100))
    ]
    assert [(said.url, said.reason) for said in kept.recognition.settled] == [(url(7), "not-found")]
    assert [job.name for job in jobs[:2] if isinstance(job, Job)] == ["3", "1999"]  # as before


def test_a_long_list_costs_no_query_and_no_look_at_a_file_for_each_link(
    kept: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    queries: list[str] = []
    looks: list[str] = []
    look = os.stat
    monkeypatch.setattr(inventory.os, "stat", lambda path: (looks.append(path), look(path))[1])
    kept._database.set_trace_callback(queries.append)
    assert pending(kept, range(4_000)) == []
    assert kept.recognition.passed == 4_000
    assert len(looks) <= 4_000 // inventory.SHARE + 500
    assert len(queries) < 20


def test_of_a_large_ledger_no_more_is_read_than_a_short_list_needs(kept: Ledger, tmp_path: Path) -> None:
    queries: list[str] = []
    kept._database.set_trace_callback(queries.append)
    assert pending(kept, range(3_900, 3_960)) == []
    assert kept.recognition.passed == 60
    assert not any("ORDER BY key" in query for query in queries)


def test_a_first_run_asks_the_ledger_nothing_of_single_links(tmp_path: Path) -> None:
    open_directory(tmp_path)
    with closing(Ledger(tmp_path)) as ledger:
        queries: list[str] = []
        ledger._database.set_trace_callback(queries.append)
        assert len(pending(ledger, range(2_000))) == 2_000
    assert not any(" IN " in query for query in queries)
