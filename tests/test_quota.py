"""What answers say of quotas."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pixhaul.headers import read_headers
from pixhaul.quota import Quota, quota


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"ratelimit": '"default";r=50;t=30'}, (50, 30)),
        ({"ratelimit": '"a";r=50;t=30, "b";t=5;r=0;pk=:x:'}, (0, 5)),
        ({"ratelimit": "limit=100, remaining=50, reset=5"}, (50, 5)),
        ({"ratelimit": "limit=100;w=60, remaining=0, reset=7"}, (0, 7)),
        ({"ratelimit-limit": "100, 100;w=10", "ratelimit-remaining": "9", "ratelimit-reset": "4"}, (9, 4)),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "12.75"}, (0, 12)),
        (
            {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "784111787", "date": "Sun, 06 Nov 1994 08:49:37 GMT"},
            (0, 10),
        ),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "784111787"}, None),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "400000"}, None),
        ({"ratelimit-remaining": "5"}, None),
        ({"ratelimit": '"default";r=50'}, None),
        ({"ratelimit": '"default";r=-1;t=5'}, None),
        ({"ratelimit": "nonsense"}, None),
        ({"ratelimit-remaining": "many", "ratelimit-reset": "soon"}, None),
        ({"etag": '"r=0;t=5"'}, None),
    ],
)
def test_each_generation_of_the_fields_is_read(fields: dict[str, str], expected: Quota | None) -> None:
    assert quota(tuple(fields.items())) == expected


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["ratelimit", "ratelimit-remaining", "x-ratelimit-reset", "ratelimit-reset", "date"]),
            st.text(),
        )
    )
)
def test_no_field_is_trouble(fields: list[tuple[str, str]]) -> None:
    found = quota(tuple(fields))
    assert found is None or (found[0] >= 0 and 0 <= found[1] <= 86_400)


def test_the_fields_are_among_the_headers_that_are_kept() -> None:
    lines = [
        b"HTTP/1.1 200 OK\r\n",
        b'RateLimit: "p";r=1;t=2\r\n',
        b"X-RateLimit-Remaining: 3\r\n",
        b"RateLimit-Policy: x\r\n",
        b"X-RateLimit-Reset: 4\r\n",
        b"\r\n",
    ]
    assert dict(read_headers(lines)[0]) == {
        "ratelimit": '"p";r=1;t=2',
        "x-ratelimit-remaining": "3",
        "x-ratelimit-reset": "4",
    }
