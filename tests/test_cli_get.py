import base64
import json
import subprocess
from pathlib import Path
from urllib.parse import quote

import pytest

from hostile import Hostile, answer
from pictures import png
from pixhaul import standin
from pixhaul.models import Result
from program import command, environment, pixhaul

ALLOW = ("--allow-private", "--retries", "0")


@pytest.fixture
def links(server: Hostile) -> list[str]:
    """Three good pictures and two that fail."""
    for number in range(3):
        server.routes[f"/{number}.png"] = lambda _, number=number: answer(png(number))  # type: ignore[misc]
    server.routes["/page.png"] = lambda _: answer(b"<html>no</html>", kind="text/html")
    return [server.url(path) for path in ("/0.png", "/1.png", "/2.png", "/gone.png", "/page.png")]


def test_a_run_ends_with_what_happened_and_what_to_do(links: list[str], tmp_path: Path) -> None:
    done = pixhaul("get", *ALLOW, *links, folder=tmp_path)
    assert done.returncode == 1
    assert not done.stdout
    *lines, counts, advice = done.stderr.splitlines()
    assert sorted(line.split()[1] for line in lines) == ["not-an-image", "not-found"]
    assert counts.startswith("3 kept, 0 skipped, 2 failed (")
    assert counts.endswith(", in images/")
    assert advice.endswith(": pixhaul retry images --all")
    assert len(list((tmp_path / "images").glob("*.png"))) == 3


def test_json_lines_are_those_of_the_contract(links: list[str], tmp_path: Path) -> None:
    done = pixhaul("get", "--json", "-d", "out", *ALLOW, *links, folder=tmp_path)
    *lines, last = (json.loads(line) for line in done.stdout.splitlines())
    assert done.returncode == last["summary"]["exit"] == 1
    assert {tuple(line) for line in lines} == {Result._fields}
    assert {line["url"]: line["status"] for line in lines} == dict(
        zip(links, ["done"] * 3 + ["failed"] * 2, strict=True)
    )
    assert all((tmp_path / "out" / line["path"]).stat().st_size == line["size"] for line in lines if line["path"])
    assert last["summary"]["links"] == 5
    assert last["summary"]["reasons"] == {"not-found": 1, "not-an-image": 1}
    assert not done.stderr


def test_a_second_run_skips_what_is_kept_and_asks_nothing(links: list[str], server: Hostile, tmp_path: Path) -> None:
    pixhaul("get", *ALLOW, *links[:3], folder=tmp_path)
    asked = server.asked.copy()
    done = pixhaul("get", *ALLOW, *links[:3], folder=tmp_path)
    assert done.returncode == 0
    assert done.stderr.startswith("0 kept, 3 skipped, 0 failed in ")
    assert server.asked == asked


def test_quiet_says_nothing_and_verbose_says_each(links: list[str], tmp_path: Path) -> None:
    assert not pixhaul("get", "-q", *ALLOW, *links, folder=tmp_path).stderr
    done = pixhaul("get", "-v", *ALLOW, *links, "-d", "more", folder=tmp_path)
    assert sorted(line.split()[0] for line in done.stderr.splitlines()[:-2]) == ["failed"] * 2 + ["kept"] * 3
    assert "kept  0.png  (8x8 png, " in done.stderr


def test_only_failures_is_exit_3_and_no_success_is_promised(links: list[str], tmp_path: Path) -> None:
    done = pixhaul("get", *ALLOW, links[3], folder=tmp_path)
    assert done.returncode == 3
    assert "Run the same command" not in done.stderr


def test_a_failure_that_may_pass_is_worth_the_same_command(tmp_path: Path) -> None:
    done = pixhaul("get", *ALLOW, "http://127.0.0.1:1/a.png", folder=tmp_path)
    assert "failed  connect  http://127.0.0.1:1/a.png  (" in done.stderr
    assert done.stderr.endswith("Run the same command again to try the 1 that may succeed now.\n")


