"""The fault table, run through pixhaul: what came of each case and how many requests it cost.

    python benchmarks/faults.py [FAMILY ...]

One line for each case, and at the end how many results were wrong without a word (the figure that matters), how many
had another reason than the table's, and the requests by case.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

TESTS = Path(__file__).parent.parent / "tests"
sys.path[:0] = [str(TESTS), str(TESTS / "check"), str(TESTS / "faults")]

from fault_run import Told, run  # noqa: E402 - after the path
from fault_table import FAMILIES  # noqa: E402


def main() -> int:
    """Run the families named, or all; 1 when anything is not as the table has it."""
    told: list[Told] = []
    for family in sys.argv[1:] or FAMILIES:
        with TemporaryDirectory() as directory:
            found = list(run(FAMILIES[family], Path(directory), retries=4))
        for one in found:
            trouble = f"  !! {one.fault}" if one.fault else ""
            print(f"{one.case.hazard:4} {one.outcome:18} {one.requests:3}  {one.case.name}{trouble}")
        told += found
    silent = sum("WRONG" in one.fault for one in told)
    other = sum(bool(one.fault) for one in told) - silent
    requests = Counter(one.requests for one in told)
    print(f"\n{len(told)} cases: {silent} silent wrong results, {other} with another reason or more requests")
    print("requests: " + ", ".join(f"{count} cases cost {number}" for number, count in sorted(requests.items())))
    return 1 if silent or other else 0


if __name__ == "__main__":
    sys.exit(main())
