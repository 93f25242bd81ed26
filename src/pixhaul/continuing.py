"""One slot's part in continuing what broke off: what it asks for, makes of the answer, and leaves behind."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from pixhaul.body import Body
from pixhaul.headers import Fields
from pixhaul.models import Attempt, Reason
from pixhaul.resume import ANEW, CONTINUES, LEAST, STALE, Leftovers, Unfinished, meets, said, validator

_BROKEN = frozenset({Reason.TRUNCATED, Reason.TIMEOUT, Reason.TOO_SLOW, Reason.CONNECT})
"""Ends of a transfer after which the rest is worth asking for."""


class Answer(NamedTuple):
    """The head of an answer."""

    status: int
    fields: Fields
    length: int
    """Bytes that the body is to have; -1: it was not said."""


class Continuing:
    """For one attempt after another: whether it continues something, and whether something can continue it."""

    def __init__(self, leftovers: Leftovers, body: Body, most: int, answer: Callable[[], Answer]) -> None:
        self._leftovers = leftovers
        self._body = body
        self._most = most
        self._answer = answer
        self._attempt: Attempt
        self._base: Unfinished | None = None
        """What is on the disk, asked for and not yet met by an answer."""
        self._met: Unfinished | None = None
        """What the answer continues."""
        self._overlap = b""
        """The last bytes that are there, and come once more."""
        self.stale = ""
        """Why the answer cannot continue what there was; empty: it can, or there was nothing."""
        body.checkpoint = self.note

    def begin(self, attempt: Attempt) -> list[str]:
        """The fields to ask for the rest with; none: for the whole."""
        self._attempt = attempt
        self._base = self._met = None
        self._overlap, self.stale = b"", ""
        one = self._leftovers.find(attempt.job.key, attempt.url) if len(self._leftovers) else None
        if one is None:
            return []
        if one.total > self._most:
            self._leftovers.release(one.key)
            return []
        self._base = one
        return [f"Range: bytes={one.since}-", f"If-Range: {one.etag}"]

    def meet(self) -> bool:
        """Look at the answer before its first byte is taken; False: it is of no use, and the link is to begin anew."""
        one, self._base = self._base, None
        if one is None:
            return not self.stale
        status, fields, _ = self._answer()
        verdict, self.stale = meets(one, status, fields)
        if verdict == CONTINUES:
            opened = self._leftovers.opened(one)
            if opened is None:
                verdict, self.stale = STALE, "what was there has changed"
            else:
                file, digest, self._overlap = opened
                self._body.adopt(file, digest, self._leftovers.path(one), one.held)
                self._met = one
        if verdict in (STALE, ANEW):
            self._leftovers.release(one.key)
        return verdict != STALE

    def fresh(self, piece: bytes) -> bytes | None:
        """What a piece of the rest has beyond the bytes that are there already; None: it is none of this picture."""
        size = len(self._overlap)
        if not size:
            return piece
        come, known = piece[:size], self._overlap[: len(piece)]
        if come != known:
            self.stale = "the bytes that we have are others there"
            return None
        self._overlap = self._overlap[len(come) :]
        return piece[size:]

    def is_whole(self) -> bool:
        """Whether the rest has come to the last byte, no more and no less."""
        return self._met is not None and self._body.size == self._met.total

    @property
    def continues(self) -> bool:
        """Whether the answer is the rest of what was there."""
        return self._met is not None

    def note(self) -> None:
        """Write down what has come so far, so that a killed run can go on from there. Called by the body."""
        with suppress(OSError):  # then it begins anew
            one = self._described()
            if one is not None:
                self._leftovers.note(one)

    def lay_aside(self, error: str) -> None:
        """End a transfer that broke: keep what can be continued, and drop the rest."""
        if error in _BROKEN or error == Reason.INTERRUPTED:
            with suppress(OSError):
                if self._is_worth_it():
                    self._body.spill()
                    one = self._described()
                    if one is not None:
                        self._leftovers.note(one)
                        self._body.let_go()
                        return  # with the note, the part is safe
        self.drop()

    def drop(self) -> None:
        """Forget the bytes that came; what lay there and was not touched stays."""
        touched = self._met is not None or self._body.is_large
        self._body.discard()
        if touched:
            self._leftovers.release(self._attempt.job.key)

    def done(self, body: bytes | Path) -> None:
        """The bytes go their way: what was written down of the link is of no use any more."""
        if len(self._leftovers):
            self._leftovers.release(self._attempt.job.key, keep=body.name if isinstance(body, Path) else "")

    def _is_worth_it(self) -> bool:
        if self._body.size < LEAST:
            return False
        status, fields, length = self._answer()
        return self._met is not None or (bool(validator(status, fields)) and self._body.size < length)

    def _described(self) -> Unfinished | None:
        """What has come, as a note; None: nothing can vouch for it, or it is all there is or more."""
        part, size, digest = self._body.state()
        attempt, met = self._attempt, self._met
        if met is not None:
            return met._replace(held=size, sha256=digest, part=part) if size < met.total else None
        status, fields, length = self._answer()
        etag = validator(status, fields)
        if not etag or not LEAST <= size < length:
            return None
        modified = said(fields, "last-modified")
        return Unfinished(attempt.job.key, attempt.url, etag, length, size, digest, part, modified)
