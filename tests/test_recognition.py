"""What earlier runs have met is told in flat memory, and however it is looked up it is told the same."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pixhaul import inventory, strategies
from pixhaul.bundle import Bundle
from pixhaul.haul import haul
from pixhaul.ledger import Ledger
from pixhaul.models import Failed, Fetched, Job, NotYet, Picture, Reason, Receipt, Result
from pixhaul.options import Options
from pixhaul.recognition import MOST_SETTLED
from pixhaul.scheduler import Scheduler
from pixhaul.sinks.folder import Folder
from pixhaul.store import open_directory

WAYS = ("whole", "deleted", "a symbolic link", "in a folder", "failed for good", "failed", "new")
SIZE = 50


def url(number: int) -> str:
    return f"https://example.org/{number}.png"


def bundles(urls: list[str], size: int = SIZE) -> Iterator[Bundle]:
    for start in range(0, len(urls), size):
        texts = urls[start : start + size]
        yield Bundle(texts, range(start + 1, start + 1 + len(texts)), (), "list", [Job(text).key for text in texts])


def met(directory: Path, number: int, way: str) -> Receipt | Failed | None:
    """What an earlier run has recorded of a link, with its file as it is now."""
    if way == "new":
        return None
    if way.startswith("failed"):
        return Failed(Job(url(number)), Reason.NOT_FOUND if "for good" in way else Reason.TIMEOUT, "so it was")
    path = directory / ("folder" if way == "in a folder" else "") / f"{number}.png"
    if way == "a symbolic link":
        path.symlink_to(__file__)
    elif way != "deleted":
        path.touch()
    fetched = Fetched(Job(url(number)), b"", 4, b"\0" * 32, Picture("png", 1, 2), url(number), robots="noai")
    return Receipt(fetched, str(path.relative_to(directory)))


Told = tuple[list[Result], list[str], int]


def told(directory: Path, items: list[Bundle | Job], tells_kept: bool) -> Told:
    """What is said without a transfer, the jobs that are left, and how many were only counted."""
    with closing(Ledger(directory)) as ledger:
        ledger.recognition.tells_kept = tells_kept
        jobs = [item for item in ledger.recognition.pending(items) if isinstance(item, Job)]
        return list(ledger.recognition.settled), [f"{job.name} {job.url}" for job in jobs], ledger.recognition.passed


@given(st.lists(st.sampled_from(WAYS), max_size=150), st.booleans(), st.randoms())
@settings(deadline=None, max_examples=40)
def test_however_links_are_looked_up_the_same_is_told(
    tmp_path_factory: pytest.TempPathFactory, ways: list[str], tells_kept: bool, random: object
) -> None:
    directory = open_directory(tmp_path_factory.mktemp("met"))
    (directory / "folder").mkdir()
    with closing(Ledger(directory)) as ledger:
        ledger.record([one for number, way in enumerate(ways) if (one := met(directory, number, way))])
    urls = [url(number) for number in range(len(ways))]
    random.shuffle(urls)  # type: ignore[attr-defined]
    ways_to_look = {}
    for share in (inventory.SHARE, 0):  # all of it read, or link by link
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(inventory, "SHARE", share)
            ways_to_look[share] = told(directory, list(bundles(urls)), tells_kept)
    one_by_one = told(directory, [Job(text) for text in urls], tells_kept=True)
    for settled, jobs, passed in ways_to_look.values():
        if tells_kept:
            assert (settled, passed) == (one_by_one[0], 0)
        else:  # those that had to be looked at for themselves are told of all the same
            skipped = [one for one in one_by_one[0] if one.status == "skipped"]
            assert passed + sum(one.status == "skipped" for one in settled) == len(skipped)
            assert [one for one in settled if one.status == "failed"] == [
                one for one in one_by_one[0] if one.status == "failed"
            ]
        assert jobs == one_by_one[1]


def test_links_that_need_no_transfer_do_not_pile_up_behind_those_that_do(tmp_path: Path) -> None:
    count = 12_000
    directory = open_directory(tmp_path)
    urls = [url(number) for number in range(count)]
    with closing(Ledger(directory)) as ledger:
        ledger.record([Failed(Job(text), Reason.NOT_FOUND) for text in urls])
        for place in range(0, count, SIZE):  # one new link in every bundle, which ends at once
            urls[place] = f"no link {place}"
        chosen = Options(directory=str(directory))
        sink = Folder(chosen, directory / ".pixhaul" / "parts", ledger.owns)
        scheduler = Scheduler(ledger.recognition.pending(bundles(urls)), chosen)
        sizes = [len(turn) for turn in haul(scheduler, strategies.load("multi"), sink, ledger, chosen)]
    assert sum(sizes) == count
    assert max(sizes) < 5_000


def test_nothing_is_read_while_nobody_takes_what_is_settled(tmp_path: Path) -> None:
    directory = open_directory(tmp_path)
    urls = [url(number) for number in range(MOST_SETTLED)]
    with closing(Ledger(directory)) as ledger:
        ledger.record([Failed(Job(text), Reason.NOT_FOUND) for text in urls])
        stream = ledger.recognition.pending([*bundles(urls), Job("https://example.org/new.png")])
        while len(ledger.recognition.settled) < MOST_SETTLED:
            assert next(stream) == NotYet(0.0)
        assert [next(stream) for _ in range(20)] == [NotYet(0.0)] * 20
        ledger.recognition.settled.clear()
        assert [item.url for item in stream if isinstance(item, Job)] == ["https://example.org/new.png"]
