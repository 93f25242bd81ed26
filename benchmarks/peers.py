"""The programs that are measured, and how each is told to do the same job: one function a program.

    python benchmarks/peers.py             which are here
    python benchmarks/peers.py --install   makes environments for gallery-dl and img2dataset below benchmarks/out/

curl, wget2, aria2c and nginx come from the system (Debian: apt install curl wget2 aria2 nginx-light).
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

HERE = Path(__file__).parent
OUT = HERE / "out" / "peers"
INSTALLED = {"gallery-dl": ("gallery-dl",), "img2dataset": ("img2dataset==1.47.0",)}
"""What `--install` installs. img2dataset is large (800 MB) and needs Python 3.11 or 3.12."""


class Task(NamedTuple):
    """What a program is asked to do."""

    links: list[str]
    folder: Path
    """Where the pictures go; empty."""
    notes: Path
    """A folder for lists and settings, outside of what is compared."""
    width: int | None = None
    """Transfers at once; None: pixhaul is told nothing, the others 64."""
    tries: int = 1
    """Times that one link may be asked for, where the program can be told."""
    authority: Path | None = None
    """The certificate to trust."""
    extra: tuple[str, ...] = ()
    """More options, for pixhaul alone."""

    @property
    def listed(self) -> str:
        """A file with the links, one a line."""
        path = self.notes / "links.txt"
        path.write_text("".join(f"{link}\n" for link in self.links))
        return str(path)

    @property
    def threads(self) -> str:
        """Transfers at once, for a program that must be told."""
        return str(self.width or 64)


def pixhaul(task: Task) -> list[str]:
    """Defaults, unless a width is given."""
    width = ["--connections", str(task.width), "--per-host", str(task.width)] if task.width else []
    trust = ["--cacert", str(task.authority)] if task.authority else []
    command = [sys.executable, "-m", "pixhaul", "get", "--allow-private", "-q", "-i", task.listed]
    return [*command, "-d", str(task.folder), *width, *trust, *task.extra]


def curl(task: Task) -> list[str]:
    """With --fail, so that a page that tells of an error is not kept as a picture. Bears 300 at once (7.88)."""
    outputs = ((link, task.folder / Path(urlsplit(link).path).name) for link in task.links)
    settings = task.notes / "curl.cfg"
    settings.write_text("".join(f'url = "{link}"\noutput = "{path}"\n' for link, path in outputs))
    trust = ["--cacert", str(task.authority)] if task.authority else []
    again = ["--retry", str(task.tries - 1)] if task.tries > 1 else []
    width = str(min(300, int(task.threads)))
    return ["curl", "-q", "-sfZ", "--parallel-max", width, *trust, *again, "-K", str(settings)]


def wget2(task: Task) -> list[str]:
    """Its retries do not concern answers of 429 or 503."""
    trust = [f"--ca-certificate={task.authority}"] if task.authority else []
    command = ["wget2", "--no-config", "-q", f"--max-threads={task.threads}", f"--tries={task.tries}", *trust]
    return [*command, "-P", str(task.folder), "-i", task.listed]


def aria2c(task: Task) -> list[str]:
    """With a pause of a second between tries, without which it does not try again after a 503."""
    trust = [f"--ca-certificate={task.authority}"] if task.authority else []
    again = [f"--max-tries={task.tries}", *(["--retry-wait=1"] if task.tries > 1 else [])]
    command = ["aria2c", "--no-conf", "-q", "-j", task.threads, "--file-allocation=none", *again, *trust]
    return [*command, "-d", str(task.folder), "-i", task.listed]


def urllib_threads(task: Task) -> list[str]:
    """The standard library in a pool of threads."""
    script = str(HERE / "urllib_threads.py")
    return [sys.executable, script, task.listed, str(task.folder), task.threads, str(task.tries)]


def pycurl_loop(task: Task) -> list[str]:
    """What a loop on libcurl costs from Python, that does nothing else. It tries once, and waits with select(2)."""
    script, trust = str(HERE / "pycurl_loop.py"), [str(task.authority)] if task.authority else []
    return [sys.executable, script, task.listed, str(task.folder), task.threads, *trust]


def gallery_dl(task: Task) -> list[str]:
    """One at a time; it has no option for more."""
    program = str(OUT / "gallery-dl" / "bin" / "gallery-dl")
    return [program, "--config-ignore", "-q", "-R", str(task.tries - 1), "-D", str(task.folder), "-i", task.listed]


def img2dataset(task: Task) -> list[str]:
    """Two processes, the bytes as they came: no resize, nothing encoded again (it still decodes each)."""
    program = str(OUT / "img2dataset" / "bin" / "img2dataset")
    shard = str(max(1, -(-len(task.links) // 2)))
    width = str(max(1, int(task.threads) // 2))
    plain = ["--resize_mode", "no", "--disable_all_reencoding", "True", "--output_format", "files"]
    command = [program, "--url_list", task.listed, "--output_folder", str(task.folder / "out"), *plain]
    spread = ["--processes_count", "2", "--thread_count", width, "--number_sample_per_shard", shard]
    return [*command, *spread, "--retries", str(task.tries - 1), "--enable_wandb", "False"]


class Program(NamedTuple):
    """One program."""

    command: Callable[[Task], list[str]]
    most: int
    """Links that it is given at most in one run without delay: slow ones are measured on fewer, and that is said."""
    version: tuple[str, ...]
    """A command that prints its version."""
    alone: bool = False
    """Whether it makes one transfer at a time."""
    floods_only: bool = False
    """Whether it is no program for anything but floods."""

    @property
    def here(self) -> bool:
        """Whether it is on this machine."""
        return shutil.which(self.version[0]) is not None


ALL = 10**9
PROGRAMS = {
    "pixhaul": Program(pixhaul, ALL, (sys.executable, "-m", "pixhaul", "--version")),
    "curl": Program(curl, ALL, ("curl", "-q", "--version")),
    "wget2": Program(wget2, ALL, ("wget2", "--version")),
    "aria2c": Program(aria2c, ALL, ("aria2c", "--version")),
    "bare pycurl": Program(pycurl_loop, ALL, (sys.executable, "--version"), floods_only=True),
    "urllib in threads": Program(urllib_threads, ALL, (sys.executable, "--version")),
    "img2dataset": Program(img2dataset, 2_000, (str(OUT / "img2dataset/bin/pip"), "show", "--no-color", "img2dataset")),
    "gallery-dl": Program(gallery_dl, 1_000, (str(OUT / "gallery-dl/bin/gallery-dl"), "--version"), alone=True),
}


def trusting(authority: Path | None) -> dict[str, str]:
    """Environment for those that take the authority from there."""
    return {name: str(authority) for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")} if authority else {}


def here(wanted: str = "", floods: bool = False) -> dict[str, Program]:
    """The programs on this machine, or those of a list with commas; for floods also those that are for nothing else."""
    names = [name.strip() for name in wanted.split(",")] if wanted else list(PROGRAMS)
    if unknown := [name for name in names if name not in PROGRAMS]:
        raise SystemExit(f"no such program: {', '.join(unknown)}; there are: {', '.join(PROGRAMS)}")
    found = {name: PROGRAMS[name] for name in names if PROGRAMS[name].here}
    return {name: program for name, program in found.items() if floods or not program.floods_only}


def versions(programs: dict[str, Program]) -> dict[str, str]:
    """The first line with a version that each prints."""
    said = {}
    for name, program in programs.items():
        lines = subprocess.run(program.version, capture_output=True, text=True, check=False).stdout.splitlines()
        said[name] = next((line for line in lines if re.search(r"\d\.\d", line)), "")
    return said


def install() -> None:
    """Make an environment for each peer that pip installs."""
    for name, packages in INSTALLED.items():
        python = shutil.which("python3.11") or sys.executable
        subprocess.run([python, "-m", "venv", str(OUT / name)], check=True)
        subprocess.run([str(OUT / name / "bin" / "pip"), "install", "--quiet", *packages], check=True)


if __name__ == "__main__":
    if sys.argv[1:] == ["--install"]:
        install()
    for peer, program in PROGRAMS.items():
        print(f"{peer:20}{'here' if program.here else 'not here'}")
