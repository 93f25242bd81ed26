import shlex
import subprocess
from pathlib import Path

import pytest

from hostile import Hostile, answer
from pixhaul import doctor, standin
from pixhaul.descriptors import EACH, RESERVED
from pixhaul.options import Options
from program import command, environment, pixhaul


def test_a_folder_is_looked_at_and_nothing_is_left_there(tmp_path: Path) -> None:
    assert doctor.directory(tmp_path / "a" / "b").verdict == doctor.GOOD
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_is_a_problem_with_advice(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for path in (tmp_path / "file" / "x", Path("/proc/nothing")):
        fact = doctor.directory(path)
        assert fact.verdict == doctor.BAD
        assert "-d" in fact.advice


def test_too_few_open_files_is_a_problem_with_a_number_that_works() -> None:
    import resource

    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    if hard == resource.RLIM_INFINITY:
        pytest.skip("no limit here")
    fits = (hard - RESERVED) // EACH
    fact = doctor.open_files(fits + 1)
    assert fact.verdict == doctor.BAD
    assert f"--connections {fits}," in fact.advice
    assert doctor.open_files(fits).verdict == doctor.GOOD


@pytest.mark.parametrize(("connections", "returncode"), [("", 0), ("520", 0), ("521", 1)])
def test_a_run_needs_room_for_all_its_places(connections: str, returncode: int, tmp_path: Path) -> None:
    limited = ["sh", "-c", f"ulimit -n 1600; exec {shlex.join(command('doctor', '--offline'))}"]
    more = {"PIXHAUL_CONNECTIONS": connections} if connections else {}
    done = subprocess.run(
        limited, cwd=tmp_path, env=environment(tmp_path, more), capture_output=True, text=True, check=False
    )
    assert done.returncode == returncode, done.stdout
    assert ("Use --connections 520," in done.stdout) == bool(returncode)


def test_a_file_that_is_no_certificates_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "a.pem").write_text("nothing")
    assert doctor.certificates(str(tmp_path / "a.pem"), {}).verdict == doctor.BAD
    assert doctor.certificates("", {"SSL_CERT_FILE": str(tmp_path / "none.pem")}).verdict == doctor.BAD


def test_passwords_of_proxies_are_masked() -> None:
    fact = doctor.proxies("http://a:canary@x:1", {"https_proxy": "http://ann:canary@y:2", "no_proxy": "z"})
    assert "canary" not in fact.text
    assert "y:2" in fact.text


def test_an_api_that_answers_says_how_many_calls_are_left() -> None:
    with standin.start(posts=1, credits=100) as running:
        good = doctor.api(Options(api=running.api), running.client_id)
        bad = doctor.api(Options(api=running.api), "canarywrong")
        none = doctor.api(Options(api=running.api), "")
    assert good.verdict == doctor.GOOD
    assert "calls are left" in good.text
    assert bad.verdict == doctor.BAD
    assert "canary" not in bad.text + bad.advice
    assert none.verdict == doctor.GOOD


def test_an_api_that_does_not_answer_is_a_problem() -> None:
    fact = doctor.api(Options(api="http://127.0.0.1:1"), "x")
    assert fact.verdict == doctor.BAD
    assert "IMGUR_API" in fact.advice


def test_a_redirect_of_the_api_is_not_followed(server: Hostile) -> None:
    server.routes["/3/credits"] = lambda _: answer(b"", "302 Found", Location=server.url("/other", "localhost"))
    doctor.api(Options(api=server.url("")), "x")
    assert set(server.asked) == {"/3/credits"}


def test_it_says_what_is_set_and_from_where_and_never_the_id(tmp_path: Path) -> None:
    (tmp_path / "pixhaul.toml").write_text('retries = 7\ntypes = "jpeg,png"\n')
    more = {
        "PIXHAUL_CONNECTIONS": "17",
        "IMGUR_CLIENT_ID": "canary5f3a",
        "PIXHAUL_PROXY": "http://ann:canary@127.0.0.1:9",
        "PIXHAUL_RETRYS": "1",
        "http_proxy": "http://u:canary@127.0.0.1:9",
    }
    done = pixhaul("doctor", "--offline", folder=tmp_path, more=more)
    assert done.returncode == 0, done.stdout
    for said in (
        "retries = 7 (from pixhaul.toml)",
        "types = jpeg, png (from pixhaul.toml)",
        "connections = 17 (from PIXHAUL_CONNECTIONS)",
        "client-id = (not shown) (from IMGUR_CLIENT_ID)",
        "proxy = http://***@127.0.0.1:9 (from PIXHAUL_PROXY)",
        "PIXHAUL_RETRYS sets nothing; did you mean PIXHAUL_RETRIES?",
        "libcurl",
        "was not asked (--offline)",
        "Nothing is wrong.",
    ):
        assert said in done.stdout
    assert "canary" not in done.stdout + done.stderr


def test_broken_settings_are_a_problem_and_the_rest_is_still_looked_at(tmp_path: Path) -> None:
    (tmp_path / "pixhaul.toml").write_text("retrys = 7\n")
    done = pixhaul("doctor", "--offline", folder=tmp_path)
    assert done.returncode == 1
    assert "retrys is no setting; did you mean retries?" in done.stdout
    assert "libcurl" in done.stdout
    assert "1 to mend." in done.stdout


def test_a_bad_variable_is_a_problem(tmp_path: Path) -> None:
    done = pixhaul("doctor", "--offline", folder=tmp_path, more={"PIXHAUL_TIMEOUT": "never"})
    assert done.returncode == 1
    assert "PIXHAUL_TIMEOUT" in done.stdout
    done = pixhaul("doctor", "--offline", folder=tmp_path, more={"IMGUR_API": "nonsense"})
    assert done.returncode == 1
    assert "IMGUR_API" in done.stdout
