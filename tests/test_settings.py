import os
from pathlib import Path

import click
import pytest
from hypothesis import given
from hypothesis import settings as example_settings
from hypothesis import strategies as st

from pixhaul.commands.get import get, settable
from pixhaul.errors import UsageError
from pixhaul.settings import api, gather, masked, read, stray
from program import pixhaul

KNOWN = {(one.name or "").replace("_", "-"): one for one in settable(get)}


def write(folder: Path, text: str, name: str = "pixhaul.toml") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def value_of(name: str, folder: Path, *arguments: str, **environ: str) -> object:
    """What `get` would use, found through the real parsing."""
    with pytest.MonkeyPatch.context() as patch:
        for variable in [one for one in os.environ if one.startswith(("PIXHAUL", "IMGUR"))]:
            patch.delenv(variable)
        for variable, value in environ.items():
            patch.setenv(variable, value)
        patch.setenv("XDG_CONFIG_HOME", str(folder / "user"))
        patch.chdir(folder)
        return get.make_context("get", list(arguments)).params[name]


def test_an_option_beats_the_environment_beats_the_folder_beats_the_user_beats_the_default(tmp_path: Path) -> None:
    assert value_of("per_host", tmp_path) is None
    write(tmp_path / "user" / "pixhaul", "per-host = 1", "config.toml")
    assert value_of("per_host", tmp_path) == 1
    write(tmp_path, "per-host = 2")
    assert value_of("per_host", tmp_path) == 2
    assert value_of("per_host", tmp_path, PIXHAUL_PER_HOST="3") == 3
    assert value_of("per_host", tmp_path, "--per-host", "4", PIXHAUL_PER_HOST="3") == 4


def test_every_option_can_be_set_by_the_environment() -> None:
    names = {name for one in settable(get) for name in one.envvar or ()}
    assert {f"PIXHAUL_{key.upper().replace('-', '_')}" for key in KNOWN} <= names
    assert "IMGUR_CLIENT_ID" in names


@pytest.mark.parametrize(
    ("line", "name", "value"),
    [
        ('types = "jpg,png"', "types", frozenset({"jpeg", "png"})),
        ('types = ["png"]', "types", frozenset({"png"})),
        ('max_bytes = "20M"', "max_bytes", 20_000_000),
        ("timeout = 7", "timeout", 7.0),
        ("durable = false", "durable", False),
        ('input-file = "a.txt"', "input_file", ("a.txt",)),
        ('input-file = ["a.txt", "b.txt"]', "input_file", ("a.txt", "b.txt")),
        ("quiet = true", "quiet", True),
    ],
)
def test_a_file_says_values_in_toml(tmp_path: Path, line: str, name: str, value: object) -> None:
    write(tmp_path, line)
    assert value_of(name, tmp_path) == value


def test_a_home_folder_in_a_file_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert read(write(tmp_path, 'directory = "~/cats"'), KNOWN) == {"directory": str(tmp_path / "cats")}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("conections = 3", "line 1: conections is no setting; did you mean connections?"),
        ("\n\nper_hosts = 3", "line 3: per_hosts is no setting; did you mean per-host?"),
        ("[get]\nlimit = 3", "line 1: get is no setting"),
        ("connections = 0", "line 1: connections: '0' is not a whole number from 1 to 10000."),
        ("connections = true", "line 1: connections: a bool does not fit."),
        ("connections = nan", "connections: 'nan' is not a whole number"),
        ("directory = 5", "directory: should be text, in quotes."),
        ('quiet = "yes"', "quiet: should be true or false."),
        ('types = ["jpeg", "docx"]', "types: 'docx' is no kind of picture: choose among jpeg"),
        ('strategy = "magic"', "strategy: 'magic' is not one of 'sequential'"),
        ("= 3", "not TOML"),
        ("a = [" * 100_000, "not TOML"),
    ],
)
def test_a_bad_file_is_one_line_that_names_file_and_key(tmp_path: Path, text: str, said: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(UsageError) as caught:
        read(path, KNOWN)
    assert str(path) in str(caught.value)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.hint


def test_a_number_of_thousands_of_digits_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="not TOML"):
        read(write(tmp_path, f"limit = {'9' * 5_000}"), KNOWN)


