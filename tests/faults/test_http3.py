"""HTTP/3, when it is asked for: by UDP at the link's own port, guarded as TCP is, with HTTP/2 behind it."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import pycurl
import pytest

pytest.importorskip("aioquic")
from certificates import Pair, Workshop, context

import pixhaul
from hostile import KEEP, Hostile, Origin, answer
from http3 import CLOSE, HANG, Answer, Http3, http3
from pictures import png
from pixhaul.http_versions import HTTP3
from pixhaul.models import Result

pytestmark = [
    pytest.mark.skipif(shutil.which("openssl") is None, reason="the openssl program is not here"),
    pytest.mark.skipif(not int(pycurl.version_info()[4]) & HTTP3, reason="this libcurl has no HTTP/3"),
]
PICTURE = png()


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    return Workshop(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def pair(workshop: Workshop) -> Pair:
    return workshop.signed("IP:127.0.0.1")


@pytest.fixture
def tcp(server: Hostile, pair: Pair) -> Origin:
    """The same host by TCP."""
    return server.origin(lambda _: [answer(PICTURE), KEEP], context(pair))


@pytest.fixture
def quic(tcp: Origin, pair: Pair) -> Iterator[Http3]:
    """HTTP/3 at the port where HTTP/1.1 is spoken by TCP."""
    with http3(pair.certificate, pair.key, lambda _: Answer(PICTURE), tcp.port) as origin:
        yield origin


def fetch(links: list[str], workshop: Workshop, directory: Path, **chosen: object) -> list[Result]:
    defaults = {"allow_private": True, "http_version": "3", "timeout": 5.0, "retries": 0, "durable": False}
    trust = {"cacert": str(workshop.authority.certificate), "remember": False}
    return list(pixhaul.stream(links, directory, **(defaults | trust | chosen)))


def links_of(origin: Http3 | Origin, count: int) -> list[str]:
    return [origin.url(f"/{number}.png") for number in range(count)]


@pytest.mark.parametrize("strategy", ["multi", "asyncio", "threads", "sequential"])
def test_pictures_come_by_http3(strategy: str, pair: Pair, workshop: Workshop, tmp_path: Path) -> None:
    """Nothing listens by TCP, for that may win where the machine is busy."""
    with http3(pair.certificate, pair.key, lambda _: Answer(PICTURE)) as origin:
        results = fetch(links_of(origin, 20), workshop, tmp_path, strategy=strategy)
        assert [result.status for result in results] == ["done"] * 20
        assert len(origin.asked) == 20
    assert all((tmp_path / str(result.path)).read_bytes() == PICTURE for result in results)


def test_it_is_not_tried_unasked(tcp: Origin, quic: Http3, workshop: Workshop, tmp_path: Path) -> None:
    results = fetch(links_of(quic, 5), workshop, tmp_path, http_version="2")
    assert [result.status for result in results] == ["done"] * 5
    assert (quic.asked, len(tcp.requests)) == ([], 5)


def test_an_alt_svc_leads_nowhere(server: Hostile, pair: Pair, workshop: Workshop, tmp_path: Path) -> None:
    with http3(pair.certificate, pair.key, lambda _: Answer(PICTURE)) as elsewhere:
        said = {"Alt_Svc": f'h3="127.0.0.1:{elsewhere.port}"; ma=9, h2="127.0.0.1:{elsewhere.port}"'}
        origin = server.origin(lambda _: [answer(PICTURE, **said), KEEP], context(pair))
        for version in ("2", "3"):
            results = fetch(links_of(origin, 5), workshop, tmp_path / version, http_version=version)
            assert [result.status for result in results] == ["done"] * 5
        assert elsewhere.connections == 0


@pytest.mark.parametrize("listens", [True, False], ids=["swallowed", "refused"])
def test_where_nothing_answers_by_udp_tcp_serves(
    listens: bool, tcp: Origin, workshop: Workshop, tmp_path: Path
) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as hole:
        if listens:
            hole.bind(("127.0.0.1", tcp.port))
        results = fetch(links_of(tcp, 20), workshop, tmp_path)
    assert [(result.status, result.attempts) for result in results] == [("done", 1)] * 20


def test_plain_http_is_left_as_it_is(server: Hostile, workshop: Workshop, tmp_path: Path) -> None:
    server.routes["/a.png"] = lambda _: answer(PICTURE)
    (result,) = fetch([server.url("/a.png")], workshop, tmp_path)
    assert result.status == "done"


def test_no_datagram_goes_to_a_forbidden_address(workshop: Workshop, tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ear:
        ear.bind(("127.0.0.1", 0))
        ear.settimeout(0.3)
        port = ear.getsockname()[1]
        names = [f"https://{host}:{port}/a.png" for host in ("127.0.0.1", "localhost", "0x7f.1", "[::ffff:127.0.0.1]")]
        results = fetch(names, workshop, tmp_path, allow_private=False)
        assert {result.reason for result in results} == {"address-refused"}
        with pytest.raises(TimeoutError):
            ear.recv(2048)


def test_a_bad_certificate_is_refused_by_udp_too(pair: Pair, workshop: Workshop, tmp_path: Path) -> None:
    stranger = str(workshop.itself("another authority", authority=True).certificate)
    with http3(pair.certificate, pair.key, lambda _: Answer(PICTURE)) as origin:
        (result,) = fetch([origin.url("/a.png")], workshop, tmp_path, cacert=stranger)
        assert result.reason in ("tls", "connect")
        assert origin.asked == []


def test_what_breaks_ends_right(pair: Pair, workshop: Workshop, tmp_path: Path) -> None:
    long = ((b":status", b"200"), (b"content-length", b"%d" % len(PICTURE)))
    answers = {
        "/whole": Answer(PICTURE, long),
        "/no-length": Answer(PICTURE),
        "/short": Answer(PICTURE[:40], long),
        "/short-no-length": Answer(PICTURE[:40]),
        "/closed": Answer(PICTURE[:40], long, CLOSE),
        "/closed-no-length": Answer(PICTURE[:40], then=CLOSE),
        "/silent": Answer(b"", then=HANG),
        "/404": Answer(b"", ((b":status", b"404"),)),
        "/429": Answer(b"", ((b":status", b"429"), (b"retry-after", b"7200"))),
    }
    for path, right in {
        "/whole": {"done"},
        "/no-length": {"done"},
        "/short": {"truncated", "connect"},
        "/short-no-length": {"truncated", "connect"},
        "/closed": {"truncated", "connect"},
        "/closed-no-length": {"truncated", "connect"},
        "/silent": {"timeout", "too-slow"},
        "/404": {"not-found"},
        "/429": {"rate-limited"},
    }.items():
        with http3(pair.certificate, pair.key, answers.__getitem__) as origin:
            (result,) = fetch([origin.url(path)], workshop, tmp_path / path[1:], timeout=1.5)
        assert (result.reason or result.status) in right, path


def test_streams_count_as_transfers(pair: Pair, workshop: Workshop, tmp_path: Path) -> None:
    with http3(pair.certificate, pair.key, lambda _: Answer(PICTURE, pause=0.01)) as origin:
        results = fetch(links_of(origin, 60), workshop, tmp_path, per_host=8)
        assert [result.status for result in results] == ["done"] * 60
        assert origin.most <= 8
        assert origin.connections <= 2


def test_a_version_that_there_is_not_is_told(tmp_path: Path) -> None:
    with pytest.raises(pixhaul.UsageError, match="no HTTP version '4'"):
        list(pixhaul.stream(["https://example.org/a.png"], tmp_path, http_version="4"))
