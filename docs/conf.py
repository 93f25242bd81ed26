"""How the site is made of the pages as they lie in the project: README, docs/ and lesson/. See `make docs`.

The pages are plain Markdown, right on any forge and in any editor; what only the site needs (its contents) is here.
"""

from sphinx.application import Sphinx

project = "pixhaul"
project_copyright = "the pixhaul authors, MIT licence"
extensions = ["myst_parser"]
myst_heading_anchors = 3
root_doc = "README"
include_patterns = ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "docs/**.md", "lesson/**.md"]
nitpicky = True
highlight_language = "none"

html_theme = "furo"
html_title = "pixhaul"
html_show_sphinx = False
html_copy_source = False
html_additional_pages = {"index": "to_readme.html"}
templates_path = ["."]

CONTENTS = {
    "The lesson": ["lesson/README", "lesson/pages/*", "lesson/answers/README", "lesson/teacher"],
    "The project": ["docs/*", "CONTRIBUTING", "CHANGELOG"],
    "Why it is so": ["docs/decisions/README", "docs/decisions/*"],
}
"""The site's contents: a heading, and its pages in their order."""


def with_contents(_app: Sphinx, page: str, source: list[str]) -> None:
    """Give the first page the contents, as a table that only the margin shows."""
    if page == root_doc:
        source[0] += "".join(map(table, CONTENTS))


def table(heading: str) -> str:
    """One heading of the contents, in MyST's words."""
    lines = "\n".join(f"/{page}" for page in CONTENTS[heading])
    return f"\n\n```{{toctree}}\n:hidden:\n:glob:\n:caption: {heading}\n\n{lines}\n```\n"


def setup(app: Sphinx) -> None:
    """Called by Sphinx."""
    app.connect("source-read", with_contents)
