"""What is remembered of hosts between runs: the file, whatever is in its place, and what it is worth to a run."""

from __future__ import annotations

import json
import os
import stat
from multiprocessing import get_context
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pixhaul
from hostile import Hostile, answer
from pictures import png
from pixhaul.host_memory import MOST, WEEK, file_of, load, save
from pixhaul.options import Options
from program import pixhaul as program

NOW = 1_800_000_000.0


def entry(width: float = 64.0, time: float = NOW) -> dict[str, float]:
    return {"width": width, "time": time}


def test_what_one_run_learned_the_next_one_knows(tmp_path: Path) -> None:
    file = tmp_path / "new" / "hosts.json"
    save(file, {"https://a.example:443": entry() | {"rate": 5.0, "proven": 4.0}}, NOW)
    assert load(file, NOW + 60) == {"https://a.example:443": {"width": 64, "rate": 5, "proven": 4, "time": NOW}}
    assert [path.name for path in file.parent.iterdir() if path.suffix == ".tmp"] == []
    if os.name == "posix":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_later_run_adds_to_it_and_takes_out_what_was_given_up(tmp_path: Path) -> None:
    file = tmp_path / "hosts.json"
    save(file, {"a": entry(), "b": entry(), "c": entry()}, NOW)
    save(file, {"b": entry(9.0, NOW + 1), "c": {}, "d": entry()}, NOW + 1)
    assert {name: memory["width"] for name, memory in load(file, NOW + 1).items()} == {"a": 64, "b": 9, "d": 64}


@pytest.mark.parametrize("age", [WEEK, -120.0])
def test_a_host_is_forgotten_after_a_week_and_one_from_the_future_at_once(age: float, tmp_path: Path) -> None:
    file = tmp_path / "hosts.json"
    save(file, {"a": entry()}, NOW)
    assert load(file, NOW + age) == {}


def test_the_oldest_give_way(tmp_path: Path) -> None:
    file = tmp_path / "hosts.json"
    save(file, {f"h{number}": entry(time=NOW + number) for number in range(MOST + 10)}, NOW + MOST)
    kept = load(file, NOW + MOST)
    assert (len(kept), "h9" in kept, "h10" in kept) == (MOST, False, True)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@settings(max_examples=60, deadline=None)  # a machine may be busy
@given(
    st.binary(max_size=200)
    | st.builds(
        lambda value: json.dumps({"hosts": value}).encode(),
        JSON | st.dictionaries(st.text(), st.dictionaries(st.sampled_from(["width", "rate", "time"]), JSON)),
    )
)
def test_whatever_is_in_the_file_it_is_no_trouble(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    file = tmp_path_factory.getbasetemp() / "damaged.json"
    file.write_bytes(content)
    assert all(memory["time"] <= NOW + 60 for memory in load(file, NOW).values())
    save(file, {"a": entry()}, NOW)
    assert load(file, NOW)["a"] == entry()


@pytest.mark.parametrize(
    "hosts",
    ["[" * 100_000, '{"a": ' * 50_000, '{"a": {"time": ' + "9" * 5_000 + "}}", '{"a": {"width": NaN, "time": 1e999}}'],
)
def test_a_file_made_to_hurt_is_as_good_as_none(hosts: str, tmp_path: Path) -> None:
    (tmp_path / "hosts.json").write_text('{"hosts": ' + hosts)
    assert load(tmp_path / "hosts.json", NOW) == {}


@pytest.mark.skipif(os.name != "posix", reason="pipes with names")
def test_a_pipe_a_folder_or_a_huge_file_in_its_place_holds_nothing_up(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    with (tmp_path / "huge").open("wb") as file:
        file.truncate(10**9)
    for name in ("pipe", "folder", "huge", "none"):
        assert load(tmp_path / name, NOW) == {}
    save(tmp_path / "folder", {"a": entry()}, NOW)
    save(tmp_path / "huge" / "hosts.json", {"a": entry()}, NOW)


def _learn(file: Path, number: int) -> None:
    for turn in range(10):
        save(file, {f"h{number}-{turn}": entry()}, NOW)


def test_processes_that_end_together_lose_nothing_of_each_other(tmp_path: Path) -> None:
    context = get_context("spawn")
    others = [context.Process(target=_learn, args=(tmp_path / "hosts.json", number)) for number in range(3)]
    for one in others:
        one.start()
    for one in others:
        one.join(60)
    assert len(load(tmp_path / "hosts.json", NOW)) == 30


@pytest.fixture
def links(server: Hostile) -> list[str]:
    whole = answer(png(1))
    for number in range(60):
        server.routes[f"/{number}"] = lambda _: [0.1, whole]  # long enough for a loaded machine to bring them together
    return [server.url(f"/{number}") for number in range(60)]


def test_a_run_begins_where_the_last_one_stopped(links: list[str], server: Hostile, tmp_path: Path) -> None:
    pixhaul.download(links, tmp_path / "a", allow_private=True)
    file = file_of(Options())
    learned = json.loads(file.read_text())["hosts"]
    [name] = learned
    assert name == f"http://127.0.0.1:{server.port}"
    learned[name]["width"] = 60
    file.write_text(json.dumps({"hosts": learned}))
    server.most = 0
    pixhaul.download(links, tmp_path / "b", allow_private=True)
    assert server.most > 16


def test_a_run_may_be_told_to_remember_nothing(links: list[str], tmp_path: Path) -> None:
    pixhaul.download(links, tmp_path, allow_private=True, remember=False)
    assert not file_of(Options()).exists()


def test_the_command_keeps_it_where_it_is_told_to(links: list[str], tmp_path: Path) -> None:
    words = ("get", *links[:20], "--allow-private", "-q", "--cache-dir", "here")
    assert program(*words, folder=tmp_path).returncode == 0
    assert load(tmp_path / "here" / "hosts.json", 4e9) == {}
    assert len(json.loads((tmp_path / "here" / "hosts.json").read_text())["hosts"]) == 1
    done = program("get", *links, "--allow-private", "-q", "--no-remember", "-d", "b", folder=tmp_path)
    assert done.returncode == 0
    assert not (tmp_path / ".cache").exists()
