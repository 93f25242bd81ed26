"""A network that goes away: told from hosts that are sick, waited for, and blamed on no link."""

from __future__ import annotations

import itertools
import random
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from heapq import heappop, heappush
from math import inf
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hostile import answer
from pictures import png
from pixhaul.models import Attempt, Failed, Fetched, Job, Outcome, Picture, Reply
from pixhaul.network import EVERYTHING, LONGEST, STALLED, STRANGERS, UNREACHED, Network
from pixhaul.options import Options
from pixhaul.scheduler import Scheduler
from pixhaul.session import open_session

GOOD = Reply(200, size=1, picture=Picture("png", 1, 1))
AWAY = Reply(error="dns", detail="Could not resolve host")

# -- what is concluded -------------------------------------------------------------------------------------------------


def met(count: int) -> Network:
    network = Network()
    for _ in range(count):
        network.answered(False, 0.0, 0.0)
    return network


def test_three_hosts_that_answered_and_cannot_be_reached_are_the_network() -> None:
    network = met(10)
    assert [network.missed(name, True, UNREACHED, 0.0, 1.5) for name in "aabbc"] == [False] * 4 + [True]
    assert network.holds(True)
    assert network.holds(False)


def test_hosts_that_fall_silent_must_be_six() -> None:
    network = met(10)
    assert [network.missed(name, True, STALLED, 0.0, 1.0) for name in "abcdef"].index(True) == 5


def test_in_the_midst_of_answers_even_many_hosts_are_only_hosts() -> None:
    network = met(10)
    network.answered(True, 5.0, 5.0)
    assert not any(network.missed(name, True, UNREACHED, 4.0, 5.9) for name in "abcdefgh")
    assert not network.is_silent(5.9)
    assert network.is_silent(6.0)


@pytest.mark.parametrize(("dead", "expected"), [(0, 16), (50, 28), (900, 180)])
def test_the_more_strangers_were_dead_the_longer_a_row_must_be(dead: int, expected: int) -> None:
    network = met(50 if dead == 50 else 100)
    for number in range(dead):
        network.missed(f"dead{number}", False, UNREACHED, -1.0, 1.0)
    row = [network.missed(f"new{number}", False, UNREACHED, 1.0, 1.0) for number in range(300)]
    assert abs(row.index(True) + 1 - expected) <= 4
    assert network.away == STRANGERS
    assert (network.holds(False), network.holds(True)) == (True, False)


def test_strangers_that_were_asked_before_the_last_success_prove_nothing() -> None:
    network = met(10)
    network.answered(False, 5.0, 5.0)
    assert not any(network.missed(f"n{number}", False, UNREACHED, 4.9, 9.0) for number in range(500))


@pytest.mark.parametrize("share", [0.1, 0.5, 0.625, 0.8, 0.9, 0.95])
def test_a_list_of_hosts_that_are_dead_by_chance_is_no_outage(share: float) -> None:
    for seed in range(10):  # chosen here: by chance one list in many thousands does hold a row that is long enough
        chance, network = random.Random(seed), Network()
        for number in range(3_000):
            if chance.random() < share:
                assert not network.missed(f"h{number}", False, UNREACHED, float(number), float(number))
            else:
                network.answered(False, float(number), float(number))


def test_the_probes_of_an_outage_come_one_at_a_time_and_further_and_further_apart() -> None:
    network, now, probes = met(3), 10.0, []
    for name in "abc":
        network.missed(name, True, UNREACHED, 0.0, now)
    while len(probes) < 8:
        now = max(now, network.next_probe)
        assert network.may_probe(now)
        network.probe(True, now)
        assert not network.may_probe(now + 1_000.0)
        probes.append(now)
        network.probed(False, now)
    gaps = [late - early for early, late in itertools.pairwise(probes)]
    assert gaps == [2.0, 4.0, 8.0, 15.0, 15.0, 15.0, 15.0]


def test_a_network_that_never_comes_back_is_given_up_and_strangers_are_then_taken_for_dead() -> None:
    network = met(20)
    for number in range(30):
        network.missed(f"n{number}", False, UNREACHED, 1.0, 1.0)
    assert network.hopeless(False, 1.0 + LONGEST[STRANGERS]) == ""
    assert network.hopeless(False, 2.0 + LONGEST[STRANGERS]) == STRANGERS
    assert not any(network.missed(f"m{number}", False, UNREACHED, 400.0, 400.0) for number in range(500))
    for number in range(20):
        network.missed(f"h{number}", True, UNREACHED, 0.0, 500.0)
    assert network.away == EVERYTHING
    assert network.hopeless(False, 501.0 + LONGEST[EVERYTHING]) == EVERYTHING


