from hypothesis import given, settings
from hypothesis import strategies as st

from pixhaul.errors import ApiRefused, DiskFull, UsageError
from pixhaul.models import Reason, Result
from pixhaul.summary import Ending, Tally, duration, exit_code, record, sentences, size

DONE = Result("http://x/a", "done", size=1000, seconds=0.5)
SKIPPED = Result("http://x/b", "skipped", size=1000)
NOT_FOUND = Result("http://x/c", "failed", "not-found")
TIMEOUT = Result("http://x/d", "failed", "timeout")


def tally(*results: Result) -> Tally:
    found = Tally()
    found.add(results)
    return found


def code(*results: Result, **ending: object) -> int:
    return exit_code(tally(*results), Ending(**ending))  # type: ignore[arg-type]


def test_links_decide_the_code_of_a_run_that_saw_them_all() -> None:
    assert code() == 0
    assert code(DONE, SKIPPED) == 0
    assert code(DONE, NOT_FOUND) == 1
    assert code(SKIPPED, NOT_FOUND) == 1
    assert code(NOT_FOUND, TIMEOUT) == 3


def test_what_stopped_a_run_comes_before_its_links() -> None:
    assert code(NOT_FOUND, refusal=ApiRefused("no")) == 4
    assert code(NOT_FOUND, refusal=ApiRefused("no"), interrupted=True) == 5
    assert code(NOT_FOUND, refusal=ApiRefused("no"), interrupted=True, error=DiskFull("full")) == 9
    assert code(DONE, error=UsageError("a list that breaks in its middle")) == 2


def test_the_record_has_the_contracts_names_in_its_order() -> None:
    found = record(tally(DONE, DONE, SKIPPED, NOT_FOUND), 1.23456, 1)["summary"]
    names = ["links", "done", "skipped", "failed", "bytes", "seconds", "reasons", "exit"]
    assert list(found) == [*names, "suspects"]
    assert list(found.values()) == [4, 2, 1, 1, 2000, 1.235, {"not-found": 1}, 1, []]


def test_the_last_lines_say_what_happened_and_what_to_do() -> None:
    said = sentences(tally(DONE, DONE, SKIPPED, NOT_FOUND, TIMEOUT), 1.2, "images", Ending())
    assert said == [
        "2 kept, 1 skipped, 2 failed (not-found 1, timeout 1) in 1.2 s, 2.0 kB, in images/",
        "Run the same command again to try the 1 that may succeed now.",
        "To ask again for what failed for good (1): pixhaul retry images --all",
    ]


def test_each_kind_of_failure_has_its_own_way_on() -> None:
    assert len(sentences(tally(DONE), 1, "images", Ending())) == 1
    assert sentences(tally(DONE, NOT_FOUND), 1, "images", Ending())[1:] == [
        "To ask again for what failed for good (1): pixhaul retry images --all"
    ]
    assert sentences(tally(DONE, TIMEOUT), 1, "images", Ending())[1:] == [
        "Run the same command again to try the 1 that may succeed now."
    ]


def test_nothing_found_is_said_unless_something_else_explains_it() -> None:
    assert sentences(Tally(), 1, "images", Ending()) == ["No links found: nothing to do."]
    assert sentences(Tally(), 1, "images", Ending(refusal=ApiRefused("no"))) == []


def test_an_interruption_is_said_with_the_way_on() -> None:
    assert sentences(tally(TIMEOUT), 1, "x", Ending(interrupted=True))[-1].startswith("Interrupted: run the same")


@settings(max_examples=100)
@given(st.lists(st.sampled_from([DONE, SKIPPED, *(NOT_FOUND._replace(reason=one.value) for one in Reason)])))
def test_nothing_is_counted_twice_or_lost(results: list[Result]) -> None:
    found = tally(*results)
    assert found.links == len(results)
    assert found.reasons.total() == found.failed
    assert found.passing == sum(bool(one.reason) and not Reason(one.reason).permanent for one in results)
    assert code(*results) in (0, 1, 3)


@settings(max_examples=100)
@given(st.integers(0, 10**16))
def test_sizes_and_times_are_short(number: int) -> None:
    assert len(size(number).split()[0]) <= 7
    assert float(size(number).split()[0]) < 1000 or size(number).endswith("TB")
    assert "60" not in duration(number % 10**6).split(":")[1:]


def test_a_minute_is_never_sixty_seconds() -> None:
    assert [duration(one) for one in (59.94, 59.96, 3599.6)] == ["59.9 s", "1:00", "1:00:00"]
