"""Asking Imgur's API: one call at a time, within its credits, with pauses where it is busy; and who ends the run."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol

from pixhaul.errors import ApiRefused
from pixhaul.imgur import allowance
from pixhaul.imgur.troubles import Answer, Kind, Trouble, classify
from pixhaul.options import Options
from pixhaul.protocols import Api

PATIENCE = 600.0
"""Seconds that one call may wait for new credits before the run ends instead."""
CAPACITY_PATIENCE = 300.0
"""Seconds that one call may wait, in all, while Imgur is over capacity: that can last an hour (gallery-dl#1386)."""
_LONGEST_PAUSE = 60.0
_MOST_TRIES = 3  # after the first, where the server or the network fails

_RESUME = "The same command goes on from here: what is kept is not asked for again."


class Context(Protocol):
    """What a run gives to its sources."""

    @property
    def options(self) -> Options:
        """The run's options: limit, seed, types, retries count here."""

    @property
    def api(self) -> Api | None:
        """Imgur's API; None where no client ID is known."""

    @property
    def client_id_known(self) -> bool:
        """Whether there is a client ID."""

    @property
    def local(self) -> bool:
        """Whether the API is on loopback, so that its links may be, too."""

    @property
    def memory(self) -> dict[str, Any]:
        """What sources note for each other, empty at first: here what the API told one of them about us."""

    def wait(self, seconds: float) -> bool:
        """Sleep; False when the run is being stopped."""

    def now(self) -> float:
        """Epoch seconds."""

    def warn(self, text: str) -> None:
        """Tell the person one line."""


class Stopped(Exception):
    """No error: the run is being stopped, and a source ends quietly."""


@dataclass
class Memory:
    """What is known of one API, for all the sources of a run that share it."""

    credits: allowance.Allowance = field(default_factory=allowance.Allowance)
    has_answered: bool = False
    refusal: ApiRefused | None = None
    """Said once to one source, it holds for all: a list of a thousand albums meets it, and waits for it, once."""


class Asker:
    """Asks an API for one source."""

    def __init__(self, context: Context, what: str) -> None:
        """An asker for the source `what`, as the person wrote it.

        Raises:
            ApiRefused: When no client ID is known.
        """
        if context.api is None or not context.client_id_known:
            raise _without_client_id(what)
        self.context = context
        self.api = context.api
        self.memory = _shared_memory(context)

    def ask(self, path: str, tries: int | None = None) -> Answer | Trouble:
        """The answer to a path, or the trouble that stays after all tries and pauses; it concerns that path alone.

        Args:
            path: With its query, beginning with a slash.
            tries: After the first, where the server or the network fails; None: as the options say, at most 3.

        Raises:
            ApiRefused: When no call will be answered: credentials, a block, credits, a throttle that lasts.
            Stopped: When the run is being stopped meanwhile.
        """
        if self.memory.refusal is not None:
            raise self.memory.refusal
        try:
            return self._ask(path, min(self.context.options.retries, _MOST_TRIES) if tries is None else tries)
        except ApiRefused as refusal:
            self.memory.refusal = refusal
            raise

    def _ask(self, path: str, tries: int) -> Answer | Trouble:
        waited, again = 0.0, 0
        while True:
            self._save_credits()
            told = self._once(path)
            if isinstance(told, Answer):
                self.memory.has_answered = True
                return told
            pause = self._pause(told, again, waited, tries)
            if pause is None:
                return told
            self._wait(pause, told.words)
            waited, again = waited + pause, again + 1

    def _once(self, path: str) -> Answer | Trouble:
        reply = self.api.get(path)
        latest = allowance.read(reply.headers, self.context.now())
        self.memory.credits = allowance.merge(self.memory.credits, latest)
        return classify(reply)

    def _save_credits(self) -> None:
        """Wait for new credits before the reserve is touched."""
        short = allowance.shortage(self.memory.credits, self.context.now())
        if short is None:
            return
        if short.seconds > PATIENCE:
            raise self._out_of_credits(short)
        self._wait(short.seconds, short.words)
        self.memory.credits = allowance.Allowance()

    def _pause(self, trouble: Trouble, again: int, waited: float, tries: int) -> float | None:
        """Seconds to wait before the same path is asked for again; None: it is no use.

        Raises:
            ApiRefused: As `ask`.
        """
        match trouble.kind:
            case Kind.CREDENTIALS | Kind.COUNTRY:
                raise self._refusal(trouble)
            case Kind.SETTINGS if not self.memory.has_answered:
                raise self._refusal(trouble)
            case Kind.CREDITS:
                return self._until_credits(trouble, waited)
            case Kind.CAPACITY:
                return self._until_capacity(trouble, again, waited)
            case Kind.SERVER | Kind.NETWORK:
                passing = again < tries and not trouble.reason.permanent
                return max(2.0**again, min(trouble.wait or 0.0, _LONGEST_PAUSE)) if passing else None
        return None

    def _until_credits(self, trouble: Trouble, waited: float) -> float:
        now = self.context.now()
        short = allowance.shortage(self.memory.credits, now) or _unknown(trouble)
        if short.seconds + waited > PATIENCE:
            raise self._out_of_credits(short)
        self.memory.credits = allowance.Allowance()
        return max(short.seconds, 1.0)

    def _until_capacity(self, trouble: Trouble, again: int, waited: float) -> float:
        # A person who asks for fewer retries than usual does not want to stand and wait, either.
        patience = CAPACITY_PATIENCE * min(self.context.options.retries, 4) / 4
        pause = max(min(2.0**again, _LONGEST_PAUSE), trouble.wait or 0.0)
        if waited + pause > patience:
            raise ApiRefused(f"{self.api.base} is still busy after {waited:.0f} s: {trouble.words}", _later(pause))
        return pause

    def _wait(self, seconds: float, why: str) -> None:
        self.context.warn(f"{self.api.base}: {why}; waiting {seconds:.0f} s")
        if not self.context.wait(seconds):
            raise Stopped

    def _out_of_credits(self, short: allowance.Shortage) -> ApiRefused:
        moment = datetime.fromtimestamp(self.context.now() + short.seconds, UTC)
        when = f"{'at' if short.known else 'by'} {moment:%Y-%m-%d %H:%M} UTC"
        said = f"{self.api.base} has no more calls for us: {short.words}."
        return ApiRefused(said, f"New ones come {when}. {_RESUME}")

    def _refusal(self, trouble: Trouble) -> ApiRefused:
        said = f"{self.api.base} refuses us: {trouble.words}"
        if trouble.kind is Kind.SETTINGS:
            return ApiRefused(said, "The address of the API (IMGUR_API) must begin with https://.")
        if trouble.kind is Kind.COUNTRY:
            return ApiRefused(said, "Imgur does not serve this country or network; links to other hosts work as ever.")
        return ApiRefused(
            said,
            "Check --client-id or IMGUR_CLIENT_ID: Imgur gives out no new ones and revokes those that programs ship. "
            "`pixhaul demo` works without.",
        )


def _unknown(trouble: Trouble) -> allowance.Shortage:
    # Refused for want of credits, and no header says which or until when: a day is the longest that it can take.
    if trouble.wait is None:
        return allowance.Shortage(trouble.words, allowance.DAY, False)
    return allowance.Shortage(trouble.words, trouble.wait, True)


def _later(seconds: float) -> str:
    if seconds > _LONGEST_PAUSE:
        return f"It asks for {seconds / 60:.0f} minutes of patience. {_RESUME}"
    return f"That can last up to an hour. {_RESUME}"


def _without_client_id(what: str) -> ApiRefused:
    return ApiRefused(
        f"{what} needs an Imgur client ID, and Imgur has given out no new ones since 2025.",
        "Give an old one with --client-id or IMGUR_CLIENT_ID. Direct links and `pixhaul demo` work without.",
    )


def _shared_memory(context: Context) -> Memory:
    # A context without a memory is served, too: each of its sources then learns for itself.
    kept = getattr(context, "memory", {}).setdefault("imgur", Memory())
    return kept if isinstance(kept, Memory) else Memory()
