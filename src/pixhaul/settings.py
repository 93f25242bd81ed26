"""What is set outside the command line: `PIXHAUL_*`, `pixhaul.toml` here, the user's file; and what is wrong with it.

The order is option, environment, `pixhaul.toml` in the current folder, the user's file, default. click itself knows the
first two and the last; this module reads the files and hands their values over as click's `default_map`.
"""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import click

from .errors import UsageError

FILE = "pixhaul.toml"
"""The file of the current folder."""

_LARGEST = 1024 * 1024
"""Bytes of a file of settings."""
API = "https://api.imgur.com"

_PATHS = frozenset({"directory", "cacert", "input-file", "trace", "cache-dir"})
"""Settings where a file may say ~ for the home folder, since no shell reads it."""


class FileValues(NamedTuple):
    """What the files say."""

    values: dict[str, Any]
    """By the option's name in Python, such as per_host."""
    origins: dict[str, Path]
    """The file that each came from."""
    warnings: tuple[str, ...]


def user_file() -> Path:
    """Where the user's own settings lie, whether or not the file exists."""
    import platformdirs

    return platformdirs.user_config_path("pixhaul") / "config.toml"


def files() -> tuple[Path, ...]:
    """The files that may hold settings, the weakest first."""
    return user_file(), Path(FILE)


def gather(options: Iterable[click.Option], files: Iterable[Path]) -> FileValues:
    """The settings of all the files, a later file before an earlier one; UsageError for the first thing wrong."""
    known = {_key(one): one for one in options}
    values: dict[str, Any] = {}
    origins: dict[str, Path] = {}
    warnings: list[str] = []
    for path in files:
        found = read(path, known)
        values |= found
        origins |= dict.fromkeys(found, path)
        warnings += _leaks(path, found)
    return FileValues(values, origins, tuple(warnings))


def read(path: Path, known: Mapping[str, click.Option]) -> dict[str, Any]:
    """The settings of one file by parameter name, each tried against its option; nothing where there is no file."""
    text = _text(path)
    values = {}
    for key, value in _table(path, text).items():
        option = known.get(key.replace("_", "-"))
        if option is None:
            raise _unknown(path, text, key, known)
        flaw = _flaw(option, value)
        if flaw:
            raise UsageError(f"{_place(path, text, key)}: {key}: {flaw}", f"Correct the line or delete it in {path}.")
        values[option.name or key] = _ready(_key(option), option, value)
    return values


def stray(environ: Mapping[str, str], options: Iterable[click.Option]) -> list[str]:
    """A warning for each PIXHAUL_* variable that sets nothing, so that a slip of the hand does not pass unseen."""
    known = {name for one in options for name in _variables(one)}
    unknown = sorted(name for name in environ if name.startswith("PIXHAUL_") and name not in known)
    return [f"the environment variable {name} sets nothing{_meant(name, known)}" for name in unknown]


def api(environ: Mapping[str, str]) -> str:
    """The origin of Imgur's API: IMGUR_API, or the real one. UsageError when it is no origin.

    >>> api({"IMGUR_API": "http://127.0.0.1:8080/"})
    'http://127.0.0.1:8080'
    """
    text = environ.get("IMGUR_API", "").strip() or API
    try:
        parts = urlsplit(text)
        right = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0 and "@" not in parts.netloc
    except ValueError:
        right = False
    if not right or parts.path not in ("", "/") or parts.query or parts.fragment or not text.isprintable():
        raise UsageError(
            "IMGUR_API is not the address of an API.", f"It should look like {API}, with nothing after it."
        )
    return f"{parts.scheme}://{parts.netloc}"


def masked(url: str) -> str:
    """The address of a proxy without the name and the password in it.

    >>> masked("http://ann:secret@proxy.example:3128")
    'http://***@proxy.example:3128'
    """
    head, mark, tail = url.rpartition("@")
    scheme = re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", head)
    return f"{scheme[0] if scheme else ''}***@{tail}" if mark else url


def _text(path: Path) -> str:
    try:
        return _bytes(path).decode()
    except FileNotFoundError:
        return ""
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: not UTF-8 text (byte {error.start}).", "Save the file as UTF-8.") from error
    except OSError as error:
        if isinstance(error, NotADirectoryError):
            return ""
        raise UsageError(f"{path}: cannot be read: {error.strerror}.", "Mend that, or move the file away.") from error


def _bytes(path: Path) -> bytes:
    """What is in the file, which may be a link; a pipe may not hold us up, nor a device fill memory. Raises OSError."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    with os.fdopen(descriptor, "rb") as file:
        mode = os.fstat(descriptor).st_mode
        if not stat.S_ISREG(mode) and not stat.S_ISCHR(mode):
            raise OSError(errno.EINVAL, "it is no file")
        found = file.read(_LARGEST + 1) or b""
    if len(found) > _LARGEST:
        raise OSError(errno.EFBIG, f"it has more than {_LARGEST} bytes")
    return found


def _table(path: Path, text: str) -> dict[str, Any]:
    if not text.strip():
        return {}
    import tomllib

    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # TOMLDecodeError is a ValueError; numbers too long raise another
        raise UsageError(
            f"{path}: not TOML: {error}.", 'A line looks like: connections = 64, or: types = "jpeg,png"'
        ) from error


def _unknown(path: Path, text: str, key: str, known: Mapping[str, click.Option]) -> UsageError:
    guess = _meant(key.replace("_", "-"), known)
    return UsageError(
        f"{_place(path, text, key)}: {key} is no setting{guess}", f"Settings: {', '.join(sorted(known))}."
    )


def _flaw(option: click.Option, value: Any) -> str:
    if option.is_flag:
        return "" if isinstance(value, bool) else "should be true or false."
    several = option.multiple or option.name == "types"
    if isinstance(value, list) and several:
        return next((flaw for flaw in (_flaw(option, one) for one in value) if flaw), "")
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return f"a {type(value).__name__} does not fit."
    if option.type.name not in ("number", "size") and not isinstance(value, str):
        return "should be text, in quotes."
    return _refusal(option, value)


def _refusal(option: click.Option, value: Any) -> str:
    try:
        option.type.convert(value, option, None)
    except click.BadParameter as error:
        return error.message
    return ""


def _ready(key: str, option: click.Option, value: Any) -> Any:
    texts = value if isinstance(value, list) else [value]
    if key in _PATHS:
        texts = [os.path.expanduser(text) for text in texts]  # noqa: PTH111 - pathlib raises for unknown users
    return texts if option.multiple else value if isinstance(value, list) else texts[0]


def _leaks(path: Path, found: Mapping[str, Any]) -> list[str]:
    if "client_id" not in found or os.name != "posix" or not path.stat().st_mode & 0o004:
        return []
    return [f"{path} holds the client ID and everyone on this machine can read it: chmod 600 {path}"]


def _place(path: Path, text: str, key: str) -> str:
    pattern = re.compile(rf"\s*\[*\s*[\"']?{re.escape(key)}\b")
    lines = (number for number, line in enumerate(text.splitlines(), 1) if pattern.match(line))
    number = next(lines, 0)
    return f"{path}, line {number}" if number else str(path)


def _meant(name: str, known: Iterable[str]) -> str:
    from difflib import get_close_matches

    close = get_close_matches(name, list(known), 1)
    return f"; did you mean {close[0]}?" if close else "."


def _key(option: click.Option) -> str:
    return (option.name or "").replace("_", "-")


def _variables(option: click.Option) -> Iterable[str]:
    names = option.envvar or ()
    return (names,) if isinstance(names, str) else names
