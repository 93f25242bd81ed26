"""Lists of every kind are read to their end, whatever stands in between."""

import gzip
import io
import json
import os
import string
import sys
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pixhaul.errors import UsageError
from pixhaul.sources.lists import COLUMNS, LONGEST_LINE, Entry, read

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

A, B, C = (f"https://example.org/{letter}.jpg" for letter in "abc")


def entries(place: Path, data: bytes | str, column: str = "") -> list[Entry]:
    place.write_bytes(data.encode() if isinstance(data, str) else data)
    return [entry._replace(file="") for entry in read(str(place), column)]


def texts(found: list[Entry]) -> list[str]:
    return [entry.text for entry in found if not entry.flaw]


def flaws(found: list[Entry]) -> list[tuple[int, str]]:
    return [(entry.line, entry.flaw) for entry in found if entry.flaw]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "list.txt"


def test_a_text_is_one_link_a_line(place: Path) -> None:
    found = entries(place, f"# links\n\n{A}\r\n   \n  {B} \n  # no\n{C}")
    assert found == [Entry(A, 3), Entry(B, 5), Entry(C, 7)]


@pytest.mark.parametrize(
    "line", ['"https://a.org/', "https://a.org/x,y", "a b", "'", 'x"y', "https://a.org/#top", "a\tb", "imgur:hot"]
)
def test_nothing_else_in_a_text_is_special(place: Path, line: str) -> None:
    assert texts(entries(place, f"{line}\n{A}\n")) == [line, A]


def test_a_byte_order_mark_is_no_part_of_a_link(place: Path) -> None:
    assert texts(entries(place, b"\xef\xbb\xbf" + A.encode())) == [A]


def test_a_line_that_is_not_utf8_costs_itself_alone(place: Path) -> None:
    found = entries(place, f"{A}\n".encode() + b"https://b.org/\xff\x1b[31m\n" + f"{B}\n".encode())
    assert texts(found) == [A, B]
    assert flaws(found) == [(2, "not UTF-8")]
    assert found[1].text == r"https://b.org/\xff\x1b[31m"


@pytest.mark.parametrize("length", [LONGEST_LINE + 1, 300_000, 2_000_000])
@pytest.mark.parametrize("letter", ["x", "é", "東"])
def test_a_line_that_is_too_long_costs_itself_alone(place: Path, letter: str, length: int) -> None:
    found = entries(place, f"{A}\n{letter * length}\n{B}")
    assert texts(found) == [A, B]
    assert flaws(found) == [(2, f"longer than {LONGEST_LINE} bytes")]
    assert len(found[1].text) < 1_000


def test_the_longest_line_is_read(place: Path) -> None:
    line = "x" * LONGEST_LINE
    assert texts(entries(place, f"{line}\n{A}")) == [line, A]


@pytest.mark.parametrize(
    "name", ["l.csv", "l.CSV", "l.csv.gz", "l.tsv", "l.tab.zst", "l.jsonl", "l.ndjson.gz", "l.json"]
)
def test_the_name_says_the_format(tmp_path: Path, name: str) -> None:
    rows = {"csv": f"url,id\n{A},1\n", "t": f"url\tid\n{A}\t1\n", "json": json.dumps({"url": A, "id": "1"}) + "\n"}
    key = next(key for key in ("csv", "json", "t") if key in name.lower())
    data = packed(rows[key].encode(), name)
    assert entries(tmp_path / name, data) == [Entry(A, 1 if key == "json" else 2, (("id", "1"),))]


def packed(data: bytes, name: str) -> bytes:
    if name.endswith(".gz"):
        return gzip.compress(data, mtime=0)
    return zstd.compress(data) if name.endswith(".zst") else data


@pytest.mark.parametrize("name", ["l.gz", "l.txt.gz", "l.zst", "l.txt", "list"])
@pytest.mark.parametrize("pack", [".gz", ".zst", ""])
def test_what_is_packed_is_known_by_its_bytes(tmp_path: Path, name: str, pack: str) -> None:
    data = packed(f"{A}\n{B}\n".encode(), pack)
    assert texts(entries(tmp_path / name, data)) == [A, B]
    assert texts(entries(tmp_path / name, data + packed(C.encode(), pack))) == [A, B, C]


