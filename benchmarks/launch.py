"""Run one command and write down what it cost: started as a small process of its own by measure.py.

A child's peak memory, as the system counts it, includes what its parent held when it was started. So the parent is this
bare interpreter (about 9 MB), not the benchmark.

    python -I -S launch.py REPORT LIMIT COMMAND ...
"""

import json
import os
import signal
import sys
import threading
import time

EVERY = 0.25
"""Seconds between two looks at the memory of several processes."""


def table():
    """The parent of each process; empty where there is no /proc."""
    parents = {}
    for name in os.listdir("/proc") if os.path.isdir("/proc/self") else ():  # noqa: PTH112, PTH208 - pathlib costs memory
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat", "rb") as file:  # noqa: PTH123
                    parents[int(name)] = int(file.read().rpartition(b")")[2].split()[1])
            except (OSError, ValueError, IndexError):
                continue
    return parents


def family(root):
    """A process and all that descend from it."""
    parents, found, fresh = table(), {root}, {root}
    while fresh:
        fresh = {pid for pid, parent in parents.items() if parent in fresh} - found
        found |= fresh
    return found


def share(pid):
    """The memory of one process in KB, what is shared divided among those that share it."""
    try:
        with open(f"/proc/{pid}/smaps_rollup", "rb") as file:  # noqa: PTH123
            return next(int(line.split()[1]) for line in file if line.startswith(b"Pss:"))
    except (OSError, StopIteration, ValueError):
        return 0


def watch(root, ended, deadline, seen):
    """Note the most memory that several processes had together, and end them all at the deadline."""
    while not ended.wait(EVERY):
        members = family(root)
        if len(members) > 1:
            seen["memory"] = max(seen["memory"], sum(map(share, members)))
        if time.monotonic() > deadline:
            seen["cut"] = True
            for pid in members:
                _end(pid)
            return


def _end(pid):
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def start(command):
    """The command as a child, with nothing on its standard streams."""
    pid = os.fork()
    if pid:
        return pid
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(nothing, stream)
    try:
        os.execvp(command[0], command)  # noqa: S606 - no shell is wanted
    finally:
        os._exit(127)


def main():
    report, limit, *command = sys.argv[1:]
    seen = {"memory": 0, "cut": False}
    ended = threading.Event()
    begun = time.monotonic()
    pid = start(command)
    signal.signal(signal.SIGTERM, lambda *_: [_end(member) for member in family(pid)])  # who started us is leaving
    watcher = threading.Thread(target=watch, args=(pid, ended, begun + float(limit), seen))
    watcher.start()
    _, status, usage = os.wait4(pid, 0)
    wall = time.monotonic() - begun
    ended.set()
    watcher.join()
    peak = usage.ru_maxrss // (1024 if sys.platform == "darwin" else 1)
    figures = {"wall": wall, "cpu": usage.ru_utime + usage.ru_stime, "memory": max(peak, seen["memory"])}
    with open(report, "w") as file:  # noqa: PTH123
        json.dump(figures | {"code": os.waitstatus_to_exitcode(status), "cut": seen["cut"]}, file)


if __name__ == "__main__":
    main()
