"""Odd and broken pictures that nobody of this project made, through a whole run, beside what a decoder says of them.

    .venv/bin/python benchmarks/corpora.py FOLDER

FOLDER holds pictures in any depth and ORACLE-pillow.tsv with the columns path, verdict, format_or_error, and more.
Each file is served as it is, labelled as a JPEG whatever it holds; `pixhaul get` downloads them all. Exit status 1 when
a file is kept that is not byte for byte what was served, or a link has no verdict.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

OURS = {"JPEG": "jpeg", "MPO": "jpeg", "PNG": "png", "GIF": "gif", "WEBP": "webp", "AVIF": "avif"}
"""Pillow's names of the kinds that pixhaul keeps."""


class Quiet(SimpleHTTPRequestHandler):
    """Serves a folder, every file under the same label."""

    protocol_version = "HTTP/1.1"

    def guess_type(self, path: object) -> str:
        return "image/jpeg"

    def log_message(self, *values: object) -> None:
        """Nothing."""


def oracle(folder: Path) -> dict[str, tuple[str, str]]:
    """Path -> Pillow's verdict (ok, warn, error) and its format or error."""
    lines = (folder / "ORACLE-pillow.tsv").read_text("utf-8").splitlines()[1:]
    return {path: (verdict, kind) for path, verdict, kind, *_ in (line.split("\t") for line in lines)}


def run(folder: Path, paths: list[str]) -> tuple[list[dict[str, Any]], int]:
    """The JSON lines of a run over all paths, and how many kept files differ from what was served."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base = f"http://127.0.0.1:{server.server_address[1]}/"
    with tempfile.TemporaryDirectory() as target:
        links = "".join(f"{base}{quote(path)}\n" for path in paths)
        command = [sys.executable, "-m", "pixhaul", "get", "-i", "-", "--json", "--allow-private", "-d", target]
        done = subprocess.run([*command, "--retries", "0"], input=links, stdout=subprocess.PIPE, text=True, check=False)
        results = [json.loads(line) for line in done.stdout.splitlines()]
        links_only = [one for one in results if "summary" not in one]
        different = sum(
            (Path(target) / one["path"]).read_bytes() != (folder / path_of(one)).read_bytes()
            for one in links_only
            if one["status"] == "done"
        )
    server.shutdown()
    return links_only, different


def path_of(result: dict[str, Any]) -> str:
    """Which file a result is about."""
    return unquote(urlsplit(result["url"]).path[1:])


def table(results: list[dict[str, Any]], said: dict[str, tuple[str, str]]) -> Counter[tuple[str, str]]:
    """How often each pair of verdicts came: pixhaul's and Pillow's."""
    pairs: Counter[tuple[str, str]] = Counter()
    for one in results:
        verdict, kind = said[path_of(one)]
        loaded = f"Pillow {verdict} {OURS.get(kind, 'another kind') if verdict != 'error' else ''}".strip()
        pairs[(f"kept {one['format']}" if one["status"] == "done" else one["reason"], loaded)] += 1
    return pairs


def main(folder: Path) -> int:
    """Run it and print the table; 1 when something was kept wrong or got no verdict."""
    said = oracle(folder)
    results, different = run(folder, list(said))
    for (ours, theirs), count in sorted(table(results, said).items()):
        print(f"{ours:20} {theirs:28} {count:6}")
    print(f"{len(said)} files, {len(results)} verdicts, {different} kept otherwise than served")
    return int(different > 0 or len(results) != len(said))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
