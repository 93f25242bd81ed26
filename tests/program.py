"""The real program as a subprocess, for the tests of the command line: nothing of the outer environment reaches it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

BARE = {"PATH": os.environ.get("PATH", ""), "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"}


def command(*arguments: str) -> list[str]:
    """The words that start pixhaul."""
    return [sys.executable, "-W", "error", "-m", "pixhaul", *arguments]


def environment(home: Path, more: dict[str, str] | None = None) -> dict[str, str]:
    """An environment with a home folder of its own."""
    return BARE | {"HOME": str(home), "XDG_CONFIG_HOME": str(home / ".config")} | (more or {})


def pixhaul(
    *arguments: str, folder: Path, more: dict[str, str] | None = None, given: bytes = b"", seconds: float = 60.0
) -> subprocess.CompletedProcess[str]:
    """Run it to its end in a folder; both outputs as text, whatever bytes they are."""
    done = subprocess.run(
        command(*arguments),
        check=False,
        cwd=folder,
        env=environment(folder, more),
        input=given,
        capture_output=True,
        timeout=seconds,
    )
    outputs = (text.decode("utf-8", "backslashreplace") for text in (done.stdout, done.stderr))
    return subprocess.CompletedProcess(done.args, done.returncode, *outputs)
