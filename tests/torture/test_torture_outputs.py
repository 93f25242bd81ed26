"""F13 and F18: nothing that a terminal obeys reaches an output, and no secret reaches one, or the disk."""

from __future__ import annotations

import base64
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from rig import QUICK
from strings import hostile_texts

from hostile import Hostile, answer
from pictures import png
from pixhaul.standin import start
from program import pixhaul

STRINGS = 6_000
OBEYED = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e0fff]"
)
"""What a terminal obeys or hides, but the newline that ends a line."""


def obeyed(*outputs: str) -> list[str]:
    """Pieces of outputs around what should not be in them."""
    return [text[max(0, found.start() - 40) : found.end() + 20] for text in outputs for found in OBEYED.finditer(text)]


def lists_of(server: Hostile, folder: Path, texts: list[str]) -> None:
    """Each text as a link, as a title with a picture, and as what a server says."""
    picture, said = answer(png()), {}
    server.routes["/fine.png"] = lambda _: picture
    for number, text in enumerate(texts[:: max(1, len(texts) // 300)]):
        words = re.sub("[\r\n]", "", text).encode("utf-8", "surrogatepass")
        said[f"/said/{number}"] = b"HTTP/1.1 302 " + words[:200] + b"\r\nLocation: ftp://h/" + words + b"\r\n\r\n"
        said[f"/kind/{number}"] = b"HTTP/1.1 200 OK\r\nContent-Type: " + words + b"\r\n\r\nno picture"
    for path, head in said.items():
        server.routes[path] = lambda _, head=head: head  # type: ignore[misc]
    for name, rows in {
        "links": [{"url": text} for text in texts],
        "titles": [{"url": server.url(f"/fine.png?{number}"), "title": text} for number, text in enumerate(texts)],
        "said": [{"url": server.url(path)} for path in said],
    }.items():
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))


def spoken(server: Hostile, folder: Path, texts: list[str], most: int) -> Iterator[tuple[str, str]]:
    """Everything that the commands say, or the first so many, by what was asked."""
    lists_of(server, folder, texts)
    get = ("get", "--allow-private", "--retries", "0", "--per-host", "32")
    calls = {
        "links": (*get, "-v", "-i", "links.jsonl"),
        "links as JSON": (*get, "--json", "-d", "json", "-i", "links.jsonl"),
        "headers": (*get, "-v", "-i", "said.jsonl"),
        "links, dry": ("get", "--dry-run", "-i", "titles.jsonl"),
        "links, printed": ("get", "-g", "-i", "links.jsonl"),
        "titles": (*get, "-v", "-f", "{title}", "-i", "titles.jsonl"),
        "headers as JSON": (*get, "--json", "-d", "json", "-i", "said.jsonl"),
        "check": ("check",),
        "retry": ("retry", "--allow-private", "--all", "-v", "--retries", "0"),
    }
    for name, words in [*calls.items()][:most]:
        if name == "check":
            for path in list((folder / "images").glob("*.png"))[::2]:
                path.unlink()
        done = pixhaul(*words, folder=folder, seconds=300)
        assert done.returncode in (0, 1, 3), done.stderr[-500:]
        said = re.sub("^([^\t\n]*)\t", r"\1 ", done.stdout, flags=re.MULTILINE)  # our own between a link and its words
        yield name, said + done.stderr


def violations(server: Hostile, folder: Path, texts: list[str], most: int = 99) -> list[str]:
    found = []
    for name, text in spoken(server, folder, texts, most):
        found += [f"{name}: {piece!r}" for piece in obeyed(text)]
        if "JSON" in name:
            lines = [line for line in text.splitlines() if line.startswith("{")]
            assert lines
            assert all(line.isascii() and json.loads(line) for line in lines)
    return found


def test_no_output_holds_what_a_terminal_obeys(server: Hostile, tmp_path: Path) -> None:
    texts = hostile_texts(STRINGS)
    assert violations(server, tmp_path, texts[::60], most=3) == []


@pytest.mark.torture
def test_no_output_holds_any_of_thousands(server: Hostile, tmp_path: Path, record_property: object) -> None:
    texts = hostile_texts(STRINGS)[:: 6 if QUICK else 1]
    found = violations(server, tmp_path, texts)
    record_property("figure", f"F13: {len(texts)} texts in 9 outputs, {len(found)} violations")  # type: ignore[operator]
    assert found == []


CRASH = """
import pixhaul.session
def turns(self):
    raise RuntimeError("forced")
pixhaul.session.Session.turns = turns
"""


def canary(number: int) -> str:
    """A secret that nothing else looks like."""
    return f"cAnAry{number:02}x{number * 7919:05}Zq"


def codings(secret: str) -> set[bytes]:
    """How a secret may look in bytes: as it is, in base64 at each of three places, percent-encoded, in hex."""
    raw = secret.encode()
    found = {raw, "".join(f"%{byte:02X}" for byte in raw).encode(), raw.hex().encode(), raw.lower(), raw.upper()}
    for before in (b"", b"x", b"xx", b"me:"):
        coded = base64.b64encode(before + raw)
        found.add(coded[4:-4])
    return found


def uses(server: Hostile, folder: Path, api: str) -> list[tuple[tuple[str, ...], dict[str, str]]]:
    """Calls with twenty secrets in all the places where a person may give one."""
    picture, host = server.url("/fine.png"), f"127.0.0.1:{server.port}"
    server.routes["/fine.png"] = lambda _: answer(png())
    server.routes["/hop"] = lambda _: answer(b"", "302 Found", Location=f"http://me:{canary(9)}@{host}/fine.png")
    (folder / "list.txt").write_text(
        f"http://me:{canary(8)}@{host}/fine.png\nhttps:\\\\me:{canary(18)}@{host}\\a.png\n"
    )
    get = ("get", "--allow-private", "--retries", "0", "-v")
    dead = "127.0.0.1:9"
    return [
        ((*get, "--client-id", canary(0), "imgur:hot"), {"IMGUR_API": api}),
        ((*get, "imgur:a/abc"), {"IMGUR_API": api, "IMGUR_CLIENT_ID": canary(1)}),
        ((*get, "--json", "imgur:hot"), {"IMGUR_API": api, "PIXHAUL_CLIENT_ID": canary(2)}),
        (
            ("doctor",),
            {"IMGUR_API": api, "IMGUR_CLIENT_ID": canary(3), "https_proxy": f"http://me:{canary(19)}@{dead}"},
        ),
        ((*get, "--proxy", f"http://me:{canary(4)}@{dead}", picture), {}),
        ((*get, picture), {"http_proxy": f"http://me:{canary(5)}@{dead}"}),
        ((*get, picture), {"all_proxy": f"socks5h://me:{canary(6)}@{dead}", "http_proxy": ""}),
        ((*get, f"http://me:{canary(7)}@{host}/fine.png"), {}),
        ((*get, "-i", "list.txt"), {}),
        ((*get, server.url("/hop")), {}),
        ((*get, picture), {"IMGUR_API": f"http://me:{canary(10)}@{host}"}),
        ((*get, "--proxy", f"nonsense://me:{canary(11)}@{dead}", picture), {}),
        ((*get, "--client-id", f"{canary(12)}\n", "imgur:hot"), {"IMGUR_API": api}),
        ((*get, "--client-id", canary(13), picture), {"PYTHONPATH": str(folder / "crash")}),
        ((*get, "--proxy", f"http://me:{canary(14)}@{dead}", picture), {"PYTHONPATH": str(folder / "crash")}),
        ((*get, f"http://me:{canary(15)}@{host}/fine.png"), {"PYTHONPATH": str(folder / "crash")}),
        (("get", "-g", f"http://me:{canary(16)}@{host}/fine.png"), {}),
        (("get", "--dry-run", f"//me:{canary(17)}@{host}/fine.png"), {}),
        (("retry", "--all", "--allow-private", "--retries", "0", "-v"), {}),
        (("check",), {}),
    ]


def test_no_secret_reaches_an_output_or_the_disk(server: Hostile, tmp_path: Path, record_property: object) -> None:
    crash = tmp_path / "crash"
    crash.mkdir()
    (crash / "sitecustomize.py").write_text(CRASH)
    said = b""
    with start() as standin:
        for words, more in uses(server, tmp_path, standin.api):
            done = pixhaul(*words, folder=tmp_path, more=more)
            assert ("Traceback" in done.stderr) == ("PYTHONPATH" in more), done.stderr
            said += (done.stdout + done.stderr).encode()
    (tmp_path / "list.txt").unlink()
    shutil.rmtree(crash)
    said += b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    found = [number for number in range(20) if any(code in said for code in codings(canary(number)))]
    record_property("figure", f"F18: 20 secrets in 20 calls, {len(found)} found in an output, a traceback or a file")  # type: ignore[operator]
    assert found == []