# -- whole runs in virtual time ----------------------------------------------------------------------------------------


class World:
    """Hosts that answer after a while, except when the network is away or they are dead."""

    def __init__(self, seed: int, away: tuple[float, float] = (inf, inf), dead: frozenset[str] = frozenset()) -> None:
        self.chance = random.Random(seed)
        self.away = away
        self.dead = dead
        self.asked_while_away = 0
        self.most_at_once_while_away = 0

    def ask(self, attempt: Attempt, now: float) -> tuple[float, Reply]:
        """When the answer comes, and what it is."""
        start, end = self.away
        seconds = self.chance.uniform(0.05, 0.5)
        if start <= now < end:
            self.asked_while_away += 1
            kind = self.chance.choice(("dns", "connect"))
            return now + self.chance.choice((0.001, 0.5, 3.0)), Reply(error=kind, detail="gone")
        if attempt.host in self.dead:
            return now + seconds, Reply(error=self.chance.choice(("dns", "connect")), detail="dead")
        if now < start < now + seconds:
            return start + 0.01, Reply(200, error="truncated", detail="cut")
        return now + seconds, GOOD


def run(world: World, jobs: list[Job], **options: object) -> tuple[list[Outcome], Scheduler, float]:
    """Work through the jobs; what ended, and when."""
    scheduler = Scheduler(iter(jobs), Options(seed=1, **options))  # type: ignore[arg-type]
    flight: list[tuple[float, int, Attempt, Reply]] = []
    ended: list[Outcome] = []
    now, number = 0.0, 0
    while True:
        answer = scheduler.admit(now)
        if isinstance(answer, Attempt):
            number += 1
            when, reply = world.ask(answer, now)
            heappush(flight, (when, number, answer, reply))
            if scheduler.outages.network.away and now >= world.away[0] + 4.0:
                world.most_at_once_while_away = max(world.most_at_once_while_away, len(flight))
        elif isinstance(answer, Failed):
            ended.append(answer)
        elif answer is None:
            return ended, scheduler, now
        else:
            due = flight[0][0] if flight else inf
            assert min(due, answer) < inf, "it would wait for ever"
            now = min(now + answer, due) if answer > 0.0 else now
            if flight and flight[0][0] <= now:
                _, _, attempt, reply = heappop(flight)
                ended += scheduler.settle(attempt, reply, now)


def links(hosts: int, each: int) -> list[Job]:
    return [
        Job(f"http://h{host}.example/{number}", f"{host}-{number}") for number in range(each) for host in range(hosts)
    ]


@settings(max_examples=25, deadline=None)
@given(
    st.integers(0, 10**6),
    st.integers(4, 60),
    st.floats(0.6, 3.0),
    st.sampled_from([2.0, 40.0, 700.0, 3_000.0]),
    st.sampled_from([0, 1, 4]),
)
def test_an_outage_costs_no_link_anything(seed: int, hosts: int, start: float, seconds: float, retries: int) -> None:
    world = World(seed, (start, start + seconds))
    ended, scheduler, now = run(world, links(hosts, 80), retries=retries, per_host=4)
    assert {type(one) for one in ended} == {Fetched}
    assert len(ended) == 80 * hosts
    assert {one.attempts for one in ended if isinstance(one, Fetched)} == {1}
    assert scheduler.news[0].startswith("the network seems to be away: ")
    assert scheduler.news[-1].startswith("the network is back after ")
    assert now < start + seconds + 16.0 + 80.0
    assert world.most_at_once_while_away <= 1
    assert world.asked_while_away <= 4 * hosts + 4 * 40 + seconds / 10


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([0.08, 0.5, 0.9]))
def test_a_run_over_a_list_with_dead_hosts_never_pauses(seed: int, share: float) -> None:
    chance = random.Random(seed)
    dead = frozenset(f"http://h{host}.example" for host in range(400) if chance.random() < share)
    ended, scheduler, now = run(World(seed, dead=dead), links(400, 2))
    assert not scheduler.news
    assert sum(isinstance(one, Failed) for one in ended) == 2 * len(dead)
    assert now < 60.0


def test_hosts_that_die_while_others_answer_do_not_hold_the_end_of_a_run_up() -> None:
    class Dying(World):
        def ask(self, attempt: Attempt, now: float) -> tuple[float, Reply]:
            sick = int(attempt.host.rpartition("//h")[2].partition(".")[0]) < 20
            return (now + 0.2, AWAY) if sick and now > 1.0 else super().ask(attempt, now)

    ended, scheduler, _ = run(Dying(1), links(100, 40), per_host=2)
    assert not scheduler.news
    assert sum(isinstance(one, Fetched) for one in ended) >= 3_200


