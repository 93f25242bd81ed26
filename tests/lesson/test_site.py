"""The site of `make docs`: every page is on it, every link leads somewhere, and it asks nobody else for anything."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from lesson_stage import LESSON

ROOT = LESSON.parent
PAGES = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md"), *LESSON.rglob("*.md")]

pytestmark = pytest.mark.lesson


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built as `make docs` does: a warning is a failure."""
    pytest.importorskip("sphinx", reason="`make docs` installs it")
    folder = tmp_path_factory.mktemp("site")
    words = "--quiet", "--fail-on-warning", "--keep-going", "--conf-dir", "docs", "--doctree-dir", f"{folder}/trees"
    command = [sys.executable, "-m", "sphinx", *words, ".", str(folder / "site")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder / "site"


def test_every_page_is_on_the_site_and_in_its_contents(site: Path) -> None:
    home = (site / "README.html").read_text(encoding="utf-8")
    for page in PAGES:
        name = page.relative_to(ROOT).with_suffix(".html").as_posix()
        assert (site / name).is_file()
        assert name == "README.html" or f'href="{name}"' in home, name


def test_no_page_loads_anything_from_elsewhere(site: Path) -> None:
    for page in site.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert not re.findall(r'<(?:script|img|iframe)[^>]*src="(?:https?:)?//', text), page
        assert not re.findall(r'<link[^>]*rel="(?:stylesheet|preload|icon|preconnect)"[^>]*href="(?:https?:)?//', text)
    for style in site.rglob("*.css"):
        assert not re.search(r"@import|url\([\"']?(?:https?:)?//", style.read_text(encoding="utf-8")), style


def test_a_link_that_leads_nowhere_fails_the_build(tmp_path: Path) -> None:
    pytest.importorskip("sphinx", reason="`make docs` installs it")
    (tmp_path / "docs").mkdir()
    for name in "conf.py", "to_readme.html":
        (tmp_path / "docs" / name).write_text((ROOT / "docs" / name).read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "README.md").write_text("# Home\n\n[nowhere](docs/nowhere.md)\n")
    words = "--quiet", "--fail-on-warning", "--conf-dir", "docs"
    command = [sys.executable, "-m", "sphinx", *words, ".", "site"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "nowhere" in done.stderr
