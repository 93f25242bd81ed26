"""Is the broken program of a chapter mended? python check.py CHAPTER [PROGRAM]

It runs the program in a folder of its own, against a stand-in of its own on which things go wrong, and looks at what
it leaves behind and what it has asked for. Without PROGRAM it is broken/CHAPTER.py.
"""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from time import monotonic, sleep
from urllib.error import HTTPError
from urllib.request import urlopen

try:
    from pixhaul import standin
except ModuleNotFoundError:
    sys.exit(
        "This Python has no pixhaul, whose stand-in a check needs.\nFirst, in each terminal: . ../.venv/bin/activate"
    )

HERE = Path(__file__).parent.resolve()
ENDS = (b"\xff\xd9", b"IEND\xaeB`\x82", b"\x3b")
"""The last bytes of a JPEG, a PNG and a GIF."""
LATENCY = 0.05
NEEDS = {"aio": "aiohttp", "cluster": "ray"}
LIMIT = 20
"""Seconds after which a program is stopped that should take one; starting Ray has its time on top."""


class Trial:
    """A folder, a stand-in, and one program that is run there, as often as a check likes."""

    def __init__(self, program, folder, imgur):
        self.program, self.folder, self.imgur = Path(program).resolve(), Path(folder), imgur
        self.output, self.seconds, self.has_ended = "", 0.0, True

    def run(self, until=None, then=0.0, seconds=LIMIT, **more):
        """Run the program to its end, or kill it: `then` seconds after `until()` holds, or after so many seconds."""
        known = {"IMGUR_API": self.imgur.api, "IMGUR_CLIENT_ID": self.imgur.client_id, "PYTHONPATH": str(HERE)}
        known |= {"PICTURES": "40", "LINKS": "40", "no_proxy": "127.0.0.1"}
        command, began = [sys.executable, "-u", str(self.program)], monotonic()
        with (self.folder / "output").open("w+") as said, started(command, said, self.folder, known | more) as child:
            while child.poll() is None and monotonic() - began < seconds and not (until and until()):
                sleep(0.02)
            sleep(then)
            self.has_ended, self.seconds = child.poll() is not None, monotonic() - began
        self.output = (self.folder / "output").read_text(errors="replace")

    @property
    def pictures(self):
        """What lies in `images` under the name of a picture: name and bytes."""
        return {path.name: path.read_bytes() for path in self.folder.glob("images/*.???")}

    @property
    def halves(self):
        """Pictures that have no end."""
        return [name for name, body in self.pictures.items() if not body.endswith(ENDS)]

    @property
    def asked(self):
        """How often each picture was asked for."""
        return {path: times for path, times in self.count(self.imgur.images)["paths"].items() if "." in path}

    def gone(self):
        """The pictures that were asked for, are not in `images`, and are not there when we ask for them."""
        missing = [path for path in self.asked if path.lstrip("/") not in self.pictures]
        return [path for path in missing if is_gone(self.imgur.images + path)]

    @property
    def most_at_once(self):
        """The most requests for pictures that were underway together."""
        return self.count(self.imgur.images)["most_at_once"]

    def pauses_after(self, status):
        """The seconds between an answer with this status and the next request for the same picture."""
        with urlopen(f"{self.imgur.images}/_record", timeout=10) as response:
            rows = [row[1:6] for row in json.load(response)["requests"]]
        for path, _, _, answered, said in rows:
            later = [came for other, came, *_ in rows if other == path and came > answered]
            if said == status and later:
                yield min(later) - answered

    def count(self, origin):
        """The stand-in's own record of one of its two ports."""
        with urlopen(f"{origin}/_requests", timeout=10) as response:
            return json.load(response)

    def complaints(self, expected=40, at_least=4, at_most=8):
        """What any program must do: come to its end, keep whole pictures, more than one at a time, eight at most."""
        if not self.has_ended:
            yield f"After {self.seconds:.0f} s it had not ended, and there were {len(self.pictures)} pictures."
        elif "Traceback" in self.output:
            said = re.findall(r"^[\w.]*(?:Error|Exception|Group|Pool|Read)\b.*", self.output, re.MULTILINE)
            yield f"It fell over: {said[-1] if said else self.output[-200:]}"
        elif "Took" not in self.output:
            yield "It does not say how long it took."
        if len(self.pictures) != expected:
            yield f"There should be {expected} pictures, and there are {len(self.pictures)}."
        if self.halves:
            yield f"{len(self.halves)} pictures in images/ have no end, such as {self.halves[0]}."
        if self.asked and not at_least <= self.most_at_once <= at_most:
            yield f"At most {self.most_at_once} downloads were underway; {at_least} to {at_most} together would do."


@contextmanager
def started(command, output, folder, known):
    """A program that runs, and at the end runs no more, nor does any process that it has started."""
    child = subprocess.Popen(
        command,
        cwd=folder,
        env=os.environ | known,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=os.name == "posix",
    )
    try:
        yield child
    finally:
        if os.name == "posix":
            with suppress(OSError):
                os.killpg(child.pid, signal.SIGKILL)
        elif child.poll() is None:
            subprocess.run(["taskkill", "/F", "/T", "/PID", str(child.pid)], capture_output=True, check=False)
        child.wait()