def test_a_resolver_that_is_gone_stops_new_names_while_known_hosts_go_on() -> None:
    class NoNames(World):
        met: ClassVar[set[str]] = set()

        def ask(self, attempt: Attempt, now: float) -> tuple[float, Reply]:
            if attempt.host in self.met or not 1.0 <= now < 60.0:
                self.met.add(attempt.host)
                return super().ask(attempt, now)
            return now + 0.01, AWAY

    first, *rest = (links(30, 400)[at::4] for at in range(4))
    mixed = [*itertools.chain(*rest), *(Job(f"http://new{number}.example/", f"n{number}") for number in range(500))]
    random.Random(1).shuffle(mixed)
    ended, scheduler, now = run(NoNames(1), [*first, *mixed], retries=0, look_ahead=300)
    assert {type(one) for one in ended} == {Fetched}
    assert "new hosts in a row" in scheduler.news[0]
    assert 60.0 <= now < 110.0


def test_new_names_that_never_answer_are_taken_for_dead_in_the_end() -> None:
    jobs = [*links(10, 60), *(Job(f"http://dead{number}.example/", f"d{number}") for number in range(300))]
    dead = frozenset(f"http://dead{number}.example" for number in range(300))
    ended, scheduler, now = run(World(1, dead=dead), jobs, connections=20, look_ahead=30)
    assert len(ended) == 900
    assert sum(isinstance(one, Fetched) for one in ended) == 600
    assert "new hosts in a row" in scheduler.news[0]
    assert 300.0 <= now <= 500.0


def test_a_network_that_stays_away_ends_the_run_and_no_link() -> None:
    ended, scheduler, now = run(World(1, (1.0, inf)), links(10, 400))
    assert scheduler.outages.gone
    assert not scheduler.exhausted
    assert {type(one) for one in ended} == {Fetched}
    assert 3_600.0 < now < 3_700.0


def test_a_status_says_that_the_network_is_waited_for() -> None:
    scheduler = Scheduler(iter(links(5, 10)), Options(seed=1))
    started = [attempt for _ in range(40) if isinstance(attempt := scheduler.admit(0.0), Attempt)]
    for attempt in started[:5]:
        scheduler.settle(attempt, GOOD, 0.5)
    for attempt in started[5:]:
        scheduler.settle(attempt, AWAY, 0.6)
    assert scheduler.admit(1.6) == pytest.approx(1.0)
    assert scheduler.status(1.7).waiting[0] == (
        "the network",
        pytest.approx(0.9),
        "5 hosts that answered before cannot be reached",
    )


def admitted(scheduler: Scheduler, now: float) -> dict[str, Attempt]:
    """What may start now, by the name of its host; one link each."""
    return {attempt.host[7:9]: attempt for _ in range(40) if isinstance(attempt := scheduler.admit(now), Attempt)}


def test_only_an_answer_to_what_was_asked_after_a_failure_makes_it_the_hosts_own() -> None:
    scheduler = Scheduler(iter(links(5, 3)), Options(seed=1, retries=0, per_host=1))
    for attempt in admitted(scheduler, 0.0).values():
        scheduler.settle(attempt, GOOD, 0.2)
    second = admitted(scheduler, 0.5)
    assert scheduler.settle(second["h0"], AWAY, 1.0) == ()
    assert [type(one) for one in scheduler.settle(second["h1"], GOOD, 1.1)] == [Fetched]
    third = admitted(scheduler, 1.1)
    assert "h0" not in third  # it rests until it is known
    assert [type(one) for one in scheduler.settle(third["h1"], GOOD, 1.3)] == [Failed, Fetched]
    assert "h0" in admitted(scheduler, 1.3)


def test_an_answer_of_the_same_host_makes_its_failure_its_own() -> None:
    scheduler = Scheduler(iter(links(5, 3)), Options(seed=1, retries=0, per_host=2))
    started = [attempt for _ in range(40) if isinstance(attempt := scheduler.admit(0.0), Attempt)]
    first, second = (attempt for attempt in started if "h0" in attempt.host)
    for attempt in started:
        if "h0" not in attempt.host:
            scheduler.settle(attempt, GOOD, 0.2)
    scheduler.hosts.get(first.host).pace.ever = True
    assert scheduler.settle(first, AWAY, 0.3) == ()
    assert [type(one) for one in scheduler.settle(second, GOOD, 0.4)] == [Failed, Fetched]


