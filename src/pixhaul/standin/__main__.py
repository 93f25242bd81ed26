"""`python -m pixhaul.standin`: the stand-in with plain options, for programs that start it as a child."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from .faults import describe
from .server import serve
from .settings import Settings


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve as the options say; 0 after a signal, 2 with one line on standard error for what cannot be."""
    parser = _parser()
    options = vars(parser.parse_args(arguments))
    leave = options.pop("leave_with_stdin")
    try:
        serve(Settings(**options), leave_with_stdin=leave)
    except (ValueError, RuntimeError) as exc:
        print(f"error: {exc}", file=sys.stderr)
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m pixhaul.standin",
        description="An Imgur on loopback: the API on one port, pictures on another.",
        epilog="faults:\n" + describe().replace("%", "%%"),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        argument_default=argparse.SUPPRESS,
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("--port", type=int, help="of the API (any that is free)")
    add("--pictures", type=Path, help="a folder to serve in place of made pictures")
    add("--posts", type=int, help="made posts (240)")
    add("--latency", type=float, help="seconds before each picture's answer (0)")
    add("--bandwidth", type=float, help="bytes a second on each connection")
    add("--credits", type=int, help="API calls until 429 (12500)")
    add("--faults", help="what goes wrong, such as 404=5%%,503=10%%:once")
    add("--seed", type=int, help="posts, pictures, orders and faults follow from it (0)")
    add("--links-base", help="in place of the picture origin in every link")
    add("--random-gone", action="store_true", help="gallery/random answers 404")
    add("--record", action="store_true", help="keep when each request came and was answered; see /_record")
    add("--leave-with-stdin", action="store_true", default=False, help="stop when standard input ends")
    return parser


if __name__ == "__main__":
    sys.exit(main())
