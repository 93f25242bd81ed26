"""A whole race of small programs, some of which do what no program should; and its page in a real browser."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from PIL import Image

from pixhaul.race.heat import TIMEOUT, Rules, run
from pixhaul.race.road import Conditions, Road
from program import command, environment, pixhaul

NAME = "<b onclick=x>.py"
FETCH = """
import os, pathlib, urllib.request
links = open(os.environ["RACE_LINKS"]).read().split()
def get(link, change=lambda body: body):
    body = urllib.request.urlopen(link, timeout=20).read()
    pathlib.Path(link.rsplit("/", 1)[1]).write_bytes(change(body))
"""
PROGRAMS = {
    NAME: FETCH + "for link in links: get(link)",
    "crash.py": FETCH + "get(links[0]); raise ValueError('no more')",
    "killed.py": FETCH + "get(links[0]); os.kill(os.getpid(), 9)",
    "wrong.py": FETCH + "for link in links: get(link, lambda body: body[:-1] + b'?')",
    "few.py": FETCH + "for link in links[:5]: get(link)",
    "flood.py": FETCH + "while True: get(links[0])",
    "crowd.py": """
import os, socket, time
from urllib.parse import urlsplit
link = urlsplit(open(os.environ["RACE_LINKS"]).readline())
held = []
for _ in range(70):
    held.append(socket.create_connection((link.hostname, link.port)))
    held[-1].sendall(f"GET {link.path} HTTP/1.1\\r\\nHost: x\\r\\n".encode())
time.sleep(60)
""",
}
HANG = """
import os, signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
sleep = [sys.executable, "-c", "import time; time.sleep(60)"]
child, stray = subprocess.Popen(sleep), subprocess.Popen(sleep, start_new_session=True)
open(os.environ["PIDS"], "w").write(f"{os.getpid()} {child.pid} {stray.pid}")
time.sleep(60)
"""


class Result(NamedTuple):
    """What came of it."""

    racers: dict[str, dict[str, Any]]
    summary: dict[str, Any]
    page: Path
    folder: Path
    code: int


@pytest.fixture(scope="module")
def raced(tmp_path_factory: pytest.TempPathFactory) -> Result:
    """The race of all of them, beside one strategy and a command line with links in it; one for all test processes."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "race-of-all"
    try:
        folder.mkdir()
    except FileExistsError:
        pass  # another process lets them run
    else:
        _let_them_run(folder)
    for _ in range(2400):
        if (folder / "done").exists():
            break
        time.sleep(0.05)
    *lines, last = [json.loads(line) for line in (folder / "done").read_text("utf-8").splitlines()]
    summary = last["summary"]
    return Result({one["racer"]: one for one in lines}, summary, folder / "race.html", folder, summary["code"])


def _let_them_run(folder: Path) -> None:
    for name, text in PROGRAMS.items():
        (folder / name).write_text(text)
    more = {"PIXHAUL_STRATEGY": "nonsense", "http_proxy": "http://127.0.0.1:1"}
    programs = list(PROGRAMS)
    if shutil.which("curl"):
        programs.append("curl -s --parallel -K {curl}")
    call = ("race", "-n", "10", "--latency", "0.02", "--only", "multi,yours", "--json")
    done = pixhaul(*call, "--trace", "all.json", *programs, folder=folder, more=more)
    told = done.stdout.replace('{"summary": {', f'{{"summary": {{"code": {done.returncode}, ')
    assert told, done.stderr
    (folder / "told").write_text(told, "utf-8")
    (folder / "told").rename(folder / "done")


def test_each_is_judged_and_the_others_go_on(raced: Result) -> None:
    assert {name: one["verdict"] for name, one in raced.racers.items() if name != "curl"} == {
        "pixhaul multi": "done",
        NAME: "done",
        "crash.py": "crashed",
        "killed.py": "crashed",
        "wrong.py": "wrong",
        "few.py": "incomplete",
        "flood.py": "flooded",
        "crowd.py": "flooded",
    }
    assert raced.racers.get("curl", {"verdict": "done"})["verdict"] == "done"
    assert raced.racers["crash.py"]["detail"] == "exit code 1; its last words: ValueError: no more"
    assert "SIGKILL" in raced.racers["killed.py"]["detail"]
    assert len(raced.racers["wrong.py"]["wrong"]) == 10
    assert raced.racers["few.py"]["right"] == 5
    assert raced.code == raced.summary["exit"] == 1