def test_where_one_host_is_left_its_failures_are_judged_at_once() -> None:
    class Flaky(World):
        def ask(self, attempt: Attempt, now: float) -> tuple[float, Reply]:
            fails = attempt.number == 1 and attempt.host.endswith("h0.example")
            return (now + 0.1, AWAY) if fails else super().ask(attempt, now)

    jobs = [*links(4, 5), *(Job(f"http://h0.example/more{number}", f"more{number}") for number in range(40))]
    ended, scheduler, now = run(Flaky(1), jobs, per_host=1, connections=1)
    assert {type(one) for one in ended} == {Fetched}
    assert now < 45 * 2.0
    assert not scheduler.news


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 2), st.sampled_from([5.0, 20.0, 60.0, 200.0]))
def test_one_host_or_two_that_are_down_for_a_while_lose_no_link(seed: int, hosts: int, seconds: float) -> None:
    world = World(seed, (1.0, 1.0 + seconds))
    ended, _, now = run(world, links(hosts, 200))
    assert [type(one) for one in ended] == [Fetched] * 200 * hosts
    assert now < 1.0 + seconds + 60.0 + 40.0  # the longest pause between two probes, and the transfers


# -- hosts that die together, and are not the network ------------------------------------------------------------------


class Ending(World):
    """Some hosts stop at a moment, for good, in a way of their own."""

    def __init__(self, stops: float, hosts: int, reply: Reply) -> None:
        super().__init__(1)
        self.stops, self.hosts, self.reply = stops, hosts, reply

    def ask(self, attempt: Attempt, now: float) -> tuple[float, Reply]:
        if number_of(attempt.host) < self.hosts and now + 0.5 > self.stops:
            return max(self.stops, now + 0.1), self.reply
        return super().ask(attempt, now)


def number_of(host: str) -> int:
    return int(host.rpartition("//h")[2].partition(".")[0])


REFUSED = Reply(error="connect", detail="Could not connect to server (Connection refused)")
CLOSED = Reply(error="connect", detail="Empty reply from server")


@pytest.mark.parametrize(
    ("hosts", "dying", "reply"),
    [(20, 3, AWAY), (12, 5, AWAY), (20, 3, REFUSED), (3, 3, REFUSED), (8, 8, REFUSED), (5, 4, CLOSED), (4, 4, CLOSED)],
)
@pytest.mark.parametrize("retries", [0, 4])
def test_hosts_that_die_together_hold_the_end_of_a_run_for_minutes_at_most(
    hosts: int, dying: int, reply: Reply, retries: int
) -> None:
    jobs = links(hosts, 10) + links(dying, 150)[dying * 10 :]
    ended, scheduler, now = run(Ending(8.0, dying, reply), jobs, retries=retries, per_host=4)
    failed = [one for one in ended if isinstance(one, Failed)]
    assert len(ended) == len(jobs)
    assert {one.reason for one in failed} == {reply.error}
    assert all(number_of(one.job.url.rpartition("/")[0]) < dying for one in failed)
    assert (scheduler.exhausted, scheduler.outages.gone) == (True, False)
    assert any("taken for dead" in text for text in scheduler.news)
    assert now < 8.0 + 120.0 + 15.0 + 180.0


def test_a_network_that_takes_half_of_all_hosts_away_is_waited_for_though_the_others_have_nothing_left() -> None:
    jobs = links(12, 10) + links(7, 100)[70:]
    ended, scheduler, now = run(World(1, (4.0, 1_000.0)), jobs, retries=0, per_host=4)
    assert {type(one) for one in ended} == {Fetched}
    assert now > 1_000.0
    assert len(scheduler.news) == 2


@pytest.mark.parametrize(("connections", "retries"), [(None, 0), (5, 0), (3, 4)])
def test_few_hosts_that_fail_are_no_proof_against_the_network_while_others_could_be_tried(
    connections: int | None, retries: int
) -> None:
    world = World(1, (1.0, 900.0))
    ended, scheduler, _ = run(world, links(40, 30), retries=retries, connections=connections, per_host=1)
    assert {type(one) for one in ended} == {Fetched}
    assert len(scheduler.news) == 2


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.integers(4, 30), st.integers(0, 4))
def test_refusals_that_pass_within_minutes_cost_no_link_anything(seed: int, hosts: int, retries: int) -> None:
    class Refusing(World):
        def ask(self, attempt: Attempt, now: float) -> tuple[float, Reply]:
            when, reply = super().ask(attempt, now)
            return when, REFUSED if reply.error in ("dns", "connect") else reply

    ended, _, _ = run(Refusing(seed, (2.0, 90.0)), links(hosts, 60), retries=retries, per_host=4)
    assert {type(one) for one in ended} == {Fetched}
    assert {one.attempts for one in ended if isinstance(one, Fetched)} == {1}


