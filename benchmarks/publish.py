"""Copies the figures of benchmarks/results/ into README.md and docs/: charts, and tables between marks.

.venv/bin/python benchmarks/publish.py           writes them
.venv/bin/python benchmarks/publish.py --check   exits 1 when a page shows other figures than the results
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from figures import CHARTS
from results import load
from tables import BLOCKS

ROOT = Path(__file__).parent.parent
CHARTS_IN = ROOT / "docs" / "figures"
PAGES = (ROOT / "README.md", ROOT / "docs" / "benchmarks.md")
MARK = re.compile(r"(<!-- figures: ([a-z-]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def wanted() -> dict[Path, str]:
    """Every file that shows figures, as it should be."""
    files = {CHARTS_IN / f"{name}.svg": draw() for name, (needed, draw) in CHARTS.items() if all(map(load, needed))}
    for page in PAGES:
        files[page] = MARK.sub(lambda found: found[1] + BLOCKS[found[2]]() + found[3], page.read_text("utf-8"))
    return files


def main() -> int:
    """Write, or compare."""
    stale = {path for path, text in wanted().items() if not path.exists() or path.read_text("utf-8") != text}
    if "--check" in sys.argv:
        for path in sorted(stale):
            print(f"{path.relative_to(ROOT)} shows other figures than benchmarks/results/: run benchmarks/publish.py")
        return min(1, len(stale))
    CHARTS_IN.mkdir(exist_ok=True)
    for path in sorted(stale):
        path.write_text(wanted()[path], "utf-8")
        print(f"wrote {path.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
