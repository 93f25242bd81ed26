"""What this machine and its settings offer a run: each fact with a verdict, and what to do about a bad one."""

from __future__ import annotations

import os
import platform
import shutil
import ssl
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

from . import __version__
from .descriptors import EACH, fitting
from .http_versions import HTTP3
from .options import Options
from .settings import masked
from .summary import size

GOOD, NOTE, BAD = "ok", "note", "PROBLEM"

PATIENCE = 10.0
"""Seconds that the API has to answer."""
LITTLE_ROOM = 1_000_000_000
"""Bytes free, below which a word is said."""
_PROXIES = ("http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY")
_NO_ID = (
    "Imgur gives out none to new applications; links, lists and `pixhaul demo` work without. If you have one, set "
    "IMGUR_CLIENT_ID."
)


class Fact(NamedTuple):
    """One thing that was looked at."""

    verdict: str
    topic: str
    text: str
    advice: str = ""
    """What to do about it, where there is something to do."""


def versions() -> Iterator[Fact]:
    """What we are made of, and what libcurl can do."""
    yield Fact(GOOD, "pixhaul", f"{__version__}, Python {platform.python_version()} on {platform.platform(terse=True)}")
    try:
        import pycurl
    except ImportError as error:
        yield Fact(
            BAD, "libcurl", f"pycurl cannot be loaded: {error}", "Install pixhaul again, in a fresh environment."
        )
        return
    found = pycurl.version_info()
    yield Fact(GOOD, "libcurl", f"{found[1]} with {found[5] or 'no TLS'} (pycurl {metadata.version('pycurl')})")
    yield _features(int(found[4]))
    yield Fact(GOOD, "Pillow", metadata.version("pillow"))


def _features(bits: int) -> Fact:
    # Bits of curl_version_info_data.features (curl/curl.h): SSL 1<<2, AsynchDNS 1<<7, HTTP2 1<<16, HTTP3 1<<25.
    present = {"TLS": bits & 1 << 2, "background DNS": bits & 1 << 7, "HTTP/2": bits & 1 << 16}
    missing = [name for name, bit in present.items() if not bit]
    if not missing:
        return Fact(GOOD, "features", ", ".join(present) + (", HTTP/3" if bits & HTTP3 else "; no HTTP/3"))
    verdict = BAD if "TLS" in missing else NOTE
    return Fact(verdict, "features", f"libcurl lacks {', '.join(missing)}", "Install pycurl from a wheel: it has them.")


def credentials(client_id: str) -> Fact:
    """Whether there is a client ID; it is never shown."""
    if client_id:
        return Fact(GOOD, "client ID", f"set, {len(client_id)} characters (not shown)")
    return Fact(NOTE, "client ID", "none: Imgur's albums, posts, tags and searches cannot be asked for", _NO_ID)


def api(options: Options, client_id: str) -> Fact:
    """Whether the API answers, and what it thinks of the client ID. One request, to the API's own origin."""
    from .api import ImgurApi
    from .imgur.troubles import Trouble, classify

    end = time.monotonic() + PATIENCE
    asking = ImgurApi(options, client_id, lambda: time.monotonic() > end)
    reply = asking.get("/3/credits")
    asking.close()
    where = f"{options.api} answers"
    if not reply.status:
        said = (
            f"{options.api} does not answer: {reply.error or 'no reason'}{f' ({reply.detail})' if reply.detail else ''}"
        )
        return Fact(BAD, "API", said, "Check the network, the proxy settings and IMGUR_API; plain links need no API.")
    if not client_id:
        return Fact(GOOD, "API", f"{where} (status {reply.status}, asked without a client ID)")
    answer = classify(reply)
    if isinstance(answer, Trouble):
        return Fact(BAD, "API", f"{where} with {reply.status}: {answer.words}", "Check IMGUR_CLIENT_ID, or try later.")
    return Fact(GOOD, "API", f"{where}{_credits(answer.data)}")


def _credits(data: object) -> str:
    left = data.get("ClientRemaining") if isinstance(data, dict) else None
    return f"; {left} calls are left today" if isinstance(left, int) else ""