def test_local_addresses_are_refused_unless_they_are_allowed(links: list[str], server: Hostile, tmp_path: Path) -> None:
    done = pixhaul("get", links[0], folder=tmp_path)
    assert "failed  address-refused" in done.stderr
    assert not server.asked


def test_options_reach_the_run(links: list[str], tmp_path: Path) -> None:
    done = pixhaul("get", "--json", *ALLOW, "--types", "jpeg", *links[:1], folder=tmp_path)
    assert json.loads(done.stdout.splitlines()[0])["reason"] == "type-refused"
    done = pixhaul("get", "--json", *ALLOW, "--max-pixels", "10", *links[:1], folder=tmp_path)
    assert json.loads(done.stdout.splitlines()[0])["reason"] == "too-many-pixels"
    done = pixhaul("get", "--json", *ALLOW, "-n", "2", *links, folder=tmp_path)
    assert json.loads(done.stdout.splitlines()[-1])["summary"]["links"] == 2


@pytest.mark.parametrize("way", ["file", "standard input"])
def test_a_list_is_read(way: str, links: list[str], tmp_path: Path) -> None:
    text = "\n".join(["# mine", "", *links[:3]])
    (tmp_path / "list.txt").write_text(text)
    name = "list.txt" if way == "file" else "-"
    done = pixhaul("get", *ALLOW, "-i", name, folder=tmp_path, given=text.encode())
    assert done.returncode == 0, done.stderr
    assert done.stderr.startswith("3 kept")


def test_the_environment_and_the_folders_file_configure_a_run(links: list[str], tmp_path: Path) -> None:
    (tmp_path / "pixhaul.toml").write_text('directory = "cats"\nallow-private = true\nlimit = 1\n')
    done = pixhaul("get", *links[:3], folder=tmp_path, more={"PIXHAUL_LIMIT": "2"})
    assert done.stderr.startswith("2 kept")
    assert len(list((tmp_path / "cats").glob("*.png"))) == 2


def test_a_wrong_variable_is_a_warning_and_the_run_goes_on(links: list[str], tmp_path: Path) -> None:
    done = pixhaul("get", *ALLOW, links[0], folder=tmp_path, more={"PIXHAUL_LIMITT": "2"})
    assert done.returncode == 0
    assert "PIXHAUL_LIMITT sets nothing; did you mean PIXHAUL_LIMIT?" in done.stderr


def test_nothing_from_outside_reaches_the_terminal_raw(server: Hostile, tmp_path: Path) -> None:
    evil = "\x1b]0;owned\x07\x9b31m\u202egnp"
    server.routes["/a.png"] = lambda _: answer(b"x", f"404 {evil.encode('utf-8').decode('latin-1')}", evil[:8])
    words = ["get", "-v", *ALLOW, server.url("/a.png"), f"http://127.0.0.1:1/{evil}", f"imgur{evil}:hot"]
    for more in ([], ["--json"], ["-g"], ["--dry-run"]):
        done = pixhaul(*words, *more, folder=tmp_path)
        raw = [one for one in done.stdout + done.stderr if one not in "\n\t" and not one.isprintable()]
        assert raw == []
        assert "Traceback" not in done.stderr


def test_without_a_client_id_the_api_is_refused_in_two_lines_and_exit_4(tmp_path: Path) -> None:
    done = pixhaul("get", "imgur:hot", folder=tmp_path, more={"IMGUR_API": "http://127.0.0.1:1"})
    assert done.returncode == 4
    assert "pixhaul: " in done.stderr
    assert "Traceback" not in done.stderr


