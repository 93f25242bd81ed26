"""What all tests share: servers on loopback, and a guard against anything else."""

from __future__ import annotations

import signal
import socket
import threading
from collections.abc import Iterator
from ipaddress import ip_address
from itertools import count
from pathlib import Path

import pytest

from hostile import Hostile, hostile

_NUMBER = count()
SHARED = Path(__file__).parent.parent.parent / "shared"

if threading.current_thread() is threading.main_thread():
    # A shell that runs us in the background has us ignore SIGINT, and whatever a test starts would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def _loopback_only(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Fail a test that would leave this machine by Python's sockets, and keep the person's settings out of it."""
    cache = tmp_path_factory.getbasetemp() / "cache" / str(next(_NUMBER))
    monkeypatch.setenv("PIXHAUL_CACHE_DIR", str(cache))
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        host = address[0] if isinstance(address, tuple) else ""
        if host and not _is_loopback(str(host)):
            raise AssertionError(f"a test tried to reach {host}")
        return connect(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", guarded)
    for name in ("IMGUR_CLIENT_ID", "IMGUR_API", "http_proxy", "https_proxy", "all_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return host == "localhost"


@pytest.fixture
def server() -> Iterator[Hostile]:
    """A server that answers what the test tells it to."""
    with hostile() as running:
        yield running


@pytest.fixture
def shared() -> Path:
    """The folder of recorded answers and corpora beside the project; the test is skipped where there is none."""
    if not SHARED.is_dir():
        pytest.skip("the folder of shared test data is not here")
    return SHARED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The figures that tests have measured, a line each."""
    for reports in terminalreporter.stats.values():
        for report in reports:
            for name, value in getattr(report, "user_properties", ()):
                if name == "figure" and report.when == "call":
                    terminalreporter.write_line(str(value))
