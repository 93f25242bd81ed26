"""`python -m pixhaul.race.ours STRATEGY LINKS TRACE [WIDTH]`: pixhaul as a racer, whatever its user has configured."""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path

from pixhaul.options import Options
from pixhaul.session import open_session
from pixhaul.sources.lists import read


def main(strategy: str, links: str, trace: str, per_host: str = "") -> int:
    """Fetch every link of the list into `images`; 1 when any of them failed."""
    width = int(per_host) if per_host else None
    options = Options(strategy=strategy, per_host=width, trace=trace, allow_private=True, remember=False)
    failed = 0
    with open_session(read(links, ""), options) as session, closing(session.turns()) as turns:
        for results in turns:
            for result in results:
                if result.status == "failed":
                    failed += 1
                    print(f"{Path(result.url).name}: {result.reason} ({result.detail})", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
