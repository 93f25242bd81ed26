"""No credential, cookie or referrer of ours reaches another origin, whatever a redirect says (R3, R4, R8, F10)."""

from __future__ import annotations

import base64
import socket
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

import pixhaul
from hostile import Asked, Hostile, Origin, Steps, answer
from pictures import png
from pixhaul.api import ImgurApi
from pixhaul.options import Options

CANARY = "canary5e11a"
STATUSES = ("301 Moved Permanently", "302 Found", "303 See Other", "307 Temporary Redirect", "308 Permanent Redirect")
FORMS = (CANARY, base64.b64encode(CANARY.encode()).decode()[:12], CANARY.encode().hex())


def _has_ipv6() -> bool:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


HAS_IPV6 = _has_ipv6()


class Stage:
    """An origin of ours that knows the secret, and foreign ones that must never hear it."""

    def __init__(self, server: Hostile) -> None:
        self.server = server
        self.home = server.origin(self.serve)
        self.other = server.origin(self.foreign)
        self.third = server.origin(self.foreign)
        self.six = server.origin(self.foreign, address="::1") if HAS_IPV6 else self.other
        self.targets: dict[str, Callable[[str], str]] = {
            "another port": self.other.url,
            "another name": lambda path: self.home.url(path, "localhost"),
            "a subdomain": lambda path: self.home.url(path, "a.localhost"),
            "the name with a trailing dot": lambda path: self.home.url(path, "localhost."),
            "the name in capitals": lambda path: self.other.url(path, "LOCALHOST"),
            "the same address, in hexadecimal": lambda path: self.home.url(path, "0x7f000001"),
            "the IPv6 address": lambda path: self.six.url(path, "[::1]" if HAS_IPV6 else "127.0.0.1"),
            "without a scheme": lambda path: f"//127.0.0.1:{self.third.port}{path}",
            "another scheme": lambda path: f"https://127.0.0.1:{self.other.port}{path}",
            "with a user name": lambda path: f"http://{CANARY}:{CANARY}@127.0.0.1:{self.other.port}{path}",
            "there and back": lambda path: self.other.url(f"/back{path}"),
            "the same origin": lambda path: path,
        }

    def serve(self, asked: Asked) -> Steps:
        """A redirect with a cookie for everybody; or the picture."""
        _, status, target, *rest = [*asked.path.split("/"), "", ""]
        cookies = {"Set_Cookie": f"session={CANARY}; Path=/; Domain=localhost"}
        if rest[0] == "end" or not status.isdigit():
            return answer(png(hash(asked.path) % 1000), **cookies)
        name = list(self.targets)[int(target)]
        place = self.targets[name](f"/{status}/{target}/end")
        return answer(b"", STATUSES[int(status)], Location=place, **cookies)

    def foreign(self, asked: Asked) -> Steps:
        """A picture; or the way back."""
        if asked.path.startswith("/back"):
            return answer(b"", "302 Found", Location=self.home.url(asked.path.removeprefix("/back")))
        return answer(png(hash(asked.path) % 1000))

    def links(self) -> list[str]:
        """A link for each status and target."""
        count = len(self.targets)
        return [self.home.url(f"/{status}/{target}/") for status in range(len(STATUSES)) for target in range(count)]

    @property
    def origins(self) -> list[Origin]:
        """All of them."""
        return [self.home, self.other, self.third, self.six]


@pytest.fixture
def stage(server: Hostile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """The stage, with a netrc of the person's that names every host of it, and a client ID in the environment."""
    home = tmp_path / "home"
    home.mkdir()
    hosts = ("127.0.0.1", "localhost", "a.localhost", "::1")
    lines = [f"machine {host} login {CANARY} password {CANARY}" for host in hosts]
    for name in (".netrc", "_netrc"):
        (home / name).write_text("\n".join([*lines, f"default login {CANARY} password {CANARY}"]))
        (home / name).chmod(0o600)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("NETRC", str(home / ".netrc"))
    monkeypatch.setenv("IMGUR_CLIENT_ID", CANARY)
    return Stage(server)


def carried(origins: list[Origin]) -> list[bytes]:
    """The requests that carry the secret in any form, or a cookie, a referrer or a credential at all."""
    found = []
    for origin in origins:
        for head in origin.requests:
            text = head.decode("latin-1").lower()
            if any(form.lower() in text for form in FORMS) or any(f"\n{name}:" in text for name in FIELDS):
                found.append(head)
    return found


FIELDS = ("cookie", "authorization", "proxy-authorization", "referer", "origin")


def test_nothing_of_ours_goes_along_with_a_redirect(stage: Stage, tmp_path: Path) -> None:
    assert len(stage.links()) == 60
    results = list(
        pixhaul.stream(stage.links(), tmp_path / "d", allow_private=True, retries=0, timeout=1.0, durable=False)
    )
    assert len(results) == 60
    assert sum(result.status == "done" for result in results) >= 30  # a busy machine may miss a deadline
    assert sum(len(origin.requests) for origin in stage.origins) >= 100
    assert carried(stage.origins) == []
    assert not [result for result in results if CANARY in repr(result)]


def test_the_api_client_goes_nowhere_at_all(stage: Stage) -> None:
    with closing(ImgurApi(Options(api=stage.home.url("")), CANARY, lambda: False)) as api:
        for link in stage.links():
            assert 300 <= api.get(link.removeprefix(stage.home.url(""))).status < 400
    assert len(stage.home.requests) == 60
    assert all(f"Authorization: Client-ID {CANARY}".encode() in head for head in stage.home.requests)
    assert [origin.requests for origin in stage.origins[1:]] == [[], [], []]
    assert not [head for head in stage.home.requests if b"\ncookie:" in head.lower()]


def test_a_link_with_a_password_is_neither_asked_for_nor_repeated(stage: Stage, tmp_path: Path) -> None:
    link = f"http://me:{CANARY}@127.0.0.1:{stage.home.port}/a.png"
    (result,) = pixhaul.stream([link], tmp_path / "d", allow_private=True)
    assert (result.status, result.reason) == ("failed", "bad-url")
    assert not stage.home.requests
    kept = b"".join(path.read_bytes() for path in (tmp_path / "d").rglob("*") if path.is_file())
    assert CANARY.encode() not in kept
    assert CANARY not in result.detail
