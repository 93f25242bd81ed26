import time

import pytest

from pixhaul.commands.outlet import Outlet


def test_lines_come_out_whole_and_in_order(capsys: pytest.CaptureFixture[str]) -> None:
    with Outlet() as outlet:
        for number in range(50_000):
            outlet.put(f"{number}\n")
    assert capsys.readouterr().out == "".join(f"{number}\n" for number in range(50_000))


def test_the_first_line_comes_at_once_and_no_line_waits_for_the_next(capsys: pytest.CaptureFixture[str]) -> None:
    with Outlet() as outlet:
        outlet.put("first\n")
        assert capsys.readouterr().out == "first\n"
        outlet.put("second\n")
        end = time.monotonic() + 5
        while not capsys.readouterr().out and time.monotonic() < end:
            time.sleep(0.01)
        assert time.monotonic() < end


def test_what_was_found_before_an_error_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    def broken() -> None:
        with Outlet() as outlet:
            outlet.put("a\n")
            outlet.put("b\n")
            raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011 - it carries no words
        broken()
    assert capsys.readouterr().out == "a\nb\n"