def is_gone(address):
    """Does the stand-in answer 404?"""
    try:
        with urlopen(address, timeout=10):
            return False
    except HTTPError as error:
        return error.code == 404


@contextmanager
def trial(program, faults=""):
    """A Trial in a new folder, which is removed at the end."""
    with (
        standin.start(latency=LATENCY, faults=faults, record=True) as imgur,
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
    ):
        yield Trial(program, folder, imgur)


def single(program):
    """Half pictures: kill it in the middle of one; and cut one short."""
    with trial(program, "stall:after=9000") as one:
        one.run(until=lambda: one.asked, then=0.4)
        if one.halves:
            yield f"I killed it while it was at work. In images/ lies {one.halves[0]}, and it has no end."
    with trial(program, "cut") as one:
        one.run(PICTURES="1")
        if one.pictures:
            yield f"A picture came cut short, and it was kept: {min(one.pictures)}."
    with trial(program) as one:
        one.run(PICTURES="10")
        yield from one.complaints(expected=10, at_least=1)


def threads(program):
    """A lost sum: what it says must be what lies there."""
    with trial(program) as one:
        one.run()
        yield from one.complaints()
        said = re.search(r"(\d+) bytes", one.output)
        there = sum(map(len, one.pictures.values()))
        if said is None or int(said[1]) != there:
            yield f"It says {said[0] if said else 'nothing about bytes'}; the files in images/ hold {there} bytes."


def workers(program):
    """A worker dies of a picture that is not there."""
    with trial(program, "404=30%") as one:  # more pictures that are gone than there are workers
        one.run(seconds=5)
        asked = len(one.asked)
        yield from one.complaints(expected=asked - len(one.gone()))
        if asked < 40:
            yield f"Only {asked} of 40 pictures were ever asked for."


def processes(program):
    """The children run the main program again."""
    with trial(program) as one:
        one.run()
        yield from one.complaints()
        lists = one.count(one.imgur.api)["total"]
        if lists != 1:
            yield f"It asked for the list of links {lists} times; once is enough."


def aio(program):
    """An await in the loop: nothing is underway together."""
    with trial(program) as one:
        one.run()
        yield from one.complaints()


def window(program):
    """A list of a million: how far ahead is it read?"""
    with trial(program) as one:
        one.run(until=lambda: sum(one.asked.values()) > 100, LINKS="1000000")
        read, done = max(map(int, re.findall(r"(\d+) links read", one.output)), default=0), sum(one.asked.values())
        if read > done + 1000:
            yield f"When it had asked for {done} pictures, it had read more than {read} links of its list."
    with trial(program) as one:
        one.run(LINKS="40")
        yield from one.complaints()


def faults(program):
    """Try again, but not everything, and not at once."""
    with trial(program, "404=10%,503=10%:once,429=10%:once:retry-after=1,cut=10%:once") as one:
        one.run()
        asked, gone = one.asked, one.gone()
        yield from one.complaints(expected=40 - len(gone))
        if any(asked[path] > 1 for path in gone):
            yield f"A picture that is not there (404) was asked for {max(asked[path] for path in gone)} times."
        if (soonest := min(one.pauses_after(429), default=1)) < 0.9:
            yield f"The stand-in said: come back after 1 s (429). {soonest:.1f} s later it was asked again."


def resume(program):
    """Pull the plug, run it again: nothing lost, nothing twice."""
    with trial(program) as one:
        one.run(until=lambda: len(one.pictures) >= 24)
        before, asked = len(one.pictures), sum(one.asked.values())
        one.run()
        yield from one.complaints(at_most=16)  # the stand-in may still be busy with what the killed one had asked for
        again = sum(one.asked.values()) - asked
        if again < 40 - before:
            yield f"I killed it when there were {before} pictures. The second run asked for {again} more."
        if again >= 40:  # how far behind the ledger may be is the disk's affair; that it knows something is not
            yield f"I killed it when there were {before} of 40 pictures. The second run asked for {again}."
        asked += again
        one.run()
        if third := sum(one.asked.values()) - asked:
            yield f"The third run, with all pictures there, asked for {third}."


def cluster(program):
    """Eight at once are eight in all."""
    with trial(program) as one:
        one.run(seconds=3 * LIMIT)
        yield from one.complaints()


def package(program):
    """A stream that nobody reads."""
    with trial(program) as one:
        one.run()
        yield from one.complaints()


CHECKS = {
    check.__name__: check for check in (single, threads, workers, processes, aio, window, faults, resume, cluster)
}
CHECKS["package"] = package


def main(chapter="", program=None):
    if chapter not in CHECKS:
        sys.exit(f"Which chapter? python check.py CHAPTER, one of: {', '.join(CHECKS)}")
    if chapter in NEEDS and find_spec(NEEDS[chapter]) is None:
        sys.exit(f"This chapter needs {NEEDS[chapter]}: python -m pip install {NEEDS[chapter]}")
    path = Path(program) if program else HERE / "broken" / f"{chapter}.py"
    if not path.is_file():
        sys.exit(f"There is no program {path}")
    name, found = f"{path.parent.name}/{path.name}", list(CHECKS[chapter](path))
    print(*([f"{name}: not yet.", *found] if found else [f"{name}: mended."]), sep="\n  ")
    sys.exit(bool(found))


if __name__ == "__main__":
    main(*sys.argv[1:3])
