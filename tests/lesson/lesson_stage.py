"""A stage for the lesson: its programs in a folder of their own, and a small Imgur whose answers the test gives."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from time import monotonic, sleep
from types import ModuleType
from typing import Any
from urllib.request import urlopen

from pixhaul.standin import Standin

LESSON = Path(__file__).parents[2] / "lesson"
RANDOM, HOT = "/3/gallery/random/random/", "/3/gallery/hot/viral/"


def load(name: str) -> ModuleType:
    """A file of the lesson as a module."""
    spec = importlib.util.spec_from_file_location(f"lesson_{name}", LESSON / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def run(
    program: str, folder: Path, standin: Standin | None = None, *arguments: str, **more: str
) -> subprocess.CompletedProcess[str]:
    """Run a program of the lesson to its end, in a folder where it may leave its pictures."""
    folder.mkdir(exist_ok=True)
    return subprocess.run(
        [sys.executable, "-W", "error", str(LESSON / program), *arguments],
        check=False,
        cwd=folder,
        env=environment(folder, standin) | more,
        capture_output=True,
        text=True,
        timeout=60,
    )


def environment(folder: Path, standin: Standin | None) -> dict[str, str]:
    """What a program of the lesson knows of the world."""
    bare = {"PATH": os.environ["PATH"], "HOME": str(folder), "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(LESSON)}
    return bare if standin is None else bare | {"IMGUR_API": standin.api, "IMGUR_CLIENT_ID": standin.client_id}


def drawn(program: str, folder: Path, standin: Standin, *, interrupted: bool, **more: str) -> str:
    """What draw.py prints for a program; one that hangs is interrupted as by Ctrl-C when nothing happens any more."""
    command = [sys.executable, "-u", str(LESSON / "draw.py"), str(LESSON / program)]
    with (
        (folder / "drawing").open("w+") as output,
        subprocess.Popen(
            command,
            cwd=folder,
            env=environment(folder, standin) | more,
            stdout=output,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        ) as child,
    ):
        try:
            if interrupted:
                until_still(standin)
                os.killpg(child.pid, signal.SIGINT)
            child.wait(60)
        finally:  # what still runs then would be waited for without end
            if child.poll() is None:
                os.killpg(child.pid, signal.SIGKILL)
    return (folder / "drawing").read_text()


def until_still(standin: Standin) -> None:
    """Wait until pictures have been asked for, and then for a second none any more."""
    seen, since = 0, monotonic()
    while not seen or monotonic() - since < 1:
        sleep(0.05)
        now = asked(standin)["total"]
        seen, since = (seen, since) if now == seen else (now, monotonic())


def asked(standin: Standin) -> dict[str, Any]:
    """The stand-in's own record of the requests for pictures."""
    with urlopen(f"{standin.images}/_requests", timeout=10) as response:
        record: dict[str, Any] = json.load(response)
    return record


def took(done: subprocess.CompletedProcess[str]) -> float:
    """The seconds in the last line of a program, which must have gone well."""
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    found = re.fullmatch(r"Took ([0-9.]+)s", done.stdout.splitlines()[-1])
    assert found is not None, done.stdout
    return float(found[1])


def kept(folder: Path) -> dict[str, bytes]:
    """What lies in the folder `images`: name and bytes."""
    return {path.name: path.read_bytes() for path in (folder / "images").iterdir()}


@contextmanager
def answering(answers: dict[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """A server that knows these paths and no other: JSON with 200, bytes as they are, or a status alone.

    Yields its address and the list of paths asked for.
    """
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            answer = answers.get(self.path, 404)
            status, body = (answer, b"") if isinstance(answer, int) else (200, answer)
            body = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()


def envelope(posts: Any) -> dict[str, Any]:
    """An answer of API v3."""
    return {"data": posts, "success": True, "status": 200}