def test_what_they_did_is_counted(raced: Result) -> None:
    ours, single = raced.racers["pixhaul multi"], raced.racers[NAME]
    for one in (ours, single):
        assert (one["requests"], one["right"], one["pictures"]) == (10, 10, 10)
        assert one["seconds"] > 0.04
    assert single["most_at_once"] == 1
    assert single["connections"] == 10
    assert single["phases"]["waiting"] >= 10 * 0.02
    assert "checking" in ours["phases"]
    assert 0 <= raced.summary["standin_share"] < 1
    if os.name == "posix":
        assert single["cpu"] > 0
        assert single["memory"] > 10**6


@pytest.mark.torture
def test_one_that_hangs_is_ended_with_all_that_it_started_and_the_next_one_runs(tmp_path: Path) -> None:
    (tmp_path / "hang.py").write_text(HANG)
    (tmp_path / "good.py").write_text(PROGRAMS[NAME])
    call = ("race", "-n", "3", "--latency", "0.01", "--only", "yours", "--deadline", "5", "--json")
    done = pixhaul(*call, "hang.py", "good.py", folder=tmp_path, more={"PIDS": str(tmp_path / "pids")})
    assert [json.loads(line).get("verdict") for line in done.stdout.splitlines()] == ["hung", "done", None]
    assert not any(_lives(int(pid)) for pid in (tmp_path / "pids").read_text().split())


def test_one_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    sleeping = [sys.executable, "-c", "import time; print('here', flush=True); time.sleep(60)"]
    ended = run(sleeping, tmp_path, dict(os.environ), Rules(0.5, lambda: False))
    assert (ended.stopped, ended.code) == (TIMEOUT, -signal.SIGTERM)
    assert 0.5 <= ended.seconds < 30