@pytest.mark.parametrize("pack", [".gz", ".zst"])
def test_of_a_cut_archive_the_whole_lines_are_used_and_the_rest_is_told(tmp_path: Path, pack: str) -> None:
    lines = [f"https://example.org/{os.urandom(9).hex()}.jpg" for _ in range(40_000)]
    data = packed("\n".join(lines).encode(), pack)
    found = entries(tmp_path / f"l.txt{pack}", data[: len(data) // 2])
    read_ones = texts(found)
    assert 1_000 < len(read_ones) < 39_000
    assert read_ones == lines[: len(read_ones)]
    assert flaws(found) == [(len(read_ones) + 1, found[-1].flaw)]
    assert found[-1].flaw.startswith("the rest cannot be read: ")


def test_damage_inside_of_an_archive_is_told(tmp_path: Path) -> None:
    data = bytearray(gzip.compress("\n".join(f"{A}?{number}" for number in range(90_000)).encode()))
    data[-6] ^= 0xFF
    found = entries(tmp_path / "l.gz", bytes(data))
    assert len(found) > 80_000
    assert len(flaws(found)) == 1


@pytest.mark.parametrize("header", ["url", "URL", " Link ", "image_url", "caption,url", "src"])
def test_the_column_of_links_is_found_by_its_name(tmp_path: Path, header: str) -> None:
    rows = f"{header}\n" + "".join(("x," if "," in header else "") + f"{one}\n" for one in (A, B))
    assert texts(entries(tmp_path / "l.csv", rows)) == [A, B]


def test_a_table_without_header_has_its_links_where_the_first_row_has_one(tmp_path: Path) -> None:
    assert entries(tmp_path / "l.csv", f"{A},x\n{B},y\n") == [Entry(A, 1), Entry(B, 2)]
    assert texts(entries(tmp_path / "l.tsv", f"x\t{A}\ny\t{B}\n")) == [A, B]


def test_a_column_can_be_named(tmp_path: Path) -> None:
    assert texts(entries(tmp_path / "l.csv", f"url,Big\nx,{A}\n", "big")) == [A]
    assert texts(entries(tmp_path / "l.jsonl", json.dumps({"url": "x", "Big": A}), "big")) == [A]


def test_known_columns_go_along(tmp_path: Path) -> None:
    rows = f'key,URL,Title,index,other,caption\n007,{A},"a, ""b""\nc",007,x,\n'
    assert entries(tmp_path / "l.csv", rows) == [Entry(A, 2, (("title", 'a, "b"\nc'), ("index", 7), ("key", "007")))]


def test_a_row_that_breaks_the_rules_costs_itself_alone(tmp_path: Path) -> None:
    rows = (
        f'url,caption\n{A},"x" y\n{B},"fine\n too"\n,no link\n{C},a,b\n\n{C},,,\nx\ry,z\n{C}'.encode()
        + b"\n\xff,x\n"
        + f"{A},".encode()
    )
    found = entries(tmp_path / "l.csv", rows)
    assert texts(found) == [B, C, C, A]
    assert [line for line, _ in flaws(found)] == [2, 5, 6, 9, 11]


def test_a_comma_in_a_link_that_is_not_quoted_does_not_cut_it(tmp_path: Path) -> None:
    found = entries(tmp_path / "l.csv", f"url\n{A}\nhttps://example.org/a,b.jpg\n")
    assert texts(found) == [A]
    assert flaws(found) == [(3, "2 cells where the first row has 1")]


def test_lines_of_json_are_objects_or_links(tmp_path: Path) -> None:
    deep = "[" * 200_000
    lines = [json.dumps({"Link": A, "title": "t", "index": 3, "album": None}), json.dumps(B), "", "{", "7", deep]
    lines += [
        '{"url": 5}',
        '{"url": ""}',
        '{"x": "y"}',
        '""',
        "null",
        json.dumps({"url": None, "link": C}),
        '{"url":"\\ud800"}',
    ]
    found = entries(tmp_path / "l.jsonl", "\n".join(lines))
    assert found[:2] == [Entry(A, 1, (("title", "t"), ("index", 3))), Entry(B, 2)]
    assert texts(found) == [A, B, C, "\ud800"]
    assert [line for line, _ in flaws(found)] == [4, 5, 6, 7, 8, 9, 10, 11]


OBJECTS = st.dictionaries(
    st.sampled_from(["url", "URL", "Link", "image_url", "id", "other"]),
    st.sampled_from([A, B, "", " ", None, 3, True, [A], {"url": A}]),
    max_size=5,
)


@given(st.lists(OBJECTS, max_size=6), st.sampled_from(["", " ", "\t"]))
@settings(deadline=None)
def test_an_object_gives_the_first_field_that_is_there_whatever_stood_before_it(
    tmp_path_factory: pytest.TempPathFactory, objects: list[dict[str, object]], blank: str
) -> None:
    lines = [json.dumps(A), *(blank + json.dumps(one) + blank for one in objects)]
    found = entries(tmp_path_factory.getbasetemp() / "l.jsonl", "\n".join(lines))
    for entry, one in zip(found[1:], objects, strict=True):
        named = {name.lower(): value for name, value in one.items()}
        first = next((named[name] for name in COLUMNS if named.get(name)), None)
        assert entry.text == (first if first in (A, B) else entry.text)
        assert bool(entry.flaw) == (first not in (A, B))


@given(
    st.lists(st.sampled_from([*'{}[]",: 1\t\r\x0b\u2003\ufeff', '"a"', "null", "NaN", "{}"]), min_size=1, max_size=6)
)
@settings(deadline=None)
def test_what_is_json_is_what_the_json_module_takes(tmp_path_factory: pytest.TempPathFactory, parts: list[str]) -> None:
    line = "".join(parts)
    found = entries(tmp_path_factory.getbasetemp() / "l.jsonl", f'"{A}"\n{line}\n')
    try:
        json.loads(line)
    except ValueError:
        assert line.isspace() or found[1].flaw == "not JSON"
    else:
        assert found[1].flaw != "not JSON"


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("l.txt", b"", "no links"),
        ("l.txt", b"\n# nothing\n", "no links"),
        ("l.csv", b"url,id\n", "no links"),
        ("l.csv", b"", "no links"),
        ("l.csv", b"name,age\nx,1\n", "no column"),
        ("l.jsonl", b"\n", "no links"),
        ("l.txt", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "binary data"),
        ("l.txt", gzip.compress(b"\0\1\2", mtime=0), "binary data"),
        ("l.txt", "\ufeffhttps://a.org".encode("utf-16-le"), "UTF-16"),
        ("l.parquet", b"PAR1\0", "Parquet"),
        ("l.txt", b"PAR1", "Parquet"),
        ("l.json", b' [{"url": "x"}]', "JSON array"),
        ("l.gz", b"\x1f\x8b\x08\0", "cannot be read"),
        ("l.gz", b"\x1f\x8bnonsense", "cannot be read"),
        ("l.zst", b"\x28\xb5\x2f\xfdnonsense", "cannot be read"),
    ],
)
def test_what_is_no_list_is_said_in_one_line(tmp_path: Path, name: str, data: bytes, said: str) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(UsageError, match=said) as refused:
        read(str(tmp_path / name))
    assert "\n" not in str(refused.value)
    assert refused.value.hint


