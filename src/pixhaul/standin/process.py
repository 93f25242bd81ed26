"""The stand-in as a child process: started, waited for, never left behind."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from dataclasses import fields
from typing import IO, Any, Self, cast

from .settings import Settings


class Standin:
    """A running stand-in. Use it as a context manager, or call stop(); it also ends when this process does."""

    def __init__(self, child: subprocess.Popen[bytes], errors: IO[bytes], ready: dict[str, str]) -> None:
        self.api = ready["api"]
        """Origin of the API, such as http://127.0.0.1:40001: for IMGUR_API."""
        self.images = ready["images"]
        """Origin of the pictures: another port, so another origin."""
        self.client_id = ready["client_id"]
        """The one that is accepted: for IMGUR_CLIENT_ID."""
        self._child, self._errors = child, errors

    @property
    def pid(self) -> int:
        """The child's process id."""
        return self._child.pid

    def stop(self) -> None:
        """End the child and wait for it; a second call does nothing."""
        _end(self._child)
        self._errors.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def start(**settings: Any) -> Standin:
    """A stand-in in a process of its own, ready to be asked; the arguments are the fields of Settings.

    Raises:
        ValueError: A setting that cannot be, or a port in use; one clear line.
    """
    checked = Settings(**settings)
    errors = tempfile.TemporaryFile()  # noqa: SIM115  # lives as long as the child
    child = subprocess.Popen(
        [sys.executable, "-m", "pixhaul.standin", "--leave-with-stdin", *arguments(checked)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=errors,
        start_new_session=True,  # Ctrl-C is for the parent, which then stops the child
    )
    line = cast(IO[bytes], child.stdout).readline()
    if not line:
        _end(child)
        raise ValueError(_last_words(errors))
    return Standin(child, errors, json.loads(line))


def arguments(settings: Settings) -> list[str]:
    """The settings as options of the command; only those that differ from the default."""
    found = []
    for field in fields(settings):
        value, option = getattr(settings, field.name), "--" + field.name.replace("_", "-")
        if value == field.default:
            continue
        found += [option] if value is True else [f"{option}={value}"]
    return found


def _last_words(errors: IO[bytes]) -> str:
    errors.seek(0)
    lines = errors.read().decode("utf-8", "replace").strip().splitlines()
    errors.close()
    return lines[-1].removeprefix("error: ") if lines else "the stand-in ended before it was ready, without a word"


def _end(child: subprocess.Popen[bytes]) -> None:
    for pipe in (child.stdin, child.stdout):
        if pipe is not None:
            pipe.close()
    if child.poll() is None:
        child.terminate()
    try:
        child.wait(timeout=5)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