def test_the_client_id_is_in_no_output_and_no_file(tmp_path: Path) -> None:
    canary = "canary5f3a9c1e77"
    with standin.start(posts=5) as running:
        more = {"IMGUR_API": running.api, "IMGUR_CLIENT_ID": canary, "https_proxy": "http://ann:canarypass@127.0.0.1:1"}
        outputs = ""
        for words in (
            ["get", "imgur:hot", "-v"],
            ["get", "imgur:hot", "--json"],
            ["get", "imgur:hot", "--dry-run"],
            ["get", "--client-id", canary + "2", "imgur:hot"],
            ["get", "--client-id", canary + "\n", "imgur:hot"],
            ["get", "--client-idd", canary, "imgur:hot"],
            ["get", "--proxy", "http://ann:canarypass@127.0.0.1:1", "http://192.0.2.1/a.png", "--retries", "0"],
            ["get", "http://ann:canarylink@127.0.0.1/a.png", "//ann:canarylink@127.0.0.1/b.png", "-v"],
            ["get", "http://ann:canarylink@127.0.0.1/a.png", "--json"],
            ["doctor"],
        ):
            done = pixhaul(*words, folder=tmp_path, more=more)
            outputs += done.stdout + done.stderr
    assert "canarylink" not in outputs
    everything = outputs.encode() + b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    for secret in ("canary5f3a9c1e77", "canarypass"):
        for form in (secret.encode(), base64.b64encode(secret.encode()).rstrip(b"="), quote(secret).encode()):
            assert form not in everything


def test_imgur_is_asked_through_the_named_api(tmp_path: Path) -> None:
    with standin.start(posts=30) as running:
        more = {"IMGUR_API": running.api, "IMGUR_CLIENT_ID": running.client_id}
        done = pixhaul("get", "imgur:hot", "-n", "7", "--json", folder=tmp_path, more=more)
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout.splitlines()[-1])["summary"]["done"] == 7
        found = pixhaul("get", "-g", "imgur:hot", "-n", "7", folder=tmp_path, more=more)
        assert len(found.stdout.splitlines()) == 7
        described = pixhaul("get", "--dry-run", "imgur:hot", "-n", "7", folder=tmp_path, more=more)
        assert [line.split("\t")[0] for line in described.stdout.splitlines()] == found.stdout.splitlines()
        assert all(len(line.split("\t")) == 2 for line in described.stdout.splitlines())


def test_resolving_makes_no_folder_and_asks_for_no_picture(links: list[str], server: Hostile, tmp_path: Path) -> None:
    for words in (["-g"], ["--dry-run"]):
        done = pixhaul("get", *words, *links, folder=tmp_path)
        assert [line.split("\t")[0] for line in done.stdout.splitlines()] == links
    assert not server.asked
    assert list(tmp_path.iterdir()) == []


def test_resolving_counts_bad_lines(tmp_path: Path) -> None:
    (tmp_path / "bad.txt").write_bytes(b"x" * 100_000 + b"\nhttp://example.org/a.png\n")
    done = pixhaul("get", "-g", "-i", "bad.txt", folder=tmp_path)
    assert done.returncode == 1
    assert done.stdout == "http://example.org/a.png\n"
    assert done.stderr.startswith("failed  bad-url")
    (tmp_path / "bad.txt").write_bytes(b"x" * 100_000 + b"\n")
    assert pixhaul("get", "-g", "-i", "bad.txt", folder=tmp_path).returncode == 3


def test_links_come_at_once_and_a_closed_pipe_ends_it_quietly(tmp_path: Path) -> None:
    (tmp_path / "many.txt").write_text("".join(f"http://example.org/{number}.png\n" for number in range(300_000)))
    with subprocess.Popen(
        command("get", "-g", "-i", "many.txt"),
        cwd=tmp_path,
        env=environment(tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        assert running.stdout.readline() == b"http://example.org/0.png\n"
        running.stdout.close()
        assert running.stderr.read() == b""
        assert running.wait(10) == 5


def test_full_standard_output_is_said(links: list[str], tmp_path: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            command("get", "--json", *ALLOW, *links),
            check=False,
            cwd=tmp_path,
            env=environment(tmp_path),
            stdout=full,
            stderr=subprocess.PIPE,
        )
    assert done.returncode == 9
    assert b"standard output cannot be written: No space left" in done.stderr
    assert b"Traceback" not in done.stderr
