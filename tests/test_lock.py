"""One pixhaul at a time in a directory."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from pixhaul.errors import UsageError
from pixhaul.lock import locked

HOLDER = """
import sys, time
from pathlib import Path
from pixhaul.lock import locked
with locked(Path(sys.argv[1]), print, lambda: False):
    print("held", flush=True)
    time.sleep(60)
"""


def holder(path: Path) -> subprocess.Popen[bytes]:
    """Another process that has the lock."""
    child = subprocess.Popen([sys.executable, "-c", HOLDER, str(path)], stdout=subprocess.PIPE)
    assert child.stdout is not None
    assert child.stdout.readline() == b"held\n"
    return child


def test_the_lock_of_a_killed_process_is_free(tmp_path: Path) -> None:
    with holder(tmp_path / "lock") as child:
        told: list[str] = []
        child.send_signal(signal.SIGKILL)
        with locked(tmp_path / "lock", told.append, lambda: False) as held:
            assert held
        assert told in ([], [str(child.pid)])


def test_who_waits_is_told_for_whom_and_may_give_up(tmp_path: Path) -> None:
    with holder(tmp_path / "lock") as child:
        told: list[str] = []
        with locked(tmp_path / "lock", told.append, lambda: bool(told)) as held:
            assert not held
        assert told == [str(child.pid)]
        child.kill()


def test_two_in_one_process_exclude_each_other(tmp_path: Path) -> None:
    freed = threading.Event()
    with locked(tmp_path / "lock", str, lambda: False):
        other = threading.Thread(target=lambda: _take(tmp_path / "lock", freed))
        other.start()
        assert not freed.wait(0.5)
    assert freed.wait(10)
    other.join()


def _take(path: Path, freed: threading.Event) -> None:
    with locked(path, str, lambda: False):
        freed.set()


def test_a_file_system_without_locks_is_one_clear_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import fcntl

    def none(*_: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", none)
    with pytest.raises(UsageError, match="gives no locks"), locked(tmp_path / "lock", str, lambda: False):
        raise AssertionError("locked")


def test_a_lock_file_that_leads_elsewhere_is_refused(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_bytes(b"mine")
    (tmp_path / "lock").symlink_to(victim)
    with pytest.raises(UsageError, match="is a symbolic link"), locked(tmp_path / "lock", str, lambda: False):
        raise AssertionError("locked")
    assert victim.read_bytes() == b"mine"
