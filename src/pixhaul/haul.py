"""The job of pixhaul in one function. Read this first, then follow the names."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import closing
from typing import TypeAlias

from pixhaul.keep import Keeper
from pixhaul.ledger import Ledger
from pixhaul.models import Result, Turns
from pixhaul.options import Options
from pixhaul.protocols import Sink
from pixhaul.scheduler import Scheduler

Strategy: TypeAlias = Callable[[Scheduler, Options], Turns]


def haul(
    scheduler: Scheduler, strategy: Strategy, sink: Sink, ledger: Ledger, options: Options
) -> Generator[tuple[Result, ...], None, None]:
    """Run every job of the scheduler; yield the results, turn by turn, once they are kept and recorded.

    A turn comes at least twice a second, and may be empty. Closing the iterator stops the transfers first, then keeps
    what they had already brought.
    """
    with closing(Keeper(sink, ledger)) as keeper:
        with closing(strategy(scheduler, options)) as turns:
            for outcomes in turns:
                yield keeper.take(outcomes)
                if keeper.is_full:
                    break
        yield keeper.flush()
        keeper.complain()
