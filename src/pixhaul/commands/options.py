"""The options of `pixhaul get`, in the order of its help. Defaults stand in models.Options; the help repeats them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from .shape import option
from .values import Amount, Count, Header, Kinds, Place, Proxy, Secret, Size

_Function = TypeVar("_Function", bound=Callable[..., Any])

POLICIES = ("none", "research", "train")
HTTP_VERSIONS = ("1.1", "2", "3")
STRATEGIES = ("sequential", "threads", "asyncio", "multi")
FIND, KEEP, CHOOSE, PACE, NETWORK, PRINT = (
    "What to get",
    "Where to keep it",
    "Which pictures",
    "How fast",
    "Network",
    "What to print",
)
_OPTIONS: tuple[Callable[[Any], Any], ...] = (
    option(
        "-i",
        "--input-file",
        "input_file",
        multiple=True,
        metavar="FILE",
        section=FIND,
        type=Place(allow_dash=True),
        help="A list of sources; - is standard input. Repeatable.",
    ),
    option(
        "--column",
        metavar="NAME",
        section=FIND,
        help="The column of a csv, tsv or jsonl list that holds the links.",
    ),
    option("-n", "--limit", metavar="N", section=FIND, type=Count(1, 10**12), help="Take at most N links (all)."),
    option("--seed", metavar="N", section=FIND, type=Count(-(2**63), 2**63 - 1), help="The order of imgur:random."),
    option(
        "--client-id",
        metavar="ID",
        section=FIND,
        type=Secret(),
        env=("IMGUR_CLIENT_ID",),
        help="Imgur's client ID, best given as IMGUR_CLIENT_ID.",
    ),
    option("-d", "--directory", metavar="DIR", section=KEEP, type=Place(file_okay=False), help="The folder (images)."),
    option(
        "-f",
        "--filename",
        metavar="TEMPLATE",
        section=KEEP,
        help="Names, made with {id} {title} {album} {index} {host} {stem} {ext} {sha256} (as in the link).",
    ),
    option(
        "--durable/--no-durable",
        default=None,
        section=KEEP,
        help="Whether a kept picture also survives a power cut (yes).",
    ),
    option(
        "--types",
        metavar="KIND,...",
        section=CHOOSE,
        type=Kinds(),
        help="Keep only jpeg, png, gif, webp, avif or heic (all of them).",
    ),
    option("--max-bytes", metavar="SIZE", section=CHOOSE, type=Size(), help="Refuse larger files (256MiB)."),
    option("--max-pixels", metavar="N", section=CHOOSE, type=Size(), help="Refuse pictures of more pixels (256M)."),
    option(
        "--policy",
        metavar="NAME",
        section=CHOOSE,
        type=click.Choice(POLICIES),
        help="What the pictures are for: research obeys noai, noimageai and noml of X-Robots-Tag, train noindex, "
        "noimageindex and none as well (none: nothing).",
    ),
    option(
        "--connections", metavar="N", section=PACE, type=Count(1, 10_000), help="Most transfers at once, in all (512)."
    ),
    option(
        "--per-host",
        metavar="N",
        section=PACE,
        type=Count(1, 10_000),
        help="Most at once to one host (8, and more once the host shows that it bears more).",
    ),
    option(
        "--rate", metavar="N", section=PACE, type=Amount(1e6), help="Most requests a second to one host (no limit)."
    ),
    option(
        "--remember/--no-remember",
        default=None,
        section=PACE,
        help="Whether what is learned of hosts is kept for the next run (yes).",
    ),
    option(
        "--cache-dir",
        metavar="DIR",
        section=PACE,
        type=Place(file_okay=False),
        help="Where that is kept (your cache folder).",
    ),
    option("--retries", metavar="N", section=PACE, type=Count(0, 100), help="Tries after the first (4)."),
    option(
        "--timeout",
        metavar="S",
        section=PACE,
        type=Amount(86_400),
        help="Seconds that one attempt may take (120); under 1,000 bytes a second for 20 s it ends sooner.",
    ),
    option(
        "--max-memory",
        metavar="SIZE",
        section=PACE,
        type=Size(),
        help="Bytes of pictures held in memory at once (256MiB); what is more goes to disk while it comes.",
    ),
    option(
        "--workers",
        metavar="N",
        section=PACE,
        type=Count(1, 64),
        help="Processes in all; of three or more, one only decides (as many as help, up to the cores; one if short).",
    ),
    option(
        "--strategy",
        metavar="NAME",
        section=PACE,
        type=click.Choice(STRATEGIES),
        help="sequential, threads, asyncio or multi (multi).",
    ),
    option("--allow-private", is_flag=True, section=NETWORK, help="Permit loopback, private and link-local addresses."),
    option(
        "--cacert",
        metavar="FILE",
        section=NETWORK,
        type=Place(exists=True, dir_okay=False),
        help="Certificate authorities to trust (SSL_CERT_FILE, or the system's).",
    ),
    option(
        "--proxy",
        metavar="URL",
        section=NETWORK,
        type=Proxy(),
        help="Go through this proxy (https_proxy and the like).",
    ),
    option(
        "--http-version",
        metavar="N",
        section=NETWORK,
        type=click.Choice(HTTP_VERSIONS),
        help="1.1, 2 or 3: the highest to try over TLS; 3 by UDP at the link's own port, else 2 by TCP (2).",
    ),
    option("--user-agent", metavar="TEXT", section=NETWORK, type=Header(), help="Who we say we are (pixhaul)."),
    option(
        "--dry-run", is_flag=True, section=PRINT, help="Print the links and what is known of them; download nothing."
    ),
    option("-g", "--get-urls", is_flag=True, section=PRINT, help="Print the links, one a line; download nothing."),
    option(
        "--json", is_flag=True, section=PRINT, help="One JSON object for each link on standard output, then a summary."
    ),
    option(
        "--trace",
        metavar="FILE",
        section=PRINT,
        type=Place(dir_okay=False),
        help="Write down when each transfer did what; pixhaul race --show FILE draws it, Perfetto opens it.",
    ),
    option(
        "--explain",
        is_flag=True,
        section=PRINT,
        help="Say at the end what was learned of each host, and why links waited (with --json: objects).",
    ),
    option("-q", "--quiet", is_flag=True, section=PRINT, help="Say nothing but what is wrong with the run itself."),
    option("-v", "--verbose", is_flag=True, section=PRINT, help="Say each picture that is kept, too."),
)


def options_of_get(function: _Function) -> _Function:
    """The function with all of them, in this order."""
    for one in reversed(_OPTIONS):
        function = one(function)
    return function