def test_a_syntax_error_names_its_line(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="line 2"):
        read(write(tmp_path, "limit = 1\nlimit 2"), KNOWN)


def test_a_file_that_is_no_text_or_a_folder_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_bytes(b"\xff\xfe\0")
    (tmp_path / "b.toml").mkdir()
    for name in ("a.toml", "b.toml"):
        with pytest.raises(UsageError, match=name):
            read(tmp_path / name, KNOWN)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_or_a_device_in_place_of_a_file_is_said_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "endless").symlink_to("/dev/zero")
    (tmp_path / "nothing").symlink_to(os.devnull)
    for name, said in (("pipe", "it is no file"), ("endless", "it has more than")):
        with pytest.raises(UsageError, match=said):
            read(tmp_path / name, KNOWN)
    assert read(tmp_path / "nothing", KNOWN) == {}


def test_help_works_whatever_the_files_hold(tmp_path: Path) -> None:
    write(tmp_path, "nonsense")
    assert pixhaul("get", "--help", folder=tmp_path).returncode == 0
    assert pixhaul("get", "http://127.0.0.1:1/a", folder=tmp_path).returncode == 2


def test_a_client_id_that_others_can_read_is_a_warning_that_does_not_show_it(tmp_path: Path) -> None:
    path = write(tmp_path, 'client-id = "canary5f3a"')
    path.chmod(0o644)
    found = gather(KNOWN.values(), [path])
    assert found.values == {"client_id": "canary5f3a"}
    assert "chmod 600" in found.warnings[0]
    assert "canary" not in found.warnings[0]
    path.chmod(0o600)
    assert not gather(KNOWN.values(), [path]).warnings


def test_a_later_file_wins_and_the_origin_is_known(tmp_path: Path) -> None:
    first, second = write(tmp_path, "limit = 1\nretries = 1", "a.toml"), write(tmp_path, "limit = 2", "b.toml")
    found = gather(KNOWN.values(), [first, tmp_path / "none.toml", second])
    assert found.values == {"limit": 2, "retries": 1}
    assert found.origins == {"limit": second, "retries": first}


def test_a_variable_that_sets_nothing_is_said() -> None:
    said = stray({"PIXHAUL_CONECTIONS": "3", "PIXHAUL_LIMIT": "3", "OTHER": ""}, KNOWN.values())
    assert said == ["the environment variable PIXHAUL_CONECTIONS sets nothing; did you mean PIXHAUL_CONNECTIONS?"]


@pytest.mark.parametrize("text", ["", " ", "https://api.imgur.com", "https://api.imgur.com/"])
def test_the_api_is_imgurs_unless_it_is_named(text: str) -> None:
    assert api({"IMGUR_API": text}) == "https://api.imgur.com"


@pytest.mark.parametrize(
    "text",
    [
        "api.imgur.com",
        "ftp://x",
        "http://",
        "http://u:canary@x",
        "http://x/3",
        "http://x?a",
        "http://[",
        "http://x:0",
        "http://x:y",
    ],
)
def test_an_api_that_is_no_origin_is_refused_without_showing_it(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        api({"IMGUR_API": text})
    assert "canary" not in str(caught.value)


@example_settings(max_examples=50)
@given(st.text(min_size=1).filter(lambda text: "@" not in text), st.text().filter(lambda text: "@" not in text))
def test_what_stands_before_the_at_sign_of_a_proxy_is_never_shown(name: str, host: str) -> None:
    assert masked(f"http://ann:canary{name}@{host}") == f"http://***@{host}"
    assert "canary" not in masked(f"ann:canary{name}@{host}")


def test_click_options_and_keys_agree() -> None:
    for key, one in KNOWN.items():
        assert isinstance(one, click.Option)
        assert f"--{key}" in one.opts
