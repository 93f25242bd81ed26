import json
import signal
import subprocess
from pathlib import Path

import pytest

from program import command, environment, pixhaul


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_until_it_is_told_to_end(number: int, tmp_path: Path) -> None:
    with subprocess.Popen(
        command("standin", "--posts", "5", "--latency", "0"),
        cwd=tmp_path,
        env=environment(tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as child:
        assert child.stdout is not None
        ready = json.loads(child.stdout.readline())
        more = {"IMGUR_API": ready["api"], "IMGUR_CLIENT_ID": ready["client_id"]}
        assert pixhaul("get", "-g", "imgur:hot", "-n", "3", folder=tmp_path, more=more).returncode == 0
        child.send_signal(number)
        _, errors = child.communicate(timeout=10)
    assert child.returncode == 0
    assert not errors


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--port", "99999"], "from 0 to 65535"),
        (["--latency", "-1"], "latency"),
        (["--latency", "nan"], "latency"),
        (["--bandwidth", "fast"], "write it as 500k"),
        (["--faults", "nonsense=5%"], "nonsense"),
        (["--pictures", "none"], "none"),
        (["--links-base", "ftp://x"], "http"),
    ],
)
def test_what_cannot_be_is_one_line(words: list[str], said: str, tmp_path: Path) -> None:
    done = pixhaul("standin", *words, folder=tmp_path)
    assert done.returncode == 2
    assert said in done.stderr
    assert len(done.stderr.splitlines()) <= 2
    assert not done.stdout


def test_help_lists_the_faults(tmp_path: Path) -> None:
    assert "Faults:" in pixhaul("standin", "--help", folder=tmp_path).stdout
