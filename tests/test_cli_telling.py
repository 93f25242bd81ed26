import json

from hypothesis import given, settings
from hypothesis import strategies as st

from pixhaul.commands.request import Request
from pixhaul.commands.telling import hidden, json_line, result_line, sentence
from pixhaul.models import Result
from pixhaul.options import Options


@settings(max_examples=200)
@given(st.text(), st.text())
def test_a_json_line_is_one_line_of_printable_ascii(url: str, detail: str) -> None:
    line = json_line(Result(url, "failed", "bad-url", detail)._asdict())
    assert line.endswith("\n")
    assert line[:-1].isascii()
    assert line[:-1].isprintable()
    assert json.loads(line)["url"] == url
    assert json.loads(line)["detail"] == detail


WORDS = st.text() | st.sampled_from(["\x7f", "\ud800", '"', "\\", "https://example.org/é\U0001f600.jpg"])
NUMBERS = st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.booleans()


@settings(max_examples=300, deadline=None)
@given(WORDS, st.lists(st.none() | WORDS | NUMBERS, min_size=14, max_size=14))
def test_a_result_is_written_as_json_writes_it(url: str, values: list[object]) -> None:
    result = Result(url, *values)  # type: ignore[arg-type]
    assert result_line(result) == json_line(result._replace(url=hidden(url))._asdict())


@settings(max_examples=200)
@given(st.text(), st.text(), st.sampled_from(["done", "skipped", "failed"]))
def test_a_sentence_is_one_line_that_a_terminal_may_be_given(url: str, word: str, status: str) -> None:
    line = sentence(Result(url, status, "dns", word, word, size=5, format="png", width=1, height=2))
    assert not [one for one in line if ord(one) < 32 or 127 <= ord(one) < 160 or one in "\u202e\u2066\u200f"]


def test_a_password_in_a_link_is_not_shown() -> None:
    for url in ("http://ann:canary@x/", "HTTP://canary@x", "//canary:canary@x/@y", "http:\\\\canary@x", "canary@x/y"):
        assert "canary" not in hidden(url)
        assert "canary" not in sentence(Result(url, "failed", "bad-url"))


def test_an_at_sign_behind_the_host_is_left_alone() -> None:
    for url in ("https://x/@ann/a.jpg", "https://x?a@b", "https://x#@", "imgur:u/@ann"):
        assert hidden(url) == url


def test_a_request_does_not_show_its_secret() -> None:
    assert "canary" not in repr(Request((), Options(), "canary"))