def directory(path: Path) -> Fact:
    """Whether pictures can be kept there, and how much room there is. Leaves nothing behind."""
    advice = "Choose another with -d, or mend its permissions."
    try:
        there = next((one for one in (path, *path.absolute().parents) if one.exists()), Path("/"))
    except OSError as error:  # the current folder was taken away, or one above may not be looked into
        return Fact(BAD, "directory", f"{path} cannot be reached: {error.strerror}", advice)
    if not there.is_dir():
        return Fact(BAD, "directory", f"{path} cannot be a folder: {there} is a file", advice)
    try:
        with tempfile.TemporaryFile(dir=there):
            pass
    except OSError as error:
        return Fact(BAD, "directory", f"{path} cannot be written: {error.strerror}", advice)
    free = shutil.disk_usage(there).free
    state = "is there" if there == path else "will be made"
    if free < LITTLE_ROOM:
        return Fact(
            NOTE, "directory", f"{path} {state}; only {size(free)} are free", "Make room, or choose another with -d."
        )
    return Fact(GOOD, "directory", f"{path} {state}; {size(free)} are free")


def open_files(transfers: int) -> Fact:
    """Whether as many files may be open at once as so many transfers need; where not, fewer of them run."""
    if sys.platform == "win32":
        return Fact(GOOD, "open files", "not limited on Windows")
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    room = transfers if hard == resource.RLIM_INFINITY else fitting(transfers, EACH, hard)
    text = f"{soft} at once, up to {'any number' if hard == resource.RLIM_INFINITY else hard}"
    if room < transfers:
        advice = f"Use --connections {room}, or raise the limit: ulimit -n"
        return Fact(BAD, "open files", f"{text}: too few for {transfers} transfers", advice)
    return Fact(GOOD, "open files", text)


def certificates(cacert: str, environ: Mapping[str, str]) -> Fact:
    """Which authorities https trusts, and whether that file is what it should be."""
    chosen = cacert or environ.get("SSL_CERT_FILE", "")
    place = chosen or _own_certificates()
    if not place:
        return Fact(NOTE, "certificates", "libcurl's own choice", "If https fails: --cacert FILE or SSL_CERT_FILE.")
    try:
        ssl.create_default_context(cafile=place)
    except (OSError, ssl.SSLError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else "no certificates in it"
        return Fact(BAD, "certificates", f"{place}: {why}", "Name a PEM file with --cacert or SSL_CERT_FILE.")
    return Fact(GOOD, "certificates", f"{place}{'' if chosen else ' (libcurl knows it)'}")


def _own_certificates() -> str:
    import pycurl

    handle = pycurl.Curl()
    try:
        return str(handle.getinfo(pycurl.CAINFO) or "") if hasattr(pycurl, "CAINFO") else ""
    except (pycurl.error, TypeError, ValueError):  # before libcurl 7.84 it cannot be asked
        return ""
    finally:
        handle.close()


def proxies(proxy: str, environ: Mapping[str, str]) -> Fact:
    """Which proxies transfers go through; what stands before an @ is not shown."""
    found = [f"--proxy {masked(proxy)}"] if proxy else []
    found += [f"{name}={masked(environ[name])}" for name in _PROXIES if environ.get(name)]
    return Fact(GOOD, "proxy", ", ".join(found) if found else "none")


def terminal(environ: Mapping[str, str], stream_is_terminal: bool) -> Fact:
    """How progress will look."""
    if not stream_is_terminal:
        return Fact(GOOD, "progress", "plain lines: standard error is no terminal")
    plain = environ.get("TERM", "") in ("dumb", "unknown")
    colour = "without colour (NO_COLOR)" if environ.get("NO_COLOR") else "in colour"
    return Fact(GOOD, "progress", "plain lines: the terminal cannot do more" if plain else f"a live line {colour}")


def hosts(options: Options) -> Fact:
    """How many hosts earlier runs have learned to know. The file is only read."""
    from .host_memory import file_of, load

    if not options.remember:
        return Fact(GOOD, "hosts", "nothing is remembered of them (--no-remember)")
    file = file_of(options)
    count = len(load(file, time.time()))
    return Fact(GOOD, "hosts", f"{count} are remembered from earlier runs, in {file}")


def remembered_hosts(options: Options) -> list[str]:
    """What earlier runs learned of each host, in words."""
    from .explanation import remembered
    from .host_memory import file_of, load

    now = time.time()
    return remembered(load(file_of(options), now), now)


def machine(options: Options, environ: Mapping[str, str] | None = None) -> Iterator[Fact]:
    """All that can be found out without asking the network."""
    environ = os.environ if environ is None else environ
    yield from versions()
    yield directory(Path(options.directory))
    yield open_files(options.places)
    yield certificates(options.cacert, environ)
    yield proxies(options.proxy, environ)
    yield hosts(options)
    yield terminal(environ, sys.stderr is not None and sys.stderr.isatty())
