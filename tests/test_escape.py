"""Nothing from outside gives orders to a terminal, a browser or a spreadsheet."""

import csv
import io
import json
import unicodedata
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixhaul import escape

CORPORA = Path(__file__).parents[2] / "shared" / "corpora"
ANYTHING = st.text(st.characters(codec=None), max_size=60) | st.text(
    st.sampled_from("\x00\x1b\x07\n\r\t\x7f\x85\x9b\u202e\u200b\u2066\ufeff\ud800\udfffa<>&\"'`=+-@\uff1d \U000e0041"),
    max_size=20,
)


def hostile() -> list[str]:
    """All strings of the corpora: names, terminal sequences, scripts, formulas."""
    found: list[str] = []
    names = CORPORA / "names-blns" / "blns.json"
    if names.exists():
        found += json.loads(names.read_text())
    for path in sorted(CORPORA.glob("term-escapes/**/*.in")):
        found.append(path.read_bytes().decode("latin-1"))
        found.append(path.read_bytes().decode("utf-8", "surrogateescape"))
    for path in sorted(CORPORA.glob("payloads-patt/*.txt")):
        found += path.read_bytes().decode("utf-8", "surrogateescape").splitlines()
    return found


def made() -> list[str]:
    """Each character that hides or commands, in the middle of a word."""
    numbers = [*range(0x20), *range(0x7F, 0xA0), 0xAD, 0x61C, *range(0x200B, 0x2010), *range(0x2028, 0x202F)]
    numbers += [*range(0x2060, 0x2070), 0xFEFF, 0xD800, 0xDFFF, 0xFFFE, 0xE0001, 0xE0041]
    return [f"a{chr(number)}b" for number in numbers]


def assert_harmless(text: str) -> None:
    assert not [one for one in text if unicodedata.category(one) in ("Cc", "Cf", "Cs", "Zl", "Zp")]
    text.encode()


@pytest.mark.parametrize("make", [escape.terminal, escape.html, escape.csv])
def test_no_control_character_passes(make: object) -> None:
    assert callable(make)
    for text in hostile() + made():
        assert_harmless(make(text))


@given(ANYTHING)
def test_every_text_is_taken_and_made_harmless(text: str) -> None:
    for make in (escape.terminal, escape.html, escape.csv):
        assert_harmless(make(text))


def test_what_was_hidden_is_shown() -> None:
    assert escape.terminal("\x1b]0;x\x07\n\r\t\x9b\u202e\U000e0041\udc80") == (
        r"\x1b]0;x\x07\x0a\x0d\x09\x9b\u202e\U000e0041\udc80"
    )


@pytest.mark.parametrize("text", ["plain", "Grüße, 世界", "नमस्ते", "naïve café", "❤️", "C:\\dir", "", "e\u0301"])
def test_a_harmless_text_is_shown_as_it_is(text: str) -> None:
    assert escape.terminal(text) == text
    assert escape.csv(text) == text


class Seen(HTMLParser):
    """What a parser finds: elements with their attributes, and the text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[object] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, [name for name, _ in attrs]))

    def handle_data(self, data: str) -> None:
        self.text += data


def test_markup_stays_text_in_an_element_and_in_an_attribute() -> None:
    for text in [
        *hostile(),
        *made(),
        "<script>alert(1)</script>",
        "' onload='x",
        '"><img src=x onerror=y>',
        "]]>",
        "<!--",
    ]:
        seen = Seen()
        seen.feed(f"<p title=\"{escape.html(text)}\" id='{escape.html(text)}'>{escape.html(text)}</p>")
        seen.close()
        assert seen.elements == [("p", ["title", "id"])]
        assert seen.text == escape.terminal(text)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "  =1", "\uff1d1", "=cmd|'/C calc'!A0", "\u00a0=1"])
def test_a_formula_is_kept_from_the_spreadsheet(text: str) -> None:
    assert escape.csv(text) == "'" + text


@given(st.lists(ANYTHING, min_size=1, max_size=4))
def test_a_row_stays_one_row_of_as_many_cells(cells: list[str]) -> None:
    file = io.StringIO()
    csv.writer(file).writerow([escape.csv(cell) for cell in cells])
    rows = list(csv.reader(io.StringIO(file.getvalue())))
    assert [len(row) for row in rows] == [len(cells)]
    assert not any(cell.lstrip().startswith(("=", "+", "-", "@")) for cell in rows[0])