def test_a_named_column_that_is_not_there_is_said_with_those_that_are(tmp_path: Path) -> None:
    (tmp_path / "l.csv").write_text(f"url,\x1b[31m\n{A},x\n")
    with pytest.raises(UsageError, match="no column big") as refused:
        read(str(tmp_path / "l.csv"), "big")
    assert refused.value.hint == r"its columns are: url, \x1b[31m"


def test_a_missing_file_a_folder_and_a_link_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="No such file"):
        read(str(tmp_path / "none"))
    with pytest.raises(UsageError, match="directory"):
        read(str(tmp_path))
    with pytest.raises(UsageError) as refused:
        read("https://example.org/list.txt")
    assert "without -i" in refused.value.hint


@pytest.mark.parametrize("data", [f"{A}\n{B}\n", f'{{"url": "{A}"}}\n"{B}"\n'])
@pytest.mark.parametrize("pack", [".gz", ".zst", ""])
def test_standard_input_is_a_list_and_stays_open(monkeypatch: pytest.MonkeyPatch, data: str, pack: str) -> None:
    raw = io.BufferedReader(io.BytesIO(packed(data.encode(), pack)))
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(raw))
    assert texts(list(read("-"))) == [A, B]
    assert not raw.closed


def test_links_come_from_a_pipe_before_it_ends() -> None:
    outlet, inlet = os.pipe()
    os.write(inlet, f"{A}\n{B}".encode())
    found = read(f"/dev/fd/{outlet}")
    assert next(found).text == A
    os.write(inlet, b"?x\n")
    assert next(found).text == f"{B}?x"
    os.close(inlet)
    assert not list(found)
    os.close(outlet)


