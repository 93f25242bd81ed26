"""Runs cases of the fault table through a whole pixhaul, each at a host of its own, and judges what came of them."""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from certificates import Pair, Workshop, context
from fault import KEPT, TRIES, TWICE, Case

from hostile import Hostile, Origin, hostile
from http2 import Origin2
from pixhaul import sinks, strategies
from pixhaul.haul import haul
from pixhaul.ledger import Ledger
from pixhaul.models import Job, JobStream, Result
from pixhaul.options import Options
from pixhaul.part import staging_folder
from pixhaul.scheduler import Scheduler
from pixhaul.store import open_directory

QUICK = {"retries": 1, "timeout": 3.0, "low_speed_seconds": 2, "max_bytes": 40_000_000, "durable": False}
"""Options of the run: the defaults with the deadlines scaled down."""


class Told(NamedTuple):
    """What came of one case."""

    case: Case
    outcome: str
    """`kept`, or the reason."""
    requests: int
    fault: str
    """What is wrong with that, or nothing."""
    detail: str
    seconds: float


def run(cases: Iterable[Case], directory: Path, **options: object) -> Iterator[Told]:
    """All cases in one run, with the guard of addresses on: loopback alone is permitted, as for a local API's links."""
    chosen = Options(**(QUICK | {"directory": str(directory)} | options))  # type: ignore[arg-type]
    cases = list(cases)
    with hostile() as server, _certificate(any(case.http2 for case in cases)) as (authority, pair):
        chosen = replace(chosen, cacert=authority)
        origins = {number: (case, _origin(server, case, pair)) for number, case in enumerate(cases)}
        links = {origin.url(): number for number, (_, origin) in origins.items()}
        jobs = (Job(url, name=f"case{number}", local=True) for url, number in links.items())
        for result in _results(jobs, directory, chosen):
            case, origin = origins[links[result.url]]
            yield _told(case, result, len(origin.requests), directory, chosen.retries)


@contextmanager
def _certificate(wanted: bool) -> Iterator[tuple[str, Pair | None]]:
    """An authority to trust, and a certificate of it for this machine; nothing where nobody needs them."""
    if not wanted:
        yield "", None
        return
    with TemporaryDirectory() as folder:
        workshop = Workshop(Path(folder))
        yield str(workshop.authority.certificate), workshop.signed("IP:127.0.0.1")


def _origin(server: Hostile, case: Case, pair: Pair | None) -> Origin:
    if case.http2 is None or pair is None:
        return server.origin(case.serve)
    return server.add(Origin2(case.http2.serve, context(pair), case.http2.opening, case.http2.plain))


def run_links(jobs: JobStream, directory: Path, **options: object) -> Generator[Result, None, None]:
    """Jobs through a whole run with options other than the defaults."""
    return _results(jobs, directory, Options(**({"directory": str(directory)} | options)))  # type: ignore[arg-type]


def _results(jobs: JobStream, directory: Path, options: Options) -> Generator[Result, None, None]:
    open_directory(directory)
    with closing(Ledger(directory)) as ledger:
        sink = sinks.open_sink("folder", options, staging_folder(directory), ledger.owns)
        scheduler = Scheduler(ledger.recognition.pending(jobs), options)
        with closing(haul(scheduler, strategies.load(options.strategy), sink, ledger, options)) as turns:
            for results in turns:
                yield from results


def _told(case: Case, result: Result, requests: int, directory: Path, retries: int) -> Told:
    outcome = result.reason or KEPT
    fault = _fault(case, result, directory)
    most = {TRIES: retries + 1, TWICE: 2 * (retries + 1)}.get(case.requests, case.requests)
    if not fault and requests > most:
        fault = f"{requests} requests, where {most} are enough"
    return Told(case, outcome, requests, fault, result.detail, result.seconds)


def _fault(case: Case, result: Result, directory: Path) -> str:
    outcome = result.reason or KEPT
    if outcome == KEPT:
        data = (directory / str(result.path)).read_bytes()
        if data != case.truth:
            return f"WRONG BYTES kept: {len(data)} in place of {len(case.truth)}"
        if hashlib.sha256(data).hexdigest() != result.sha256:
            return "WRONG DIGEST"
    if outcome not in case.expected:
        return f"{outcome} ({result.detail}), where {' or '.join(case.expected)} is right"
    return ""


def wrong(told: Iterable[Told]) -> list[str]:
    """What is not as the table has it, in words."""
    return [f"{one.case.hazard} {one.case.name}: {one.fault}" for one in told if one.fault]
