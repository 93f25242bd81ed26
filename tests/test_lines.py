"""Lines and rows come whole or are called bad, and a bad one costs nothing but itself."""

import csv
import io

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pixhaul.lines import BLOCK, MOST_ROW_LINES, Bad, CutError, Line, beginning, csv_rows, numbered, tsv_rows


class Pieces(io.RawIOBase):
    """Bytes that come in pieces as they were cut, and break off where an error stands among them."""

    def __init__(self, pieces: list[bytes | Exception]) -> None:
        super().__init__()
        self._pieces = pieces

    def read1(self, _size: int = -1, /) -> bytes:
        piece = self._pieces.pop(0) if self._pieces else b""
        if isinstance(piece, Exception):
            raise piece
        return piece


def lines(pieces: list[bytes | Exception], longest: int = 100) -> list[Line]:
    first = pieces.pop(0)
    assert isinstance(first, bytes)
    return list(numbered(first, Pieces(pieces), longest))


@given(st.lists(st.binary(min_size=1, max_size=30) | st.just(b"\n"), min_size=1, max_size=30), st.integers(4, 40))
@example([b"\xef\xbb\xbf", b"a\nb"], 40)
@example([b"\xef", b"\xbb", b"\xbfa\nb"], 40)
@settings(deadline=None)
def test_lines_do_not_depend_on_how_the_bytes_were_cut(pieces: list[bytes], longest: int) -> None:
    whole = b"".join(pieces).removeprefix(b"\xef\xbb\xbf")
    found = lines(list(pieces), longest)
    wanted = (whole.removesuffix(b"\n") if whole != b"\n" else b"").split(b"\n") if whole else []
    assert [number for number, _ in found] == list(range(1, len(wanted) + 1))
    for (_, line), raw in zip(found, wanted, strict=True):
        if isinstance(line, Bad):
            assert line.flaw == ("not UTF-8" if len(raw) <= longest else f"longer than {longest} bytes")
        else:
            assert line.encode() == raw


def test_half_a_line_before_the_break_is_not_given() -> None:
    found = numbered(b"a\nb", Pieces([b"c\nhttps://exam", EOFError("cut \x1b")]), 100)
    assert [next(found), next(found)] == [(1, "a"), (2, "bc")]
    with pytest.raises(CutError, match=r"cut \\x1b"):
        next(found)


def test_an_endless_line_is_not_held() -> None:
    found = lines([*[b"x" * BLOCK] * 40, b"\nb"], longest=1_000)
    assert found == [(1, Bad("x" * 77 + "...", "longer than 1000 bytes")), (2, "b")]


def test_what_is_shown_of_a_line_is_short_and_harmless() -> None:
    assert beginning("a\x1b\n") == r"a\x1b\x0a"
    assert len(beginning("x" * 10_000)) == 80


CELLS = st.text(st.sampled_from("ab,;\"' \n\r\té"), max_size=8)


@given(st.lists(st.lists(CELLS, min_size=2, max_size=4), min_size=1, max_size=12), st.integers(1, 9))
@settings(deadline=None)
def test_a_table_that_was_written_well_is_read_as_it_was(rows: list[list[str]], size: int) -> None:
    rows = [[cell.replace("\r", "") for cell in row] for row in rows]
    file = io.StringIO()
    csv.writer(file).writerows(rows)
    data = file.getvalue().encode()
    pieces: list[bytes | Exception] = [data[place : place + size] for place in range(0, len(data), size)]
    assert [cells for _, cells in csv_rows(iter(lines(pieces)))] == rows


@given(st.lists(st.text(st.sampled_from('a,"'), max_size=6) | st.none(), max_size=14))
@settings(deadline=None, max_examples=300)
def test_no_line_of_a_table_is_lost_and_none_comes_out_of_order(texts: list[str | None]) -> None:
    given_lines = [(number, Bad("", "") if text is None else text) for number, text in enumerate(texts, 1)]
    found = list(csv_rows(iter(given_lines)))
    starts = [number for number, _ in found]
    assert starts == sorted(set(starts))
    assert starts[:1] == [1] * bool(texts)
    for (number, cells), after in zip(found, [*starts[1:], len(texts) + 1], strict=False):
        # Lines between two starts are those of one row in quotes: a bad row takes none with it.
        assert after == number + 1 or (not isinstance(cells, Bad) and any("\n" in cell for cell in cells))


def test_a_quote_that_is_never_closed_swallows_nothing() -> None:
    rows = ["url,caption", 'a,"open', *["b,c"] * (3 * MOST_ROW_LINES), 'd,"open too']
    found = list(csv_rows(iter(list(enumerate(rows, 1)))))
    assert len(found) == len(rows)
    assert [number for number, cells in found if isinstance(cells, Bad)] == [2, len(rows)]


def test_a_quote_between_tabs_is_a_character() -> None:
    rows = ['"open\ta\r', 'a "b" c\tb', '"whole ""x"""\t"c"', '"\t""', ""]
    found = [cells for _, cells in tsv_rows(iter(list(enumerate(rows, 1))))]
    assert found == [['"open', "a"], ['a "b" c', "b"], ['whole "x"', "c"], ['"', ""], []]


def cells_of(text: str) -> list[str] | None:
    """As the csv module reads one line; None where it does not."""
    try:
        return next(csv.reader([text + "\n"], strict=True))
    except csv.Error:
        return None


@settings(max_examples=300, deadline=None)
@given(st.lists(st.text(st.sampled_from(",;a \r\t\0é"), max_size=12), max_size=8))
def test_a_line_without_quotes_is_read_as_the_csv_module_reads_it(texts: list[str]) -> None:
    found = list(csv_rows(iter(list(enumerate(texts, 1)))))
    assert [number for number, _ in found] == list(range(1, len(texts) + 1))
    assert [None if isinstance(cells, Bad) else cells for _, cells in found] == [cells_of(text) for text in texts]