def test_a_list_of_half_a_million_starts_at_once_and_is_read_in_flat_memory(place: Path) -> None:
    place.write_text("".join(f"https://example.org/{number}.jpg\n" for number in range(500_000)))
    tracemalloc.start()
    found: Iterator[Entry] = read(str(place))
    for _ in range(20_000):
        next(found)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4_000_000
    assert sum(1 for _ in found) == 480_000


LINES = st.lists(st.text(st.sampled_from("a#\"',\t \u00e9\u6771\\x"), max_size=12), max_size=30)


@given(LINES, st.sampled_from(["\n", "\r\n"]), st.booleans())
@settings(deadline=None)
def test_a_text_gives_its_lines_in_order_with_their_numbers(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str], end: str, last: bool
) -> None:
    place = tmp_path_factory.getbasetemp() / "lines.txt"
    place.write_bytes((end.join(lines) + (end if last else "")).encode())
    wanted = [(line.strip(), number) for number, line in enumerate(lines, 1) if line.strip() and line.strip()[0] != "#"]
    try:
        found = [(entry.text, entry.line) for entry in read(str(place))]
    except UsageError:
        found = []
    assert found == wanted


@given(
    st.binary(max_size=300) | st.text(string.printable, max_size=300).map(str.encode),
    st.sampled_from(["txt", "csv", "tsv", "jsonl"]),
)
@settings(deadline=None, max_examples=300)
def test_any_bytes_are_entries_or_a_usage_error(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, kind: str
) -> None:
    place = tmp_path_factory.getbasetemp() / f"any.{kind}"
    place.write_bytes(data)
    try:
        found = list(read(str(place)))
    except UsageError:
        return
    assert found
    assert [entry.line for entry in found] == sorted(entry.line for entry in found)
    assert all(entry.flaw or entry.text == entry.text.strip() != "" for entry in found)


def test_a_cell_of_any_length_that_a_row_may_have_is_read(tmp_path: Path) -> None:
    rows = ["caption,url", f"{'c' * 900_000},https://example.org/1.jpg", "short,https://example.org/2.jpg"]
    path = tmp_path / "list.csv"
    path.write_text("\n".join(rows))
    entries = list(read(str(path)))
    assert [(entry.text, entry.flaw) for entry in entries] == [(f"https://example.org/{n}.jpg", "") for n in (1, 2)]
    assert dict(entries[0].meta)["caption"] == "c" * 900_000


def test_a_row_that_is_too_long_costs_itself_alone(tmp_path: Path) -> None:
    rows = ["caption,url", f"{'c' * 1_100_000},https://example.org/1.jpg", "short,https://example.org/2.jpg"]
    path = tmp_path / "list.csv"
    path.write_text("\n".join(rows))
    entries = list(read(str(path)))
    assert [bool(entry.flaw) for entry in entries] == [True, False]
    assert "longer than" in entries[0].flaw
