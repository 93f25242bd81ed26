"""Draw every picture of the lesson's pages again, at the quarter of a second that they speak of.

`python tests/lesson/redraw.py [CHAPTER ...]` puts what each program draws now in place of what stands beneath its
`<!-- picture: ... -->`. The numbers in the text around it are for a person to look at; test_lesson_figures.py measures
them again.
"""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path

from lesson_stage import LESSON, drawn

from pixhaul import standin

BLOCK = re.compile(r"(<!-- picture: (\S+)((?: \S+=\S+)*)( interrupted)? -->\n```\n)(.*?)(```)", re.DOTALL)


def again(found: re.Match[str]) -> str:
    """A block of a page, with what its program draws now on a stand-in with these faults."""
    more = dict(word.split("=", 1) for word in found[3].split())
    with (
        tempfile.TemporaryDirectory() as folder,
        standin.start(latency=0.25, faults=more.pop("faults", "")) as imgur,
    ):
        return found[1] + drawn(found[2], Path(folder), imgur, interrupted=bool(found[4]), **more) + found[6]


def main(chapters: list[str]) -> None:
    for page in sorted((LESSON / "pages").glob("*.md")):
        if chapters and page.stem[3:] not in chapters:
            continue
        text = page.read_text(encoding="utf-8")
        text = BLOCK.sub(again, text)
        page.write_text(text, encoding="utf-8")
        print(page.name)


if __name__ == "__main__":
    main(sys.argv[1:])
