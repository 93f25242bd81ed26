"""The fault table comes true: whole bytes kept or a right reason, at no more requests than it says."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from fault import KEPT, Case
from fault_run import run, wrong
from fault_table import FAMILIES

from pixhaul.models import Reason

SLOW = {"stalls", "chunks", "heads"}
"""Families in which time has to pass: one try is enough for a quick look."""
SCALED = {"retries": 0, "timeout": 1.5, "low_speed_seconds": 1, "max_bytes": 20_000_000}


def few(cases: list[Case]) -> list[Case]:
    """At most a hundred of a family, evenly."""
    return cases[:: 1 + len(cases) // 100]


def test_the_table_is_large_and_each_row_says_something_of_its_own() -> None:
    cases = [case for family in FAMILIES.values() for case in family]
    assert len(cases) > 300
    assert [name for name, count in Counter(case.name for case in cases).items() if count > 1] == []
    outcomes = {outcome for case in cases for outcome in case.expected}
    assert outcomes <= {KEPT, *(reason.value for reason in Reason)}
    assert all(case.truth for case in cases if KEPT in case.expected)


@pytest.mark.parametrize("family", FAMILIES)
def test_each_fault_ends_right(family: str, tmp_path: Path) -> None:
    told = list(run(few(FAMILIES[family]), tmp_path, **(SCALED if family in SLOW else {})))
    assert wrong(told) == []
    assert len(told) == len(few(FAMILIES[family]))
    assert not list(tmp_path.rglob("*.part"))


@pytest.mark.torture
@pytest.mark.parametrize("family", FAMILIES)
def test_each_fault_ends_right_with_all_tries(family: str, tmp_path: Path) -> None:
    told = list(run(FAMILIES[family], tmp_path, retries=4))
    assert wrong(told) == []
    assert len(told) == len(FAMILIES[family])
