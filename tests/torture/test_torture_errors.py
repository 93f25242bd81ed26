"""F3: an error at every file-system call of a run, one at a time: nothing wrong is kept, and the next run completes."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from pathlib import Path

import pytest
from rig import QUICK, Faulty, Truth, faulty, finished, listed, remove, results, serve, torn, whole

from hostile import Hostile

CODES = {0, 1, 2, 3, 9}
HOWS = {
    "ENOSPC": errno.ENOSPC,
    "ENOSPC-for-good": Faulty.FULL_FROM,
    "EIO": errno.EIO,
    "EMFILE": errno.EMFILE,
    "EINTR": errno.EINTR,
    "short": Faulty.SHORT,
}


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Faulty]:
    with faulty(tmp_path) as running:
        yield running


def violations(program: Faulty, directory: Path, truth: Truth, server: Hostile, code: int, run: list[str]) -> list[str]:
    """What is wrong after a run with a fault, and after the next one without."""
    told = results(program.text)
    wrong = [] if code in CODES else [f"exit {code}"]
    wrong += ["a traceback"] if "Traceback" in program.text else []
    wrong += [f"torn: {name}" for name in torn(directory, truth)]
    done = {str(one["path"]) for one in told if one["status"] == "done"}
    wrong += [f"told as done, and not there: {name}" for name in done - set(whole(directory))]
    wrong += ["exit 0 without all of them"] if code == 0 and len(done) != len(truth.links) else []
    before = server.asked.copy()
    again, _ = program.run(directory, *run)
    wrong += [f"the next run ends with {again}: {program.text[-300:]}"] if again else finished(directory, truth)
    fetched = server.asked - before
    kept = [one for one in told if one["status"] == "done" and fetched["/" + str(one["url"]).rpartition("/")[2]]]
    return wrong + [f"{len(kept)} told as done were asked for again"] * bool(kept)


@pytest.mark.torture
@pytest.mark.parametrize("name", HOWS)
def test_an_error_at_any_call_costs_nothing_but_another_run(
    name: str, program: Faulty, server: Hostile, tmp_path: Path, record_property: object
) -> None:
    truth = serve(server, 20, 200, 9_000)
    directory = tmp_path / "images"
    run = ["get", "--json", "--allow-private", "-d", str(directory), "-i", listed(truth, tmp_path)]
    _, calls = program.run(directory, *run)
    assert finished(directory, truth) == []
    bad = {}
    tried = range(1, calls + 1, 9 if QUICK else 1)
    for number in tried:
        remove(directory)
        code, _ = program.run(directory, *run, number=number, how=HOWS[name])
        said = program.text
        wrong = violations(program, directory, truth, server, code, run)
        if wrong:
            bad[number] = (wrong, said[-600:])
    record_property("figure", f"F3 {name}: {len(tried)} of {calls} calls tried, {len(bad)} violations")  # type: ignore[operator]
    assert not bad, f"{len(bad)} of {len(tried)}: " + "\n".join(f"{key}: {value}" for key, value in [*bad.items()][:6])
