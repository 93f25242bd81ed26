import subprocess
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from pixhaul.cli import program
from pixhaul.commands.options import _OPTIONS
from pixhaul.options import Options
from program import command, environment, pixhaul

COMMANDS = ("get", "demo", "check", "standin", "doctor", "completion")


@pytest.mark.parametrize("words", [(), *((name,) for name in COMMANDS)])
def test_help_fits_80_columns_and_shows_examples(words: tuple[str, ...]) -> None:
    result = CliRunner().invoke(program, [*words, "--help"], terminal_width=80)
    assert result.exit_code == 0
    assert max(map(len, result.output.splitlines())) <= 80
    assert "Examples:" in result.output
    assert result.output.split("Examples:")[1].count("pixhaul") >= 3


def test_help_says_the_defaults_that_are_in_force() -> None:
    text = CliRunner().invoke(program, ["get", "--help"]).output
    words = " ".join(text.split())
    options = Options()
    for said in (
        f"The folder ({options.directory}).",
        f"in all ({options.places}).",
        f"after the first ({options.retries}).",
        f"attempt may take ({options.timeout:g}); under {options.low_speed:,} bytes a second",
        f"for {options.low_speed_seconds} s it ends sooner",
        f"larger files ({options.max_bytes // 2**20}MiB).",
        f"more pixels ({options.max_pixels // 10**6}M).",
        f"multi ({options.strategy}).",
    ):
        assert said in words
    assert options.durable
    assert options.per_host is None
    assert options.rate is None


def test_get_has_every_option_of_the_contract() -> None:
    text = CliRunner().invoke(program, ["get", "--help"]).output
    contract = (
        "-i, --input-file|-d, --directory|-n, --limit|--seed|-f, --filename|--types|--strategy|--connections|"
        "--per-host|--rate|--retries|--timeout|--workers|--max-memory|--max-bytes|--max-pixels|--allow-private|--client-id|--cacert|--proxy|--user-agent|"
        "--dry-run|-g, --get-urls|--json|-q, --quiet|-v, --verbose|--column|--no-durable|--trace|"
        "--no-remember|--cache-dir|--policy|--explain|--http-version"
    )
    assert [name for name in contract.split("|") if name not in text] == []
    assert len(_OPTIONS) == len(contract.split("|"))


def test_help_loads_nothing_heavy(tmp_path: Path) -> None:
    code = (
        "import sys; from pixhaul.cli import run; run(['get', '--help']); "
        "print({'pycurl', 'rich', 'PIL', 'sqlite3', 'asyncio', 'ssl', 'tomllib'}.intersection(sys.modules))"
    )
    words = [command()[0], "-c", code]
    done = subprocess.run(words, capture_output=True, text=True, check=True, env=environment(tmp_path))
    assert done.stdout.splitlines()[-1] == "set()"


def test_a_run_loads_only_what_it_uses(tmp_path: Path) -> None:
    heavy = {"PIL", "asyncio", "concurrent", "http", "idna", "logging", "multiprocessing", "rich", "ssl", "subprocess"}
    heavy |= {"backports", "email", "gzip", "html", "tomllib"}
    rare = {"explanation", "imgur.asking", "imgur.reading", "retry", "template", "trace"}
    code = (
        "import sys; from pixhaul.cli import run; run(['get', '-q', 'http://127.0.0.1/refused.jpg']); "
        f"print({heavy}.intersection(name.partition('.')[0] for name in sys.modules), 'pixhaul.wire' in sys.modules); "
        f"print({rare}.intersection(name.removeprefix('pixhaul.') for name in sys.modules))"
    )
    words = [command()[0], "-c", code]
    done = subprocess.run(words, capture_output=True, text=True, check=True, env=environment(tmp_path), cwd=tmp_path)
    assert done.stdout.splitlines()[-2:] == ["set() True", "set()"]


def test_help_is_there_at_once(tmp_path: Path) -> None:
    bare, ours = (
        min(_seconds(words, tmp_path) for _ in range(3)) for words in ([command()[0], "-c", "pass"], command("--help"))
    )
    assert ours - bare < 0.5  # measured 0.04; a busy machine is given ten times that


def _seconds(words: list[str], folder: Path) -> float:
    start = time.perf_counter()
    subprocess.run(words, capture_output=True, check=True, env=environment(folder))
    return time.perf_counter() - start


def test_the_version_is_said() -> None:
    from pixhaul import __version__

    assert CliRunner().invoke(program, ["--version"]).output == f"pixhaul {__version__}\n"


def test_a_source_in_place_of_a_command_is_shown_the_way(tmp_path: Path) -> None:
    done = pixhaul("https://example.org/a.jpg", folder=tmp_path)
    assert done.returncode == 2
    assert "did you mean: pixhaul get https://example.org/a.jpg" in done.stderr


def test_a_slip_in_a_commands_name_is_shown_the_way(tmp_path: Path) -> None:
    assert "there is no command gett; did you mean get?" in pixhaul("gett", folder=tmp_path).stderr


def test_without_arguments_the_help_is_shown(tmp_path: Path) -> None:
    done = pixhaul(folder=tmp_path)
    assert "\nCommands:\n" in done.stderr
    assert "\\x0a" not in done.stderr
    assert done.returncode == 2


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_its_completion(shell: str, tmp_path: Path) -> None:
    done = pixhaul("completion", shell, folder=tmp_path)
    assert done.returncode == 0
    assert "_PIXHAUL_COMPLETE" in done.stdout


def test_completion_knows_commands_and_options(tmp_path: Path) -> None:
    for words, wanted in (("pixhaul d", "plain,demo"), ("pixhaul get --per", "plain,--per-host")):
        more = {"_PIXHAUL_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(len(words.split()) - 1)}
        assert wanted in pixhaul(folder=tmp_path, more=more).stdout


def test_an_unknown_shell_is_refused(tmp_path: Path) -> None:
    done = pixhaul("completion", "tcsh", folder=tmp_path)
    assert done.returncode == 2
    assert "'tcsh' is not one of 'bash', 'zsh', 'fish'" in done.stderr