RESET = Reply(200, error="truncated", detail="Recv failure: Connection reset by peer")


@pytest.mark.parametrize("hosts", [3, 8, 40])
@pytest.mark.parametrize("for_good", [False, True])
def test_hosts_that_break_their_answers_off_and_accept_the_next_are_no_outage(hosts: int, for_good: bool) -> None:
    class Breaking(World):
        def ask(self, attempt: Attempt, now: float) -> tuple[float, Reply]:
            if now < 3.0 < now + 0.5 or (for_good and now >= 3.0):
                return max(3.0, now + 0.1), RESET
            return super().ask(attempt, now)

    ended, scheduler, now = run(Breaking(1), links(hosts, 60), retries=2, per_host=4)
    assert not scheduler.news
    assert len(ended) == 60 * hosts
    assert any(isinstance(one, Failed) for one in ended) == for_good
    assert {one.reason for one in ended if isinstance(one, Failed)} <= {"truncated"}
    if not for_good:
        assert {one.attempts for one in ended if isinstance(one, Fetched)} == {1, 2}
        assert now < 30.0


def test_answers_that_break_off_are_an_outage_when_the_next_links_find_nobody() -> None:
    class Cut(World):
        def ask(self, attempt: Attempt, now: float) -> tuple[float, Reply]:
            if now < 3.0 < now + 0.5:
                return 3.0, RESET
            return super().ask(attempt, now)

    ended, scheduler, _ = run(Cut(1, (3.0, 200.0)), links(8, 60), retries=0, per_host=4)
    assert {type(one) for one in ended} == {Fetched}
    assert ["away" in text for text in scheduler.news] == [True, False]


# -- a real one --------------------------------------------------------------------------------------------------------


class Vanishing:
    """A host on a port of its own that can vanish, with all its connections, and come back."""

    def __init__(self) -> None:
        self.port = 0
        self.answered = 0
        self._open: set[socket.socket] = set()
        self.appear()

    def appear(self) -> None:
        """Listen, on the same port as before."""
        self._listening = socket.create_server(("127.0.0.1", self.port), backlog=64)
        self.port = self._listening.getsockname()[1]
        self._thread = threading.Thread(target=self._accept, args=(self._listening,))
        self._thread.start()

    def vanish(self) -> None:
        """Let nobody connect any more, and break what is connected."""
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for connection in tuple(self._open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self._thread.join()

    def _accept(self, listening: socket.socket) -> None:
        threads = []
        with suppress(OSError):
            while True:
                connection, _ = listening.accept()
                self._open.add(connection)
                threads.append(threading.Thread(target=self._talk, args=(connection,)))
                threads[-1].start()
        for thread in threads:
            thread.join()

    def _talk(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            while connection.recv(65536):
                threading.Event().wait(0.01)
                connection.sendall(answer(png(1)))
                self.answered += 1
        self._open.discard(connection)


@contextmanager
def vanishing(count: int) -> Iterator[list[Vanishing]]:
    hosts = [Vanishing() for _ in range(count)]
    try:
        yield hosts
    finally:
        for host in hosts:
            host.vanish()


@pytest.mark.parametrize("retries", [0, 4])
def test_hosts_that_all_vanish_and_come_back_lose_no_link(retries: int, tmp_path: Path) -> None:
    told: list[str] = []
    with vanishing(5) as hosts:
        texts = [f"http://127.0.0.1:{host.port}/{number}.png" for number in range(60) for host in hosts]
        options = Options(directory=str(tmp_path), allow_private=True, retries=retries, per_host=4)
        statuses: list[str] = []
        waited: set[str] = set()
        gone = back = False
        with open_session(texts, options, warn=told.append) as session:
            for results in session.turns():
                statuses += [result.status for result in results]
                waited |= {host for host, _, _ in session.status().waiting}
                if not gone and sum(host.answered for host in hosts) >= 60:
                    gone = True
                    for host in hosts:
                        host.vanish()
                elif gone and not back and any("away" in text for text in told):
                    back = True
                    for host in hosts:
                        host.appear()
        assert back
    assert statuses == ["done"] * 300
    assert "the network" in waited
    assert ["away" in text for text in told] == [True, False]
    assert "back" in told[-1]
