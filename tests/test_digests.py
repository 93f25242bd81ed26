"""The compact set behaves as a set does, and stays small."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixhaul.digests import Digests

MOST = 2**63 - 1


def digest(number: int) -> int:
    return int.from_bytes(hashlib.sha256(str(number).encode()).digest()[:8], "big") >> 1


@given(st.lists(st.one_of(st.integers(0, 40), st.integers(0, MOST), st.integers(MOST - 40, MOST)), max_size=200))
def test_it_answers_as_a_set_does(values: list[int]) -> None:
    compact, plain = Digests(), set[int]()
    for value in values:
        assert (value in compact) == (value in plain)
        assert compact.add(value) == (value not in plain)
        plain.add(value)
    assert len(compact) == len(plain)
    assert all(value in compact for value in plain)


def test_zero_is_a_value_like_any_other() -> None:
    seen = Digests()
    assert 0 not in seen
    assert seen.add(0)
    assert not seen.add(0)
    assert 1 not in seen
    assert len(seen) == 1


def test_the_greatest_value_fits() -> None:
    seen = Digests()
    assert seen.add(MOST)
    assert MOST in seen
    assert MOST - 1 not in seen


def test_values_with_the_same_low_bits_are_told_apart() -> None:
    seen = Digests()
    values = [number << 32 for number in range(300)]
    assert all(seen.add(value) for value in values)
    assert all(value in seen for value in values)
    assert (300 << 32) not in seen


def test_more_than_63_bits_are_refused() -> None:
    with pytest.raises(IndexError):
        Digests().add(2**63)


def test_a_hundred_thousand_take_less_than_28_bytes_each() -> None:
    seen = Digests()
    for number in range(100_000):
        seen.add(digest(number))
    assert len(seen) == 100_000
    tables = seen._tables
    assert sum(table.itemsize * len(table) for table in tables) < 28 * 100_000
    assert not any(digest(number) in seen for number in range(100_000, 101_000))


@given(st.lists(st.lists(st.integers(0, 40) | st.integers(MOST - 40, MOST), max_size=30), max_size=8))
def test_many_put_in_at_once_are_as_one_after_another(bundles: list[list[int]]) -> None:
    together, one_by_one = Digests(), Digests()
    for values in bundles:
        assert together.fresh(values) == [place for place, value in enumerate(values) if one_by_one.add(value)]
    assert len(together) == len(one_by_one)
    assert [table.tolist() for table in together._tables] == [table.tolist() for table in one_by_one._tables]
