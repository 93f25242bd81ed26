"""What the documents say is true: commands, options and files that they name exist."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


def help_of(*command: str) -> str:
    call = [sys.executable, "-m", "pixhaul", *command, "--help"]
    return subprocess.run(call, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_within_the_project_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text("utf-8")):
        assert (page.parent / target).exists(), target


def test_every_command_and_option_of_the_readme_exists() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    calls = re.findall(r"^pixhaul (\w+)(.*)$", text, re.MULTILINE)
    assert len(calls) >= 6
    for command, rest in calls:
        said = help_of(command)
        for option in re.findall(r"(?<!\S)(--?[a-z-]+)", re.sub(r"'[^']*'", "", rest)):
            assert re.search(rf"(?<![\w-]){re.escape(option)}(?![\w-])", said), f"{command} {option}"


def test_every_make_recipe_that_is_named_exists() -> None:
    recipes = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    for page in PAGES:
        assert set(re.findall(r"`make ([a-z]+)", page.read_text("utf-8"))) <= recipes, page


def test_the_map_names_every_module() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    source = ROOT / "src" / "pixhaul"
    names = {path.name for path in source.glob("*.py")} | {
        f"{path.name}/" for path in source.iterdir() if path.is_dir()
    }
    missing = {name for name in names if f"`{name}`" not in text and not name.startswith("_")}
    assert missing == set()
