"""Links are parsed once, as browsers do or more strictly, and never into another host."""

import json
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pixhaul.links import Link, concealed, join, parse, without_dots
from pixhaul.models import Reason

CORPUS = Path(__file__).parents[2] / "shared" / "corpora" / "url-wpt"


def link(text: str) -> Link:
    found = parse(text)
    assert isinstance(found, Link), found
    return found


def refusal(text: str) -> tuple[Reason, str]:
    found = parse(text)
    assert not isinstance(found, Link), found
    return found


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://i.imgur.com/aBcDeF1.jpg", "https://i.imgur.com/aBcDeF1.jpg"),
        ("HTTPS://I.Imgur.COM/aB.JPG", "https://i.imgur.com/aB.JPG"),
        ("http://example.org", "http://example.org/"),
        ("http://example.org?a=b", "http://example.org/?a=b"),
        ("  https://example.org/a  ", "https://example.org/a"),
        ("http://example.org:80/", "http://example.org/"),
        ("https://example.org:443/", "https://example.org/"),
        ("https://example.org:0080/", "https://example.org:80/"),
        ("https://example.org:/a", "https://example.org/a"),
        ("https://example.org./a", "https://example.org/a"),
        ("https://example.org/a b.jpg", "https://example.org/a%20b.jpg"),
        ("https://example.org/é?é#é", "https://example.org/%C3%A9?%C3%A9"),
        ("https://example.org/%c3%A9%2F%zz%", "https://example.org/%c3%A9%2F%zz%"),
        ("https://example.org/a?x=/../y", "https://example.org/a?x=/../y"),
        ("https://example.org/a/../b/./c", "https://example.org/b/c"),
        ("https://example.org/%2e%2E/x", "https://example.org/x"),
        ("https://example.org/a|b[1]", "https://example.org/a|b[1]"),
        ('https://example.org/"<>`{}^?"<>\'`{}^', "https://example.org/%22%3C%3E%60%7B%7D%5E?%22%3C%3E%27`{}^"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("https://xn--BCHER-kva.example/", "https://xn--bcher-kva.example/"),
        ("https://i❤.ws/", "https://xn--i-7iq.ws/"),
        ("http://ＧＯ。com/", "http://go.com/"),  # noqa: RUF001  # full-width on purpose
        ("http://%65xample.org/", "http://example.org/"),
        ("http://a_b.example.org/", "http://a_b.example.org/"),
        ("http://127.1/", "http://127.0.0.1/"),
        ("http://0x7f000001/", "http://127.0.0.1/"),
        ("http://0177.0.0.01/", "http://127.0.0.1/"),
        ("http://2130706433/", "http://127.0.0.1/"),
        ("http://[0:0::0:1]:8080/", "http://[::1]:8080/"),
        ("http://[::FFFF:127.0.0.1]/", "http://[::ffff:7f00:1]/"),
    ],
)
def test_a_link_has_one_spelling(text: str, url: str) -> None:
    assert link(text).url == url


def test_a_signed_link_survives_to_the_last_character() -> None:
    text = (
        "https://b.s3.amazonaws.com/k/a%20b+c.jpg?X-Amz-Credential=AK%2F2026%2Fs3&X-Amz-Signature=0a~b&e=a,b;c:d@e!$*()"
    )
    assert link(text).url == text