def _lives(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


def test_the_page_has_a_lane_for_each_connection(raced: Result) -> None:
    articles = raced.page.read_text("utf-8").split("<article")[1:]
    assert len(articles) == len(raced.racers)
    lanes = [article.count('data-kind="connection"') for article in articles]
    assert sorted(lanes) == sorted(one["connections"] for one in raced.racers.values())


def test_a_trace_of_the_race_can_be_drawn(raced: Result) -> None:
    done = pixhaul("race", "--show", "all.json", "-o", "shown.html", folder=raced.folder)
    assert done.returncode == 0, done.stderr
    assert (raced.folder / "shown.html").read_text("utf-8").count("<article") == len(raced.racers)


KEPT = Path(__file__).parents[2] / "build" / "race"
"""Where screenshots are kept, to be looked at."""


def chromium(page: Path, folder: Path, *flags_of_this: str) -> tuple[str, list[str]]:
    """The page's document after its script has run, and what the browser's console said."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if browser is None:
        pytest.skip("no Chromium here")
    flags = (
        "--headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking --enable-logging=stderr"
    )
    nowhere = "--host-resolver-rules=MAP * ~NOTFOUND"
    call = [browser, *flags.split(), nowhere, f"--user-data-dir={folder}", *flags_of_this, "--dump-dom", page.as_uri()]
    done = subprocess.run(call, capture_output=True, text=True, check=False, timeout=60, errors="replace")
    assert "</html>" in done.stdout, done.stderr[-2000:]
    return done.stdout, [line for line in done.stderr.splitlines() if "CONSOLE" in line]


@pytest.mark.parametrize(
    ("name", "width", "scheme", "darker"), [("wide-light", 1200, 1, 255), ("narrow-dark", 420, 0, 60)]
)
def test_a_browser_draws_it_without_a_word_of_complaint_and_the_screenshots_are_kept(
    name: str, width: int, scheme: int, darker: int, raced: Result, tmp_path: Path
) -> None:
    KEPT.mkdir(parents=True, exist_ok=True)
    shot = KEPT / f"{name}.png"
    shot.unlink(missing_ok=True)
    look = (f"--window-size={width},2400", f"--blink-settings=preferredColorScheme={scheme}", f"--screenshot={shot}")
    document, console = chromium(raced.page, tmp_path / "profile", "--hide-scrollbars", *look)
    assert console == []
    assert document.count('data-kind="connection"') == sum(one["connections"] for one in raced.racers.values())
    assert "<b onclick" not in document
    with Image.open(shot) as picture:
        assert picture.width >= width
        ground = picture.convert("L").getpixel((2, 2))
        assert isinstance(ground, int)
        assert darker - 60 <= ground <= darker
        assert len(picture.convert("RGB").getcolors(10**7) or []) > 100


KEYS = """
const [one, two] = document.querySelector(".card:has(.lane + .lane)").querySelectorAll(".lane");
one.focus();
one.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowDown", bubbles: true }));
const said = two.closest(".card").querySelector(".said").textContent;
document.title = [document.activeElement === two, said === two.getAttribute("aria-label"),
  one.getAttribute("tabindex"), two.getAttribute("tabindex")].join(" ");
"""


def test_the_arrow_keys_go_from_lane_to_lane_and_each_says_what_it_shows(raced: Result, tmp_path: Path) -> None:
    text = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", raced.page.read_text("utf-8"))
    driven = tmp_path / "driven.html"
    driven.write_text(text.replace("</body>", f"<script>{KEYS}</script></body>"), "utf-8")
    document, console = chromium(driven, tmp_path / "profile")
    assert console == []
    assert "<title>true true -1 0</title>" in document


def test_a_browser_would_complain_of_a_style_that_is_not_ours(raced: Result, tmp_path: Path) -> None:
    text = raced.page.read_text("utf-8")
    forged = tmp_path / "forged.html"
    forged.write_text(text.replace("</style>", "b{color:red}</style>"), "utf-8")
    _, console = chromium(forged, tmp_path / "profile")
    assert any("Content Security Policy" in line for line in console)


def test_a_race_that_is_broken_off_draws_what_has_ended(tmp_path: Path) -> None:
    (tmp_path / "good.py").write_text(PROGRAMS[NAME])
    (tmp_path / "hang.py").write_text(HANG)
    call = command("race", "-n", "3", "--latency", "0.01", "--only", "yours", "good.py", "hang.py")
    more = {"PIDS": str(tmp_path / "pids")}
    with subprocess.Popen(call, cwd=tmp_path, env=environment(tmp_path, more), stderr=subprocess.PIPE) as running:
        for _ in range(600):
            if (tmp_path / "pids").exists() and (tmp_path / "pids").read_text():
                break
            time.sleep(0.05)
        running.send_signal(signal.SIGTERM)
        assert running.wait(30) == 5
    assert (tmp_path / "race.html").read_text("utf-8").count("<article") == 1
    assert not any(_lives(int(pid)) for pid in (tmp_path / "pids").read_text().split())


def test_a_stand_in_that_was_brought_down_is_raised_again() -> None:
    with Road(Conditions(pictures=3, latency=0.0)) as road:
        before = road.standin.images
        road.standin.stop()
        assert road.record() is None
        assert road.traffic() == (0, 0)
        road.begin()
        assert road.standin.images != before
        assert road.record() is not None


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("no-such-program",), "no program that could run here"),
        (("--only", "nobody"), "Nobody in this race is called nobody"),
        (("--faults", "nonsense"), "there is no fault 'nonsense'"),
        (("--latency", "nan"), "latency"),
        (("-o", "no/such/place.html"), "cannot be written there"),
        (("--show", "none.json"), "cannot be read"),
        (("--show", "x", "a.py"), "races nobody"),
        (("-n", "0"), "not a whole number"),
    ],
)
def test_what_cannot_be_is_one_clear_line(arguments: tuple[str, ...], said: str, tmp_path: Path) -> None:
    done = pixhaul("race", *arguments, folder=tmp_path)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert len(re.findall("^pixhaul: ", done.stderr, re.MULTILINE)) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_page_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("print(1)")
    for arguments in (("-o", "mine.py"), ("--trace", "mine.py")):
        done = pixhaul("race", *arguments, folder=tmp_path)
        assert done.returncode == 2
        assert "left alone" in done.stderr
    assert (tmp_path / "mine.py").read_text() == "print(1)"
