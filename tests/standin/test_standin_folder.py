"""A person's own files in place of made pictures."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from pixhaul import standin
from pixhaul.standin.folder import base62, identity

Ask = Callable[..., Any]


def png() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (3, 2), "red").save(out, "PNG")
    return out.getvalue()


def test_every_regular_file_is_a_post_with_its_bytes_as_they_are(tmp_path: Path, fetch: Ask) -> None:
    files = {
        "a.png": png(),
        "deep/er/b.jpg": png(),
        "c.txt": b"no picture",
        "empty.gif": b"",
        "no-extension": b"\x00\xff",
    }
    for name, body in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(body)
    (tmp_path / "link.png").symlink_to(tmp_path / "a.png")
    with standin.start(pictures=tmp_path) as running:
        posts = fetch(running.api + "/3/gallery/hot", authorization=f"Client-ID {running.client_id}").json["data"]
        got = {post["title"]: fetch(post["link"]).body for post in posts}
        thumbnail = fetch(running.images + f"/{posts[0]['id']}m.jpg")
    kinds = {post["title"]: (post["type"], post["link"].rpartition(".")[2], post["width"]) for post in posts}
    assert got == files
    assert kinds["deep/er/b.jpg"] == ("image/png", "png", 3)  # the bytes decide, not the name
    assert kinds["c.txt"] == ("text/plain", "txt", 0)
    assert kinds["no-extension"] == ("application/octet-stream", "bin", 0)
    assert thumbnail.status == 200


def test_a_file_changed_meanwhile_has_another_etag(tmp_path: Path, fetch: Ask) -> None:
    (tmp_path / "a.jpg").write_bytes(b"one")
    with standin.start(pictures=tmp_path) as running:
        key = f"Client-ID {running.client_id}"
        link = fetch(running.api + "/3/gallery/hot", authorization=key).json["data"][0]["link"]
        before = fetch(link).headers["etag"]
        (tmp_path / "a.jpg").write_bytes(b"two")
        after = fetch(link)
    assert after.body == b"two"
    assert after.headers["etag"] != before


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="holds no files"):
        standin.start(pictures=tmp_path)


def test_ids_are_seven_letters_and_digits_and_never_taken_twice() -> None:
    first = identity("a.jpg", {})
    assert len(first) == 7
    assert first.isalnum()
    assert identity("a.jpg", {first: 0}) != first
    assert base62(62 * 62 + 1, 3) == "101"


def test_a_file_taken_away_meanwhile_is_a_removed_picture(tmp_path: Path, fetch: Ask) -> None:
    (tmp_path / "a.jpg").write_bytes(b"one")
    with standin.start(pictures=tmp_path) as running:
        (tmp_path / "a.jpg").unlink()
        listed = fetch(running.api + "/3/gallery/hot", authorization=f"Client-ID {running.client_id}")
        answer = fetch(listed.json["data"][0]["link"])
    assert (answer.status, answer.headers["location"]) == (302, "/removed.png")
