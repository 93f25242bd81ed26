# ruff: noqa: RUF001  # look-alikes are what this is about
"""Names are safe on every file system, never shared, and the same each time."""

import json
import re
import tracemalloc
import unicodedata
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Literal
from unicodedata import normalize

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pixhaul.keys import url_key
from pixhaul.names import MOST_BYTES, Names, fold, safe, wished, without_extension

CORPORA = Path(__file__).parents[2] / "shared" / "corpora"
HOSTILE = st.text(
    st.sampled_from(
        'aAzZéÉßıſ0. -_/\\:*?"<>|\x00\n\x1f\x7f\x85\u202e\u200b\u0301\ufe0f\ud800\uff0f\uff21¹İ\U0001f44d\U0001f3fd한'
    )
    | st.characters(codec=None),
    max_size=90,
)
WORDS = st.lists(
    st.sampled_from(
        ["con", "NUL", "com1", "COM¹", "lpt9", "conin$", ".php", ".", "..", " ", "-", "/", ".jpg", "x", "é", "가"]
    ),
    max_size=40,
).map("".join)


def assert_safe(stem: str, most_bytes: int = MOST_BYTES) -> None:
    """Everything that a stem promises."""
    assert 0 < len(stem.encode()) <= most_bytes
    assert len(normalize("NFD", stem).encode("utf-16-le")) // 2 <= most_bytes
    assert normalize("NFC", stem) == stem
    assert not [one for one in stem if unicodedata.category(one) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")]
    assert not set(stem) & set('<>:"/\\|?*\u2044\u2215\uff0f\uff3c')
    assert stem[0] not in ".- "
    assert stem[-1] not in ". "
    assert stem == stem.strip()
    head = normalize("NFKC", stem).partition(".")[0].rstrip().lower()
    assert not re.fullmatch(r"con|prn|aux|nul|com\d|lpt\d|conin\$|conout\$", head)
    assert stem.lower() != ".pixhaul"


@given(HOSTILE | WORDS)
@settings(max_examples=700, deadline=None)
def test_any_text_becomes_a_safe_stem_and_a_safe_stem_stays(text: str) -> None:
    stem = safe(text)
    assert_safe(stem)
    assert safe(stem) == stem


@given(HOSTILE | WORDS, st.integers(16, 60))
@settings(max_examples=400, deadline=None)
def test_it_fits_whatever_the_room_is(text: str, most_bytes: int) -> None:
    stem = safe(text, most_bytes)
    assert_safe(stem, most_bytes)
    assert safe(stem, most_bytes) == stem


@pytest.mark.parametrize(
    ("text", "stem"),
    [
        ("aBcDeF1", "aBcDeF1"),
        ("Grüße aus 東京", "Grüße aus 東京"),
        ("e\u0301", "é"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("C:\\Windows\\x", "C__Windows_x"),
        ("/abs", "_abs"),
        ("a:b", "a_b"),
        ("-rf", "_-rf"),
        ("--help", "_--help"),
        (".pixhaul", "pixhaul"),
        (".PixHaul", "PixHaul"),
        ("...", "_"),
        ("", "_"),
        ("   ", "_"),
        ("\u200b\u200b", "_"),
        ("a. . ", "a"),
        ("\u3000a\u00a0", "a"),
        ("a\x00b\x1b[31m", "a_b_[31m"),
        ("photo\u202egnp.exe", "photognp_exe"),
        ("\ud800x", "_x"),
        ("con", "_con"),
        ("CON.foo", "_CON.foo"),
        ("nul ", "_nul"),
        ("com1 .x", "_com1 .x"),
        ("COM¹", "_COM¹"),
        ("LPT³.x", "_LPT³.x"),
        ("conin$", "_conin$"),
        ("ｃｏｎ", "_ｃｏｎ"),
        ("console", "console"),
        ("com10", "com10"),
        ("\u0301a", "_\u0301a"),
        ("a.php", "a_php"),
        ("a.php.b", "a_php.b"),
        ("a.jpg.exe", "a.jpg_exe"),
        ("a.phpx", "a.phpx"),
        ("x.svg", "x_svg"),
        ("a／b", "a_b"),
        ("~root", "~root"),
    ],
)
def test_a_stem_is_what_people_expect(text: str, stem: str) -> None:
    assert safe(text) == stem


@pytest.mark.parametrize(
    "length", [*range(60, 71), 84, 85, 86, *range(120, 131), *range(195, 206), *range(250, 261), 5_000, 10**6]
)
@pytest.mark.parametrize("character", ["a", "é", "東", "\U0001f600", "각", "\u0390", "\U0001d15e"])
def test_a_long_name_is_cut_between_characters(character: str, length: int) -> None:
    stem = safe(character * length)
    assert_safe(stem)
    whole = normalize("NFC", character)
    assert stem == whole * (len(stem) // len(whole))
    if character == "a":
        assert len(stem) == min(length, MOST_BYTES)


def test_no_accent_and_no_skin_tone_is_torn_from_its_letter() -> None:
    assert safe("a" * 199 + "q\u0303\u0303") == "a" * 199
    assert safe("a" * 196 + "\U0001f44d\U0001f3fd") == "a" * 196
    assert safe("q" + "\u0303" * 5_000).startswith("q\u0303")


def test_a_cut_never_bares_what_was_hidden() -> None:
    assert safe("con" + " " * 300 + "x") == "_con"
    assert safe("a" * 196 + ".phpx") == "a" * 196 + "_php"
    assert safe("a" * 199 + ".b") == "a" * 199


@pytest.mark.parametrize(
    ("url", "stem"),
    [
        ("https://i.imgur.com/aBcDeF1.jpg", "aBcDeF1"),
        ("https://i.imgur.com/aBcDeF1.JPEG?1", "aBcDeF1"),
        ("https://i.imgur.com/aBcDeF1.gifv#x", "aBcDeF1"),
        ("https://example.org/a%20b%C3%A9.png", "a bé"),
        ("https://example.org/a.tar.gz", "a.tar.gz"),
        ("https://example.org/%2e%2e%2fx.png", "_x"),
        ("https://example.org/%ff.png", "_"),
        ("https://example.org/picture?name=x/y.jpg", "picture"),
        ("https://example.org/a/b/", "example.org"),
        ("https://example.org", "example.org"),
        ("https://example.org/.jpg", "example.org"),
        ("https://[::1]:8080/", "[__1]_8080"),
        ("nonsense", "_"),
        ("", "_"),
    ],
)
def test_a_link_asks_for_its_last_segment(url: str, stem: str) -> None:
    assert wished(url) == stem


@given(
    st.text("aB0_-.conjpegpngwb/%~$ ", max_size=20),
    st.sampled_from([".jpg", ".png", ".jpeg", ".gif.png", ".php.jpg", ""]),
)
def test_the_short_way_to_a_name_leads_to_the_same_name(path: str, extension: str) -> None:
    link = f"https://example.org/{path}{extension}"
    assert wished(link) == wished(link + "?which=goes-the-long-way")


def test_only_one_extension_goes_and_only_a_pictures() -> None:
    assert without_extension("a.jpg.PNG") == "a.jpg"
    assert without_extension("a.txt") == "a.txt"
    assert without_extension("jpg") == "jpg"


CHANGES: list[Callable[[str], str]] = [str, str.upper, str.lower, str.title, str.swapcase, str.casefold]
FORMS: list[Literal["NFC", "NFD", "NFKC", "NFKD"]] = ["NFC", "NFD", "NFKC", "NFKD"]


def variants() -> list[str]:
    """Names that some file system takes for one, all of one album."""
    words = [
        "Straße", "É", "ﬁn", "Ⅷ", "ǰ", "ΑΣ", "İi", "ſ", "K", "Å", "가각", "ａｂ",
        "①", "ﾊﾞ", "ß", "ŉ", "ᾳ", "µ", "ǆ", "x",
    ]  # fmt: skip
    made = [normalize(form, change(word)) for word, change, form in product(words, CHANGES, FORMS)]
    return [*made, "x\ufe0f", "x\u200d", "x\u00ad", "x.", "x "]


def test_two_hundred_variants_of_names_are_two_hundred_files_everywhere() -> None:
    names = Names()
    wishes = variants()
    chosen = [names.choose(safe(wish), url_key(f"https://a.org/{number}")) for number, wish in enumerate(wishes)]
    assert len(wishes) >= 200
    for same, form in product(CHANGES, FORMS):
        assert len({normalize(form, same(normalize(form, name))) for name in chosen}) == len(wishes)


@given(st.characters(codec=None) | st.sampled_from("ᾷῇῷİıſßǰΐŉﬃÅK"))
@settings(max_examples=600)
def test_what_a_file_system_may_compare_folds_alike(character: str) -> None:
    if unicodedata.category(character) == "Cs":
        return
    whole = fold(character)
    assert fold(whole) == whole
    for change in (str.lower, str.upper, str.title, str.casefold):
        assert fold(change(character)) == whole
        assert fold(normalize("NFD", change(normalize("NFD", character)))) == whole


def test_a_taken_name_gets_digits_of_the_links_key() -> None:
    names = Names()
    assert names.choose("a", 0x1234567890ABCDEF) == "a"
    assert names.choose("A", 0x1234567890ABCDEF) == "A-12345678"
    assert names.choose("a", 0x1234567890ABCDEF) == "a-1234567890abcdef"
    assert names.choose("a", 0x1234567890ABCDEF) == "a-1234567890abcdef-2"
    assert names.choose("a", 0x1234567890ABCDEF) == "a-1234567890abcdef-3"
    assert len(names) == 5


def test_a_claimed_name_is_given_to_nobody() -> None:
    names = Names()
    assert names.claim("Holiday/é")
    assert not names.claim("holiday/E\u0301")
    assert names.taken("HOLIDAY/É")
    assert not names.taken("é")
    assert names.choose("holiday/é", 7) == "holiday/é-00000000"


@given(st.lists(st.tuples(st.sampled_from(["a", "A", "b", "a-0000", "é"]), st.integers(0, 2**63 - 1)), max_size=60))
def test_the_same_list_gives_the_same_names_and_no_two_alike(wishes: list[tuple[str, int]]) -> None:
    first, second = Names(), Names()
    chosen = [first.choose(wish, key) for wish, key in wishes]
    assert chosen == [second.choose(wish, key) for wish, key in wishes]
    assert len({fold(name) for name in chosen}) == len(wishes)


def test_the_longest_name_leaves_room_for_suffix_and_extension() -> None:
    names = Names()
    wish = safe("é" * 500)
    longest = max((names.choose(wish, 2**63 - 1) for _ in range(20)), key=len)
    assert len(f"{longest}.part.jpeg".encode()) <= 255


def test_twenty_thousand_names_take_little_memory() -> None:
    tracemalloc.start()
    names = Names()
    for number in range(20_000):
        names.claim(f"name{number}")
    size = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert size < 28 * 20_000


def hostile() -> list[str]:
    """The hostile names of the corpora, and some made here: thousands."""
    found = [f"a{chr(number)}b" for number in (*range(0x250), *range(0x2000, 0x2070), *range(0xFF00, 0xFF60))]
    found += [
        f"{device}{rest}" for device in ("con", "NUL", "Com7", "lpt²") for rest in ("", ".jpg", " .x", ":a", ". .")
    ]
    lists = list(CORPORA.glob("payloads-patt/*.txt"))
    for path in sorted(lists):
        found += path.read_bytes().decode("utf-8", "surrogateescape").splitlines()
    names = CORPORA / "names-blns" / "blns.json"
    return found + (json.loads(names.read_text()) if names.exists() else [])


def test_as_many_names_come_out_as_hostile_ones_go_in(tmp_path: Path) -> None:
    names = Names()
    wishes = hostile()
    chosen = [names.choose(safe(wish), url_key(f"https://a.org/{number}")) for number, wish in enumerate(wishes)]
    for name in chosen:
        assert_safe(name, MOST_BYTES + 20)
    assert len({normalize("NFD", name).casefold() for name in chosen}) == len(wishes)
    inside = tmp_path / "inside"
    inside.mkdir()
    for name in chosen:
        (inside / f"{name}.jpg").touch(exist_ok=False)
    assert [path.name for path in tmp_path.iterdir()] == ["inside"]
    assert len(list(inside.iterdir())) == len(wishes)
