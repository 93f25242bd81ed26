"""The links of long lists go together, and come out as they would one by one."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from itertools import chain
from pathlib import Path
from threading import Event

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pixhaul
from hostile import Hostile, answer
from pictures import png
from pixhaul.bundle import Bundle
from pixhaul.context import Context
from pixhaul.errors import UsageError
from pixhaul.gathering import Gathering, Text
from pixhaul.keys import url_key, url_keys
from pixhaul.ledger import Ledger
from pixhaul.models import Failed, Fetched, Job, NotYet, Picture, Receipt
from pixhaul.options import Options
from pixhaul.sources import are_direct, is_direct, links, lists, standing
from pixhaul.store import open_directory

LINES = st.sampled_from(
    [
        *(f"https://example.org/{number}.jpg" for number in range(6)),
        "https://example.org/0.jpg#top",
        "https://example.org/imgur.jpg",
        "  https://example.org/5.jpg\t",
        "https://i.imgur.com/AbC1234.jpg",
        "https://imgur.com/about",
        "imgur:nothing of this name",
        "# a comment",
        "",
        "no link",
        "\u00e9",
        "\udcff",
    ]
)


def gathered(texts: Iterable[Text], limit: int | None, numbered: bool) -> list[Job | Failed]:
    context = Context(Options(limit=limit), "", lambda text: None)
    found: list[Job | Failed] = []
    for item in Gathering(texts, context).links(numbered):
        if not isinstance(item, NotYet):
            found += item.jobs() if isinstance(item, Bundle) else [item]
    return found


def one_by_one(texts: Iterable[Text], limit: int | None, numbered: bool) -> list[Job | Failed]:
    """What comes of each text by itself, taken together by the plainest means."""
    seen: set[int] = set()
    found: list[Job | Failed] = []
    for item in chain.from_iterable(gathered([text], None, False) for text in texts):
        if len(seen) == limit:
            break
        if isinstance(item, Failed):
            found.append(item)
        elif item.key not in seen:
            seen.add(item.key)
            found.append(item._replace(meta=(*item.meta, ("num", len(seen)))) if numbered else item)
    return found


@given(st.lists(LINES, min_size=1, max_size=25), st.none() | st.integers(1, 8), st.booleans())
@settings(deadline=None, max_examples=200)
def test_a_list_in_bundles_gives_the_jobs_of_its_lines_one_by_one(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str], limit: int | None, numbered: bool
) -> None:
    place = tmp_path_factory.getbasetemp() / "gathered.txt"
    place.write_bytes("\n".join(lines).encode("utf-8", "surrogateescape"))
    try:
        entries = list(lists.read(str(place)))
    except UsageError:
        return
    wanted = one_by_one(entries, limit, numbered)
    assert gathered(lists.bundles(str(place)), limit, numbered) == wanted
    assert gathered(entries, limit, numbered) == wanted


@given(st.lists(LINES.filter(lambda line: "nothing" not in line), max_size=12), st.none() | st.integers(1, 5))
@settings(deadline=None)
def test_links_that_are_given_by_themselves_keep_their_order(lines: list[str], limit: int | None) -> None:
    assert gathered(lines, limit, False) == one_by_one(lines, limit, False)


@given(st.lists(st.text(max_size=20) | st.just("https://IMGUR.com/a/b"), max_size=8))
def test_texts_that_are_direct_together_are_so_each(texts: list[str]) -> None:
    assert not are_direct(texts) or all(map(is_direct, texts))


WORDS = st.text(st.sampled_from("aB1_hd"), max_size=6)


@given(
    st.builds(
        "{}{}{}.{}{}".format,
        st.sampled_from(["https://", "http://", "HTTPS://", "", " https://"]),
        st.sampled_from(["i.imgur.com/", "imgur.com/", "i.imgur.com/a/", "I.imgur.com/", "i.imgur.io/", "a.org/"]),
        WORDS,
        st.sampled_from(["jpg", "png", "JPG", "gifv", "gif", "mp4", "webp", "jpeg", ""]),
        st.sampled_from(["", "?1", "#x", "\n", "/"]),
    )
)
@settings(max_examples=400)
def test_a_link_that_stands_as_it_is_would_be_read_the_same(text: str) -> None:
    known = standing(text)
    if known is not None:
        assert list(links(text, Context(Options(), "", lambda _: None), Event())) == [Job(text, "", known)]


def test_what_imgur_and_a_list_say_of_a_link_goes_along(tmp_path: Path) -> None:
    (tmp_path / "l.csv").write_text(
        "url,title,id\nhttps://i.imgur.com/AbC1234.jpg,cat,x\nhttps://example.org/a.jpg,dog,y\n"
    )
    place = f"{tmp_path / 'l.csv'}"
    assert [job.meta for job in gathered(lists.bundles(place), None, False) if isinstance(job, Job)] == [
        (("id", "AbC1234"), ("title", "cat"), ("line", f"{place}:2")),
        (("id", "y"), ("title", "dog"), ("line", f"{place}:3")),
    ]


@given(st.lists(st.text(st.characters(), max_size=20) | st.sampled_from(["a#b", "#", "\ud800"]), max_size=8))
def test_keys_of_many_are_those_of_each(urls: list[str]) -> None:
    assert url_keys(urls) == [url_key(url) for url in urls]


def address(number: int) -> str:
    return f"https://example.org/{number}.png"


def receipt(number: int) -> Receipt:
    fetched = Fetched(Job(address(number)), b"", 4, b"\0" * 32, Picture("png", 1, 1), address(number))
    return Receipt(fetched, f"{number}.png")


@pytest.fixture
def listed(server: Hostile, tmp_path: Path) -> Path:
    """A list of thirty pictures; the last segment of each is the same."""
    for number in range(30):
        whole = answer(png(number))
        server.routes[f"/{number}/same.jpg"] = lambda _, whole=whole: whole
    (tmp_path / "list.txt").write_text("".join(server.url(f"/{number}/same.jpg\n") for number in range(30)))
    return tmp_path / "list.txt"


@given(st.lists(st.lists(st.integers(0, 60), max_size=30), max_size=6), st.sets(st.integers(0, 40)), st.integers(0, 6))
@settings(deadline=None, max_examples=60)
def test_links_that_come_again_count_once_whether_they_are_kept_or_not(
    tmp_path_factory: pytest.TempPathFactory, lists_of: list[list[int]], kept: set[int], single: int
) -> None:
    directory = open_directory(tmp_path_factory.mktemp("kept"))
    with closing(Ledger(directory)) as ledger:
        ledger.record([receipt(number) for number in sorted(kept)])
        for number in kept:
            (directory / f"{number}.png").touch()
        texts: list[Text] = [
            lists.Entry(address(number), 1, (), "", f"{place}")
            for place, some in enumerate(lists_of)
            for number in some
        ]
        texts[:single] = [address(number) for number in range(single)]
        ledger.recognition.tells_kept = False
        context = Context(Options(), "", lambda text: None)
        found = ledger.recognition.pending(Gathering(texts, context).links(False, ledger.recognition.sift))
        jobs = [item.url for item in found if isinstance(item, Job)]
    asked = {text if isinstance(text, str) else text.text for text in texts}
    there = {address(number) for number in kept}
    assert sorted(jobs) == sorted(asked - there)
    assert ledger.recognition.passed == len(asked & there)


@pytest.mark.parametrize("filename", ["", "{num:03} {stem}", "{sha256:.9}"])
def test_a_second_run_fetches_what_was_deleted_under_its_old_name_and_nothing_else(
    listed: Path, server: Hostile, tmp_path: Path, filename: str
) -> None:
    options = {"allow_private": True, "filename": filename}
    first = list(pixhaul.stream(lists.bundles(str(listed)), tmp_path / "kept", **options))
    names = {one.url: str(one.path) for one in first}
    assert len(set(names.values())) == 30
    for one in first[:4]:
        (tmp_path / "kept" / str(one.path)).unlink()
    server.asked.clear()
    summary = pixhaul.download(lists.bundles(str(listed)), tmp_path / "kept", **options)
    assert (summary.links, summary.done, summary.skipped, summary.exit) == (30, 4, 26, 0)
    assert sum(server.asked.values()) == 4
    again = list(pixhaul.stream(lists.bundles(str(listed)), tmp_path / "kept", **options))
    assert {one.status for one in again} == {"skipped"}
    assert {one.url: one.path for one in again} == names
    assert pixhaul.download(lists.bundles(str(listed)), tmp_path / "kept", limit=7, **options).skipped == 7
