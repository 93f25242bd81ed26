"""The ledger: what is pending, what is kept, and what a kill leaves."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from pictures import png
from pixhaul import journal
from pixhaul.errors import LedgerDamaged, UsageError
from pixhaul.ledger import Ledger
from pixhaul.models import Failed, Fetched, Job, NotYet, Picture, Reason, Receipt
from pixhaul.rows import remembered_job
from pixhaul.store import open_directory


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    open_directory(tmp_path)
    with closing(Ledger(tmp_path)) as opened:
        yield opened


def receipt(url: str, location: str, body: bytes = b"body") -> Receipt:
    digest = hashlib.sha256(body).digest()
    return Receipt(Fetched(Job(url), b"", len(body), digest, Picture("png", 1, 1), url), location)


def pending(ledger: Ledger, *urls: str) -> list[object]:
    return [
        item
        for item in ledger.recognition.pending(iter([Job(url, "name") for url in urls]))
        if not isinstance(item, NotYet)
    ]


def test_a_kept_link_is_skipped_with_what_was_known(ledger: Ledger, tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"body")
    ledger.record([receipt("http://h/a", "a.png")])
    assert pending(ledger, "http://h/a") == []
    [skipped] = ledger.recognition.settled
    assert (skipped.status, skipped.path, skipped.size) == ("skipped", "a.png", 4)


def test_a_picture_that_was_deleted_is_pending_again_under_its_name(ledger: Ledger) -> None:
    ledger.record([receipt("http://h/a", "old-name.png")])
    assert pending(ledger, "http://h/a") == [Job("http://h/a", "old-name")]


def test_a_failure_that_may_have_passed_is_pending_again(ledger: Ledger) -> None:
    ledger.record([Failed(Job("http://h/a"), Reason.TIMEOUT, "too long", 0)])
    assert len(pending(ledger, "http://h/a")) == 1
    assert not ledger.recognition.settled


def test_a_failure_for_good_is_told_and_not_pending(ledger: Ledger) -> None:
    ledger.record([Failed(Job("http://h/a"), Reason.NOT_FOUND, "HTTP 404", 404)])
    assert pending(ledger, "http://h/a") == []
    [said] = ledger.recognition.settled
    assert (said.status, said.reason, said.http_status) == ("failed", "not-found", 404)
    assert said.detail == "failed in an earlier run: HTTP 404"
    [row] = ledger.rows("failed")
    assert row.detail == "HTTP 404"  # telling of it again changes nothing


def test_a_failure_comes_back_as_the_job_that_it_was(ledger: Ledger) -> None:
    job = Job("http://h/a", "a name", (("title", "caf\u00e9 \ud800"), ("index", 3)), local=True)
    ledger.record([Failed(job, Reason.TIMEOUT)])
    [row] = ledger.recognition.failures()
    assert remembered_job(row) == job._replace(digest=job.key)


def test_a_failed_link_with_a_password_cannot_come_back_without_it(ledger: Ledger) -> None:
    ledger.record([Failed(Job("http://me:secret@h/a"), Reason.BAD_URL)])
    [row] = ledger.rows("failed")
    assert "secret" not in str(row)
    assert remembered_job(row) is None


def test_names_are_given_in_the_order_of_the_list_and_stay(tmp_path: Path) -> None:
    open_directory(tmp_path)
    urls = [f"http://h{number}/same" for number in range(5)]
    with closing(Ledger(tmp_path)) as ledger:
        first = [job.name for job in pending(ledger, *urls)]  # type: ignore[attr-defined]
        (tmp_path / f"{first[3]}.png").write_bytes(b"body")
        ledger.record([receipt(urls[3], f"{first[3]}.png")])
    assert first[0] == "name"
    assert len(set(first)) == 5
    with closing(Ledger(tmp_path)) as again:
        assert [job.name for job in pending(again, *urls)] == first[:3] + first[4:]  # type: ignore[attr-defined]


def test_failures_of_a_source_pass_through(ledger: Ledger) -> None:
    bad = Failed(Job("line 3"), Reason.BAD_URL)
    assert list(ledger.recognition.pending(iter([bad, Job("http://h/a", "a")]))) == [bad, Job("http://h/a", "a")]


def test_pending_reads_no_further_than_a_source_can_give(ledger: Ledger) -> None:
    def slow() -> Iterator[Job | NotYet]:
        yield Job("http://h/a", "a")
        yield NotYet(0.5)
        raise AssertionError("read too far")

    stream = ledger.recognition.pending(slow())
    assert [next(stream), next(stream)] == [Job("http://h/a", "a"), NotYet(0.5)]


def test_what_a_kill_left_between_two_steps_is_settled_by_looking(ledger: Ledger, tmp_path: Path) -> None:
    (tmp_path / "whole.png").write_bytes(b"body")
    (tmp_path / "torn.png").write_bytes(b"bo")
    (tmp_path / "other.png").write_bytes(b"ydob")
    names = ("whole", "torn", "other", "absent")
    ledger.intend([receipt(f"http://h/{name}", f"{name}.png") for name in names])
    ledger.repair()
    assert [row.path for row in ledger.rows()] == ["whole.png"]
    assert [row.status for row in ledger.rows()] == ["done"]


def test_a_path_belongs_to_one_link(ledger: Ledger) -> None:
    ledger.record([receipt("http://h/a", "a.png")])
    assert not ledger.owns("a.png", Job("http://h/a").key)
    assert ledger.owns("a.png", Job("http://h/b").key)
    assert not ledger.owns("b.png", Job("http://h/b").key)


def test_a_ledger_that_is_none_is_one_clear_line(tmp_path: Path) -> None:
    open_directory(tmp_path)
    (tmp_path / ".pixhaul" / "ledger.sqlite").write_bytes(png() * 200)
    with pytest.raises(UsageError, match="ledger"):
        Ledger(tmp_path)


def test_a_ledger_of_a_newer_pixhaul_is_refused(tmp_path: Path) -> None:
    open_directory(tmp_path)
    Ledger(tmp_path).close()
    with closing(sqlite3.connect(tmp_path / ".pixhaul" / "ledger.sqlite")) as database:
        database.execute("PRAGMA user_version = 999")
    with pytest.raises(UsageError, match="newer"):
        Ledger(tmp_path)


def test_a_journal_that_was_cut_is_made_whole_from_the_rows(ledger: Ledger, tmp_path: Path) -> None:
    for name in "abc":
        (tmp_path / f"{name}.png").write_bytes(b"body")
        ledger.intend([receipt(f"http://h/{name}", f"{name}.png")])
        ledger.record([receipt(f"http://h/{name}", f"{name}.png")])
    path = tmp_path / ".pixhaul" / "journal"
    lines = path.read_bytes()
    for left in (b"", lines[:20], lines[:-1]):
        path.write_bytes(left)
        with closing(Ledger(tmp_path)):
            assert {row.path for row in journal.read(path)} == {"a.png", "b.png", "c.png"}


def test_a_torn_last_line_of_the_journal_is_passed_over(ledger: Ledger, tmp_path: Path) -> None:
    ledger.intend([receipt("http://h/a", "a.png")])
    path = tmp_path / ".pixhaul" / "journal"
    with path.open("ab") as file:
        file.write(b'0000 ["torn')
    (tmp_path / "b.png").write_bytes(b"body")
    with closing(Ledger(tmp_path)) as again:
        again.intend([receipt("http://h/b", "b.png")])
    assert [row.path for row in journal.read(path)] == ["a.png", "b.png"]


def test_a_batch_that_was_broken_off_is_not_taken_for_settled(ledger: Ledger, tmp_path: Path) -> None:
    (tmp_path / "b.png").write_bytes(b"body")
    ledger.intend([receipt("http://h/a", "a.png"), receipt("http://h/b", "b.png")])
    ledger.record([Failed(Job("http://h/a"), Reason.DISK)])
    assert ledger.repair() == 1
    assert [row.path for row in ledger.rows("done")] == ["b.png"]


def test_a_changed_row_is_damage_even_where_sqlite_sees_none(ledger: Ledger, tmp_path: Path) -> None:
    ledger.record([receipt("http://h/a", "a.png"), receipt("http://h/b", "b.png")])
    with closing(sqlite3.connect(tmp_path / ".pixhaul" / "ledger.sqlite")) as database, database:
        database.execute("UPDATE links SET key = key + 1 WHERE path = 'a.png'")
    with pytest.raises(LedgerDamaged, match="not as it was written"):
        pending(ledger, "http://h/a")
