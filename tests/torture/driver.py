"""Runs pixhaul many times over, each time in a fork of this process, with a fault at the N-th file-system call.

Started with shim.c loaded. Reads one JSON object a line: arguments, directory, number, how, kinds, output. Answers each
with the exit code (negative: the signal that ended it) and how many calls there were.
"""

from __future__ import annotations

import ctypes
import json
import mmap
import os
import sys

from pixhaul import cli, session  # noqa: F401 - loaded once, for all forks
from pixhaul.commands import check, get, retry, run, speech  # noqa: F401
from pixhaul.sinks import folder  # noqa: F401
from pixhaul.sources import lists  # noqa: F401
from pixhaul.strategies import multi  # noqa: F401

SHIM = ctypes.CDLL(None)
COUNT = mmap.mmap(-1, 8)


def one(case: dict[str, object]) -> tuple[int, int]:
    """Run one case; its exit code and its number of calls."""
    COUNT[:] = bytes(8)
    child = os.fork()
    if child == 0:
        _be(case)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status), int.from_bytes(COUNT[:], "little")


def _be(case: dict[str, object]) -> None:
    """The child: never returns."""
    code = 70
    try:
        output = os.open(str(case["output"]), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(output, 1)
        os.dup2(output, 2)
        SHIM.torture_arm(os.fsencode(str(case["directory"])), case["number"], case["how"], case["kinds"])
        if case["log"]:
            SHIM.torture_log(os.fsencode(str(case["log"])))
        try:
            code = cli.run(case["arguments"])  # type: ignore[arg-type]
        finally:
            COUNT[:] = SHIM.torture_count().to_bytes(8, "little")
            sys.stdout.flush()
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        os._exit(code)


if __name__ == "__main__":
    SHIM.torture_arm.argtypes = [ctypes.c_char_p, ctypes.c_long, ctypes.c_int, ctypes.c_int]
    SHIM.torture_count.restype = ctypes.c_long
    for text in sys.stdin:
        print(json.dumps(one(json.loads(text))), flush=True)
