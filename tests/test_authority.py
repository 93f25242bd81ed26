"""Each host has one spelling: as in browsers, or none."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixhaul.authority import place_of
from pixhaul.links import Link, parse

CORPUS = Path(__file__).parents[2] / "shared" / "corpora" / "url-wpt"


@pytest.mark.parametrize(
    ("authority", "place"),
    [
        ("Example.org", ("example.org", 443, "https://example.org")),
        ("example.org:443", ("example.org", 443, "https://example.org")),
        ("example.org.:80", ("example.org", 80, "https://example.org:80")),
        ("[::1]", ("[::1]", 443, "https://[::1]")),
        ("127.1:1", ("127.0.0.1", 1, "https://127.0.0.1:1")),
    ],
)
def test_a_place_is_host_port_and_origin(authority: str, place: tuple[str, int, str]) -> None:
    assert place_of("https", authority) == place


@pytest.mark.parametrize("authority", ["", "a@b", "a:0", "a:65536", "a b", "[::1", "1.2.3.4.5", "a..b", "é" * 2_000])
def test_what_leads_nowhere_says_why(authority: str) -> None:
    nothing, why = place_of("https", authority)[:2]
    assert nothing is None
    assert isinstance(why, str)
    assert why.isprintable()


@given(st.integers(0, 2**32 - 1), st.sampled_from(["{}", "{:#x}", "0{:o}", "{:#X}"]))
def test_every_number_is_the_address_that_it_means(number: int, form: str) -> None:
    dotted = ".".join(str(number >> shift & 255) for shift in (24, 16, 8, 0))
    assert place_of("http", form.format(number))[0] == dotted
    assert place_of("http", dotted)[0] == dotted


@pytest.mark.skipif(not CORPUS.exists(), reason="the corpora are not here")
@pytest.mark.parametrize("name", ["toascii.json", "IdnaTestV2.json"])
def test_an_international_host_becomes_what_it_becomes_in_browsers_or_is_refused(name: str) -> None:
    agreed = 0
    for case in json.loads((CORPUS / name).read_text()):
        if not isinstance(case, dict) or set(case["input"]) & set("/?#"):
            continue
        found = parse(f"https://{case['input']}/x")
        if isinstance(found, Link):
            assert case["output"] is not None, case
            assert found.host == case["output"].removesuffix("."), case
            agreed += 1
    assert agreed > 10
