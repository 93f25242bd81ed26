import click
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pixhaul.commands.options import STRATEGIES
from pixhaul.commands.values import KINDS, Amount, Count, Header, Kinds, Proxy, Secret, Size


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1", 1),
        ("500k", 500_000),
        ("20M", 20_000_000),
        ("1GiB", 2**30),
        ("1.5MB", 1_500_000),
        ("2 KiB", 2048),
        ("7B", 7),
    ],
)
def test_a_size_may_have_a_suffix(text: str, number: int) -> None:
    assert Size().convert(text, None, None) == number


@pytest.mark.parametrize("text", ["0", "-1", "", "k", "1e9", "nan", "inf", "1kk", "1i", "1.2.3", "9" * 400, "1PB", "٣"])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(click.BadParameter):
        Size().convert(text, None, None)


@pytest.mark.parametrize("text", ["0", "-3", "1.5", "nan", "ten", "", "10001", "9" * 5000, 1.0])
def test_a_count_is_a_whole_number_in_its_range(text: object) -> None:
    with pytest.raises(click.BadParameter, match="whole number from 1 to 10000"):
        Count(1, 10_000).convert(text, None, None)


@pytest.mark.parametrize("text", ["0", "-0.1", "nan", "inf", "-inf", "1e309", "", "x", "86401"])
def test_an_amount_is_above_nothing_and_finite(text: str) -> None:
    with pytest.raises(click.BadParameter):
        Amount(86_400).convert(text, None, None)


@settings(max_examples=50)
@given(st.sets(st.sampled_from(KINDS), min_size=1))
def test_kinds_come_back_as_they_were_named(kinds: set[str]) -> None:
    assert Kinds().convert(" , ".join(kinds).upper(), None, None) == kinds
    assert Kinds().convert(frozenset(kinds), None, None) == kinds


def test_jpg_is_jpeg_and_nonsense_lists_what_there_is() -> None:
    assert Kinds().convert("jpg,.png", None, None) == {"jpeg", "png"}
    with pytest.raises(
        click.BadParameter, match="'docx' is no kind of picture: choose among jpeg, png, gif, webp, avif, heic"
    ):
        Kinds().convert("jpeg,docx", None, None)
    with pytest.raises(click.BadParameter):
        Kinds().convert(",", None, None)


@pytest.mark.parametrize("text", ["canary\nX: y", "canary id", "canary\x7f", "canaryé", "canary" * 100])
def test_a_bad_client_id_is_refused_and_never_shown(text: str) -> None:
    with pytest.raises(click.BadParameter) as caught:
        Secret().convert(text, None, None)
    assert "canary" not in str(caught.value)


def test_a_header_cannot_bring_a_second_one() -> None:
    assert Header().convert("mine/1.0 (+https://x)", None, None) == "mine/1.0 (+https://x)"
    with pytest.raises(click.BadParameter):
        Header().convert("mine\r\nHost: other", None, None)


@pytest.mark.parametrize(
    "text", ["", "ftp://x", "http://", "http://ann:canary@", "http://[x", "http://x:99999", "a b\n"]
)
def test_a_proxy_is_an_address_and_its_password_is_never_shown(text: str) -> None:
    with pytest.raises(click.BadParameter) as caught:
        Proxy().convert(text, None, None)
    assert "canary" not in str(caught.value)


def test_a_proxy_may_be_named_in_the_usual_ways() -> None:
    for text in ("http://proxy.example:3128", "socks5h://127.0.0.1:9050", "proxy.example:3128", "http://a:b@[::1]:1"):
        assert Proxy().convert(text, None, None) == text


def test_the_strategies_and_kinds_are_those_of_the_core() -> None:
    from pixhaul import strategies

    assert set(STRATEGIES) == set(strategies.names())
