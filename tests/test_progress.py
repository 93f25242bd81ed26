import io

from hypothesis import given, settings
from hypothesis import strategies as st

from pixhaul.progress import OnTerminal, Plain, Silent, Speed, View, choose, fit, left, pieces, wait

VIEW = View(12, 3, 1, 4_000_000, 30, 40, 2.0, 6.0, 2_000_000.0)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_rate_is_that_of_the_last_seconds() -> None:
    speed = Speed(0.0)
    for second in range(1, 11):
        speed.note(float(second), second * 100, second * 1000)
    per_second, bytes_per_second = speed.note(20.0, 1000, 10_000)
    assert per_second < 20
    assert bytes_per_second < 200


def test_a_rate_is_steady_for_steady_work() -> None:
    speed = Speed(0.0)
    rates = [speed.note(tenth / 10, tenth * 5, tenth * 500) for tenth in range(200)]
    assert all(49 < rate[0] < 51 for rate in rates[20:])


def test_the_time_left_needs_a_total() -> None:
    assert left(VIEW) == 4.0
    assert left(VIEW._replace(total=None)) is None
    assert left(VIEW._replace(per_second=0.0)) is None
    assert left(VIEW._replace(total=10)) == 0.0


def test_without_a_total_it_says_how_many_were_read_so_far() -> None:
    assert "of 30 read so far" in pieces(VIEW._replace(total=None))
    assert "of 40" in pieces(VIEW)


def test_the_host_that_is_waited_for_longest_is_named_with_the_reason() -> None:
    view = VIEW._replace(waiting=(("a.example", 2.0, "rate"), ("b.example", 70.0, "429"), ("c.example", 1.0, "")))
    assert wait(view) == "waiting 1:10 for b.example (429), and 2 more"
    assert wait(VIEW) == ""
    assert wait(VIEW._replace(waiting=(("d.example", float("inf"), "full"),))) == "waiting for d.example (full)"


@settings(max_examples=100)
@given(st.lists(st.text(min_size=1, max_size=20), min_size=1), st.integers(1, 200))
def test_a_line_never_exceeds_its_width(parts: list[str], width: int) -> None:
    assert 0 < len(fit(parts, width)) <= width


def test_plain_lines_come_after_two_seconds_and_then_every_five() -> None:
    said: list[str] = []
    plain = Plain(said.extend, start=100.0)
    times = []
    for tenth in range(200):
        plain.tick(100 + tenth / 10, lambda: VIEW)
        times.append(len(said))
    assert [time for time in range(1, 200) if times[time] > times[time - 1]] == [20, 70, 120, 170]
    assert "\n" not in said[0]


def test_nothing_is_drawn_when_nobody_looks() -> None:
    said: list[str] = []
    Silent(said.extend).tick(1e9, lambda: VIEW)
    assert not said


def test_the_stream_decides_how_it_looks() -> None:
    assert isinstance(choose(Terminal(), {"TERM": "xterm"}, print, 0.0), OnTerminal)
    assert isinstance(choose(Terminal(), {"TERM": "dumb"}, print, 0.0), Plain)
    assert isinstance(choose(io.StringIO(), {"TERM": "xterm"}, print, 0.0), Plain)
    assert isinstance(choose(None, {}, print, 0.0), Plain)


def test_lines_that_stay_are_not_wrapped_and_not_taken_for_markup() -> None:
    stream = Terminal()
    progress = OnTerminal(stream)
    line = "failed  dns  http://x/[bold]" + "y" * 300
    progress.say([line])
    progress.tick(1.0, lambda: VIEW)
    progress.say(["second"])
    progress.close()
    assert line in stream.getvalue()
    assert "second\n" in stream.getvalue()
    assert "12 kept" in stream.getvalue()


def test_the_cursor_is_given_back() -> None:
    stream = Terminal()
    progress = OnTerminal(stream)
    progress.tick(1.0, lambda: VIEW)
    progress.close()
    progress.close()
    assert stream.getvalue().rstrip().endswith("\x1b[?25h") or stream.getvalue().count(
        "\x1b[?25l"
    ) == stream.getvalue().count("\x1b[?25h")
