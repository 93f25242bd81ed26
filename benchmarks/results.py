"""Figures on the screen, and in benchmarks/results/: one small JSON file a benchmark."""

from __future__ import annotations

import datetime as dt
import json
import os
import platform
from pathlib import Path
from typing import Any

from corpus import SEED

RESULTS = Path(__file__).parent / "results"


def load(name: str) -> dict[str, Any]:
    """What was saved, or nothing."""
    path = RESULTS / f"{name}.json"
    return json.loads(path.read_text("utf-8")) if path.exists() else {}


def save(name: str, key: str, case: dict[str, Any], about: dict[str, Any]) -> dict[str, Any]:
    """Put this case in place of the saved one; programs that were not run this time keep their figures. Give the case.

    Args:
        name: The benchmark's, which is the file's.
        key: The case's.
        case: What was measured.
        about: `versions` of the programs, `kept_in` what file system.
    """
    before = load(name)
    cases = before.get("cases", {})
    rows = cases.get(key, {}).get("rows", {}) | case["rows"]
    cases[key] = case | {
        "load": round(os.getloadavg()[0], 1),
        "rows": {row: rows[row] for row in sorted(rows, key=order)},
    }
    document = {
        "benchmark": name,
        "date": dt.datetime.now(dt.UTC).date().isoformat(),
        "machine": machine(),
        "seed": SEED,
        **about,
        "versions": before.get("versions", {}) | about["versions"],
        "cases": cases,
    }
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}.json").write_text(json.dumps(document, indent=1) + "\n", "utf-8")
    return cases[key]


def order(name: str) -> tuple[bool, str]:
    """pixhaul's rows first."""
    return (not name.startswith("pixhaul"), name)


def machine() -> dict[str, Any]:
    """What the figures were measured on."""
    import pycurl

    return {
        "cores": os.cpu_count(),
        "processor": _processor(),
        "system": f"{platform.system()} {platform.release().partition('-')[0]}",
        "python": platform.python_version(),
        "engine": pycurl.version.partition(" zlib")[0],
    }


def _processor() -> str:
    path = Path("/proc/cpuinfo")
    lines = path.read_text().splitlines() if path.exists() else []
    return next((line.partition(": ")[2] for line in lines if line.startswith("model name")), platform.machine())


def show(case: dict[str, Any]) -> None:
    """Print the table of a case."""
    print(f"\n{case['title']}")
    whole = case["links"]
    for name, row in case["rows"].items():
        star = " " if row["links"] == whole else "*"
        words = (
            f"  {name:18}{row['seconds']:9.2f} s{star}{row['cpu_ms']:8.3f} ms CPU a picture {row['memory_mb']:7.0f} MB"
        )
        words += "".join(f"  {value:6.2f} of {other}" for other, value in row["to"].items() if other != name)
        words += f"  {row['to_floor']:6.3f} of the floor" if row["to_floor"] else ""
        print(words + faults(row))
    if any(row["links"] != whole for row in case["rows"].values()):
        print(f"  * measured on fewer links, and reckoned for {whole:,}")


def faults(row: dict[str, Any]) -> str:
    """What is not as it should be: wrong and missing pictures, exit codes."""
    said = "".join(f"  {row[kind]} {kind}" for kind in ("wrong", "missing") if row[kind])
    codes = [code for code in row["exits"] if code]
    return said + (f"  exit {', '.join(map(str, codes))}" if codes else "")