def test_the_parts_fit_the_whole() -> None:
    assert link("https://Example.org:8443/a?b#c") == Link(
        "https://example.org:8443/a?b", "https", "example.org", 8443, "https://example.org:8443"
    )
    assert link("http://[::1]/").host == "[::1]"
    assert link("http://example.org/").port == 80


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "https://", "https:///a.jpg", "http:example.org/a", "http:/example.org/a",
        "http://user@example.org/", "http://user:password@example.org/", "http://@example.org/",
        "http://example.org\\@evil.example/", "http:\\\\example.org\\a", "https://example.org/a\\b",
        "https://example.org/\r\nHost: evil.example", "https://example.org/a\tb", "https://example.org\n/",
        "https://example.org/a\n", "https://example.org/\x00", "https://example.org/\x7f",
        "https://example.org/\udcff", "https://\udcff.org/", "https://example.org:0/", "https://example.org:65536/",
        "https://example.org:99999999999999999999/", "https://example.org:8x/", "https://example.org:80:80/",
        "https://example.org:-1/", "https://a b/", "https://a%20b/", "https://a%00b/", "https://a%2Fb/",
        "https://a%ffb/", "https://a..b/", "https://.a/", "https://./", "https://a<b/", "https://a'b/",
        "https://" + "a" * 64 + "/", "https://" + "a." * 127 + "org/", "https://\u00ad/", "https://xn--a\u00e9.org/",
        "https://\u200d.org/", "http://256.0.0.1/", "http://1.2.3.4.5/", "http://1..2/", "http://foo.09/",
        "http://0x/x/../../@" + "a" * 17_000, "http://4294967296/", "http://1_0.0.0.1/", "http://[::1/",
        "http://::1/", "http://[fe80::1%25eth0]/", "http://[::1]x/", "http://" + "9" * 2_000 + "/",
        "https://example.org/" + "a" * 17_000, "https://example.org/" + "é" * 6_000, "//example.org/a.jpg", "a.jpg",
        "/a.jpg",
    ],
)  # fmt: skip
def test_what_is_no_link_is_a_bad_url(text: str) -> None:
    reason, words = refusal(text)
    assert reason is Reason.BAD_URL
    assert 0 < len(words) < 400
    assert words.isprintable()


@pytest.mark.parametrize(
    "text",
    ["file:///etc/passwd", "ftp://a.org/x", "data:image/png;base64,AA", "javascript:alert(1)", "FILE:/x", "s3://b/k"],
)
def test_only_http_and_https_are_fetched(text: str) -> None:
    assert refusal(text)[0] is Reason.SCHEME_REFUSED


@pytest.mark.parametrize("text", ["example.org/a.jpg", "i.imgur.com/a.jpg", "www.example.org", "localhost:8000/a.jpg"])
def test_a_forgotten_scheme_is_offered(text: str) -> None:
    reason, words = refusal(text)
    assert reason is Reason.BAD_URL
    assert f"did you mean https://{text} ?" in words


@pytest.mark.parametrize(
    "text", ["https://me:s3cret@a.org/", "//me:s3cret@a.org/", "http://me:s3cret@[::1/", "ftp://me:s3cret@a/"]
)
def test_a_password_is_never_repeated(text: str) -> None:
    assert "s3cret" not in refusal(text)[1]
    assert "s3cret" not in concealed(text)
    assert concealed("https://example.org/@me") == "https://example.org/@me"


@pytest.mark.parametrize(
    ("location", "url"),
    [
        ("https://b.org/y", "https://b.org/y"),
        ("HTTP://B.org", "http://b.org/"),
        ("//b.org/y", "https://b.org/y"),
        ("/y?z", "https://a.org:8443/y?z"),
        ("y", "https://a.org:8443/d/y"),
        ("./y", "https://a.org:8443/d/y"),
        ("../../../y", "https://a.org:8443/y"),
        ("?z", "https://a.org:8443/d/x.jpg?z"),
        ("#top", "https://a.org:8443/d/x.jpg?q/r"),
        ("", "https://a.org:8443/d/x.jpg?q/r"),
        (" y z ", "https://a.org:8443/d/y%20z"),
        (":80/y", "https://a.org:8443/d/:80/y"),
        ("..//b.org/y", "https://a.org:8443//b.org/y"),
    ],
)
def test_a_redirect_is_followed_from_where_it_came(location: str, url: str) -> None:
    found = join(link("https://a.org:8443/d/x.jpg?q/r"), location)
    assert isinstance(found, Link)
    assert found.url == url


