"""What a person may get wrong: each is one clear line and what to do, exit 2, and never a traceback."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pixhaul.cli import run
from program import command, environment, pixhaul

LINK = "http://127.0.0.1:1/a.jpg"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "empty.txt").write_bytes(b"")
    (tmp_path / "comments.txt").write_bytes(b"# nothing\n\n")
    (tmp_path / "binary.txt").write_bytes(bytes(range(256)) * 64)
    (tmp_path / "table.csv").write_text("a,b\n1,2\n")
    (tmp_path / "links.txt").write_text(LINK + "\n")
    (tmp_path / "file").write_text("I am a file")
    return tmp_path


TABLE = [
    ([], "no source given"),
    ([""], "no source given"),
    (["--frobnicate", LINK], "No such option"),
    (["--per-hots", "3", LINK], "--per-host"),
    (["--limit"], "requires an argument"),
    (["-n", "0", LINK], "'0' is not a whole number from 1"),
    (["-n", "-1", LINK], "'-1' is not a whole number"),
    (["-n", "many", LINK], "'many' is not a whole number"),
    (["--connections", "0", LINK], "from 1 to 10000"),
    (["--per-host", "1e9", LINK], "from 1 to 10000"),
    (["--rate", "nan", LINK], "'nan' is not a number above 0"),
    (["--rate", "0", LINK], "'0' is not a number above 0"),
    (["--timeout", "inf", LINK], "'inf' is not a number above 0"),
    (["--timeout", "-5", LINK], "'-5' is not a number above 0"),
    (["--retries", "-1", LINK], "from 0 to 100"),
    (["--max-bytes", "20X", LINK], "write it as 500k, 20M or 1GiB"),
    (["--max-bytes", "0", LINK], "is not a size from 1"),
    (["--max-pixels", "-4", LINK], "is not a size"),
    (["--types", "jpeg,docx", LINK], "choose among jpeg, png, gif, webp, avif, heic"),
    (["--strategy", "magic", LINK], "'sequential', 'threads', 'asyncio', 'multi'"),
    (["--cacert", "none.pem", LINK], "'none.pem' does not exist"),
    (["--proxy", "nonsense://x", LINK], "not the address of a proxy"),
    (["--filename", "{nonsense}", LINK], "nonsense"),
    (["--user-agent", "a\r\nX: y", LINK], "plain ASCII"),
    (["-i", "none.txt"], "none.txt"),
    (["-i", "."], "'.'|folder|directory"),
    (["-i", "empty.txt"], "no links"),
    (["-i", "comments.txt"], "no links"),
    (["-i", "binary.txt"], "binary.txt"),
    (["-i", "table.csv", "--column", "nope"], "nope"),
    (["-d", "file", LINK], "'file' is a file"),
    (["-d", "file/below", LINK], "file"),
    (["-d", "/proc/nothing", LINK], "/proc/nothing"),
    (["-d", "", LINK], "It is empty"),
    (["-d", " ", LINK], "It is empty"),
    (["-i", ""], "It is empty"),
    (["-d", "images/.pixhaul", LINK], "keeps for itself"),
    (["-d", ".PIXHAUL/parts/x", LINK], "keeps for itself"),
    (["-d", "x" * 300, LINK], "name too long|File name too long"),
    (["-d", "/".join(["d" * 200] * 30), LINK], "File name too long"),
    (["-i", "x" * 300], "File name too long"),
    (["-i", "~nobody-of-that-name/list.txt"], "cannot read ~nobody-of-that-name/list.txt"),
    (["-i", "https://ann:secret@example.org/list.txt"], "cannot read the list: No such file"),
    (["imgur:nonsense/x/y"], "imgur:nonsense"),
    (["--json", "-g", LINK], "--json"),
    (["-q", "-v", LINK], "contradict"),
]


@pytest.mark.parametrize(("words", "said"), TABLE, ids=[" ".join(words)[:40] for words, _ in TABLE])
def test_wrong_usage_is_said_in_one_line_with_what_to_do(
    folder: Path, words: list[str], said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(folder)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder))
    code = run(["get", *words])
    output, errors = capsys.readouterr()
    assert code == 2, errors
    assert any(one in errors for one in said.split("|")), errors
    assert errors.startswith("pixhaul: ")
    assert len(errors.splitlines()) <= 3
    assert not output


def test_a_bad_environment_is_said_of_the_variable(folder: Path) -> None:
    done = pixhaul("get", LINK, folder=folder, more={"PIXHAUL_CONNECTIONS": "many"})
    assert done.returncode == 2
    assert "PIXHAUL_CONNECTIONS: 'many' is not a whole number" in done.stderr


@pytest.mark.parametrize("name", ["x" * 5_000, "\x1b[31m", "http://["])
def test_a_proxy_that_is_none_is_a_failure_of_each_link(folder: Path, name: str) -> None:
    done = pixhaul("get", "--retries", "0", "http://192.0.2.1/a.jpg", folder=folder, more={"http_proxy": name})
    assert done.returncode == 3
    assert "Traceback" not in done.stderr
    assert "\x1b" not in done.stderr


def test_a_bad_configuration_is_said_of_file_key_and_line(folder: Path) -> None:
    (folder / "pixhaul.toml").write_text("limit = 5\nconections = 3\n")
    done = pixhaul("get", LINK, folder=folder)
    assert done.returncode == 2
    assert "pixhaul.toml, line 2: conections is no setting; did you mean connections?" in done.stderr
    assert "per-host" in done.stderr


@pytest.mark.parametrize(
    "words",
    [["check", ""], ["check", "--rebuild", ""], ["retry", ""], ["demo", "-d", ""], ["race", "--show", ""]]
    + [["standin", "--pictures", one] for one in ("", "x" * 300, "~nobody-of-that-name/x", "file")],
)
def test_no_command_takes_a_place_that_is_none(folder: Path, words: list[str]) -> None:
    done = pixhaul(*words, folder=folder)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) == 2


@pytest.mark.skipif(os.name != "posix", reason="needs a POSIX shell")
@pytest.mark.parametrize(
    ("words", "redirected", "code", "said"),
    [
        (["get", "-i", "-"], "<&-", 2, "no links in standard input"),
        (["get", "-i", "-"], "<&- >&- 2>&-", 2, ""),
        (["get", "-g", LINK], ">&-", 1, "standard output is closed"),
        (["get", "-g", LINK], ">&- 2>&-", 1, ""),
        (["get", LINK, "--retries", "0"], "2>&-", 3, ""),
        (["--version"], ">/dev/full", 9, "No space left"),
        (["--help"], ">/dev/full", 9, "No space left"),
        (["get", "--help"], ">/dev/full", 9, "No space left"),
    ],
)
def test_a_stream_that_is_closed_or_full_is_no_crash(
    folder: Path, words: list[str], redirected: str, code: int, said: str
) -> None:
    shell = ["bash", "-c", f'exec "$@" {redirected}', "bash", *command(*words)]
    done = subprocess.run(
        shell, check=False, cwd=folder, env=environment(folder), stdin=subprocess.PIPE, capture_output=True, timeout=60
    )
    assert done.returncode == code, done.stderr
    assert said in done.stderr.decode()
    assert b"Traceback" not in done.stderr
    assert not said or len(done.stderr.splitlines()) <= 2


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="needs Linux's /proc")
def test_no_file_of_ours_gets_the_number_of_a_closed_stream(folder: Path) -> None:
    code = "import os; from pixhaul.commands.speech import prepare; prepare(); n = os.open('file', os.O_RDONLY)"
    shell = [sys.executable, "-c", f"{code}; raise SystemExit(n)"]
    done = subprocess.run(["bash", "-c", 'exec "$@" <&- >&- 2>&-', "bash", *shell], check=False, cwd=folder)
    assert done.returncode > 2


def test_standard_input_named_twice_is_read_once(folder: Path) -> None:
    done = pixhaul("get", "-g", "-i", "-", "-i", "-", folder=folder, given=LINK.encode())
    assert (done.returncode, done.stdout) == (0, f"{LINK}\n")


@pytest.mark.skipif(sys.platform != "linux", reason="needs a system that lets the current folder be removed")
def test_a_current_folder_that_is_gone_is_no_crash(folder: Path) -> None:
    gone = folder / "gone"
    for words in (["get", LINK], ["check"], ["doctor", "--offline"], ["retry"]):
        gone.mkdir()
        shell = ["bash", "-c", 'rmdir "$PWD"; exec "$@"', "bash", *command(*words)]
        done = subprocess.run(shell, check=False, cwd=gone, env=environment(folder), capture_output=True, timeout=60)
        assert done.returncode in (1, 2)
        assert b"Traceback" not in done.stderr


def test_an_empty_standard_input_is_said(folder: Path) -> None:
    done = pixhaul("get", "-i", "-", folder=folder)
    assert done.returncode == 2
    assert "no links" in done.stderr


@pytest.mark.parametrize("line", [b"x" * 10_000_000, b"http://127.0.0.1:1/" + b"y" * 200_000, b"http://[\n" * 3])
def test_lines_that_are_no_links_are_failures_and_never_crash(folder: Path, line: bytes) -> None:
    (folder / "long.txt").write_bytes(line + b"\n")
    done = pixhaul("get", "-i", "long.txt", folder=folder)
    assert done.returncode == 3, done.stderr
    assert "failed  bad-url" in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr) < 20_000


@pytest.mark.parametrize(
    "more",
    [
        {"LC_ALL": "C", "PYTHONIOENCODING": "ascii"},
        {"LC_ALL": "C", "PYTHONIOENCODING": "latin-1"},
        {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
        {"LC_ALL": "nonsense"},
    ],
)
def test_no_locale_makes_an_output_crash(folder: Path, more: dict[str, str]) -> None:
    word = "http://127.0.0.1:1/\u00e9\u4e2d\U0001f600\u202e\x1b[31m.jpg"
    for words in (["-g"], ["--dry-run"], ["--json"], ["-v", "--retries", "0"]):
        done = pixhaul("get", *words, word, folder=folder, more=more)
        assert "Traceback" not in done.stderr
        assert done.returncode in (0, 3), done.stderr
        assert not set(done.stdout + done.stderr) & {"\x1b", "\u202e"}
    assert pixhaul("\u00e9\u4e2d\x1b[31m", folder=folder, more=more).returncode == 2


def test_a_word_that_is_no_utf8_is_a_failure(folder: Path) -> None:
    done = subprocess.run(
        [*command("get", "--json"), b"http://127.0.0.1:1/\xff\xfe.jpg"],
        check=False,
        cwd=folder,
        env=environment(folder),
        capture_output=True,
    )
    assert done.returncode == 3
    assert b"Traceback" not in done.stderr
