"""What the parts of pixhaul that can be added to must do."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

from pixhaul.models import ApiReply, Failed, Fetched, Job, Receipt


class Api(Protocol):
    """A client bound to one origin, which holds the credential and follows no redirects."""

    base: str
    """Origin and nothing after, such as https://api.imgur.com."""

    def get(self, path: str) -> ApiReply:
        """Ask for a path (with its query, percent-encoded, beginning with a slash). Never raises for the network."""


class Sink(Protocol):
    """Where pictures are kept. Three steps, so that many pictures share one sync and one commit."""

    def add(self, fetched: Fetched) -> Failed | None:
        """Stage one picture under a temporary name; Failed when it cannot be written at all."""

    def make_room(self) -> None:
        """Give up the newest of what is staged on a full disk, so that the ledger and the older ones have room."""

    def demand(self) -> None:
        """Raise PixhaulError where the place itself is gone: asked when a picture could not be written."""

    def prepare(self) -> list[Receipt]:
        """Say where everything staged is about to be; the ledger writes that down before it is so."""

    def publish(self, receipts: list[Receipt]) -> list[Receipt | Failed]:
        """Make the prepared ones durable and give them their final names. Those receipts make links done."""

    def close(self) -> None:
        """Forget what was staged and not published, and leave nothing behind."""


class Source(Protocol):
    """A module of `sources`: it says which texts are its own, and turns one into links."""

    def matches(self, text: str) -> bool: ...

    def jobs(self, text: str, context: Any) -> Iterable[Job | Failed]: ...