@pytest.mark.parametrize(
    "location", ["/\\evil.example", "\\\\evil.example", "///evil.example/", "//u@evil.example", "/a\r\nb", "http:y"]
)
def test_a_redirect_that_parsers_disagree_about_is_refused(location: str) -> None:
    found = join(link("https://a.org/"), location)
    assert not isinstance(found, Link)
    assert found[0] is Reason.BAD_URL


def test_a_redirect_of_monstrous_length_is_refused() -> None:
    found = join(link("https://a.org/"), "x" * 17_000)
    assert found == (Reason.BAD_URL, "longer than 16384 characters")


def test_a_redirect_to_another_scheme_is_refused() -> None:
    found = join(link("https://a.org/"), "file:///etc/passwd")
    assert not isinstance(found, Link)
    assert found[0] is Reason.SCHEME_REFUSED


PIECES = st.sampled_from([
    "http", "https", ":", "//", "/", "a", "Ex.Org", "é", "%2e", "%41", "..", ".", "@", "?", "#", "[", "]", "::1",
    "127.1", "0x7f", " ", "\\", "\t", "xn--", "<", "'", "\u200d", "\U0001f600", ":80", "\ud800", "。",
])  # fmt: skip


@given(
    st.one_of(
        st.lists(PIECES, max_size=12).map("".join),
        st.lists(PIECES, max_size=9).map(lambda some: "http://" + "".join(some)),
    )
)
@settings(max_examples=600, deadline=None)
def test_parsing_what_was_parsed_changes_nothing(text: str) -> None:
    found = parse(text)
    if not isinstance(found, Link):
        return
    assert parse(found.url) == found
    assert found.url.isascii()
    assert found.url.isprintable()
    assert not set(found.url) & set(' "<>\\#')
    assert found.url.startswith(found.origin + "/")
    assert "@" not in found.origin


@given(st.lists(st.sampled_from(["", ".", "..", "a", "%2e", "%2E.", "b.c"]), max_size=8))
def test_no_dot_segment_is_left(segments: list[str]) -> None:
    path = without_dots("/" + "/".join(segments))
    assert path.startswith("/")
    assert not {".", ".."} & set(path.lower().replace("%2e", ".").split("/"))


@pytest.mark.parametrize(
    "text",
    [
        "http://" + "a" * 10**6,
        "http://a/" + "%2e/" * 250_000,
        "http://" + "é." * 400_000,
        "a" * 10**6,
        "http://a/" + "/." * 8_000,
        "http://" + "é" * 2_000,
        "http://" + "1." * 1_000,
        "http://a/" + "é" * 2_700,
        "a-." * 5_000,
        "http://" + "[" * 16_000,
    ],
)
def test_a_monstrous_text_is_answered_at_once(text: str) -> None:
    began = time.perf_counter()
    parse(text)
    assert time.perf_counter() - began < 0.05


def cases() -> list[dict[str, str]]:
    files = ("urltestdata.json", "ada_extra_urltestdata.json")
    return [case for name in files for case in json.loads((CORPUS / name).read_text()) if isinstance(case, dict)]


@pytest.mark.skipif(not CORPUS.exists(), reason="the corpora are not here")
def test_where_browsers_accept_we_agree_or_refuse_and_where_they_refuse_we_do() -> None:
    agreed = 0
    for case in cases():
        found = _answer(case)
        if found is None:
            continue
        assert not case.get("failure"), case
        assert case["protocol"] in ("http:", "https:"), case
        assert found.url == case["href"].partition("#")[0], case
        agreed += 1
    assert agreed > 60


def _answer(case: dict[str, str]) -> Link | None:
    base = case.get("base")
    if not base or base == "about:blank":
        found = parse(case["input"])
    else:
        start = parse(base)
        found = join(start, case["input"]) if isinstance(start, Link) else start
    return found if isinstance(found, Link) else None
