import json
import re
from pathlib import Path

from pixhaul.demo import comparison, kept_before
from pixhaul.summary import Tally
from program import pixhaul


def test_it_keeps_pictures_and_says_what_one_by_one_would_have_taken(tmp_path: Path) -> None:
    done = pixhaul("demo", "-n", "8", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert len([path for path in (tmp_path / "images").iterdir() if path.is_file()]) == 8
    single = re.search(r"One after another they would have taken ([\d.]+) s", done.stderr)
    assert single is not None
    assert float(single[1]) >= 8 * 0.25


def test_a_second_time_it_says_that_they_are_there(tmp_path: Path) -> None:
    pixhaul("demo", "-n", "3", folder=tmp_path)
    before = sorted((tmp_path / "images").iterdir())
    done = pixhaul("demo", "-n", "3", folder=tmp_path)
    assert done.returncode == 0
    assert "3 pictures were kept in images by an earlier run; remove it to see it again." in done.stderr
    assert sorted((tmp_path / "images").iterdir()) == before
    next(path for path in before if path.is_file()).unlink()
    assert pixhaul("demo", "-n", "3", folder=tmp_path).returncode == 0
    assert len([path for path in (tmp_path / "images").iterdir() if path.is_file()]) == 3


def test_it_heeds_no_setting_of_real_runs(tmp_path: Path) -> None:
    (tmp_path / "pixhaul.toml").write_text("nonsense = 1\n")
    more = {"PIXHAUL_LIMIT": "1", "IMGUR_API": "http://192.0.2.1", "IMGUR_CLIENT_ID": "x", "PIXHAUL_DIRECTORY": "other"}
    done = pixhaul("demo", "-n", "2", "--json", "-d", "mine", folder=tmp_path, more=more)
    assert json.loads(done.stdout.splitlines()[-1])["summary"]["done"] == 2
    assert (tmp_path / "mine").is_dir()


def test_nothing_kept_is_nothing_to_compare(tmp_path: Path) -> None:
    assert list(comparison(Tally(), 1.0, 40)) == []
    assert kept_before(tmp_path) == 0
