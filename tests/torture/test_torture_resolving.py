"""Ten thousand host names against a resolver that is slow and loses questions: no name that there is may be lost.

The system's own look-up is used, against a DNS server of ours, in a process with name spaces of its own: its
resolv.conf names that server, and nothing outside can be reached.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from rig import QUICK

NAMES = 300 if QUICK else 10_000
HERE = Path(__file__).parent
ALONE = ("unshare", "--net", "--mount", "--map-root-user")


def _is_possible() -> bool:
    if sys.platform != "linux" or not shutil.which("unshare"):
        return False
    return subprocess.run([*ALONE, "true"], capture_output=True, check=False).returncode == 0


@pytest.mark.torture
@pytest.mark.skipif(not _is_possible(), reason="needs name spaces: Linux, and the right to make them")
def test_ten_thousand_names_of_a_slow_and_lossy_resolver_lose_none_that_there_is(tmp_path: Path) -> None:
    begun = time.monotonic()
    command = [*ALONE, sys.executable, str(HERE / "nameserver.py"), str(NAMES), str(tmp_path)]
    environment = os.environ | {"IMGUR_API": "http://127.0.0.1:9", "PYTHONPATH": os.pathsep.join(sys.path)}
    ended = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=3_000, check=False)
    assert ended.returncode == 0, ended.stderr[-2_000:]
    found = json.loads(ended.stdout)
    print(f"{NAMES} names in {time.monotonic() - begun:.0f} s: {found}")
    assert found["done"] == NAMES
    assert found["reasons"] == {"dns": NAMES // 50}
    assert found["at_once"] <= 64
    each = (found["questions"] - found["asked_of_missing"]) / NAMES  # what one look-up takes where so many are lost
    assert found["asked_of_missing"] <= 2.2 * each * NAMES // 50  # of five tries, some more than ten seconds later
