"""How a link ends: as a picture that is about to be kept, or as a failure with its reason. Pure."""

from __future__ import annotations

from pixhaul.judge import Judgement, Refused
from pixhaul.models import Attempt, Failed, Fetched, Picture, Reason, Reply


def fetched(attempt: Attempt, reply: Reply, now: float, robots: str = "") -> Fetched:
    """The picture that a good reply brought."""
    return Fetched(
        attempt.job,
        reply.body,
        reply.size,
        reply.sha256,
        reply.picture or Picture(""),
        attempt.url,
        reply.status,
        reply.header("etag"),
        reply.header("last-modified"),
        attempt.number + attempt.refusals,
        now - attempt.began,
        robots,
    )


def failed(attempt: Attempt, said: Refused, status: int = 0, now: float = 0.0) -> Failed:
    """The end of a link that failed; without `now` it ended while it waited, and its present try was never made."""
    seconds = now - attempt.began if now and attempt.began else 0.0
    tries = attempt.number + attempt.refusals - (0 if now else 1)
    return Failed(attempt.job, said.reason, said.detail, status, attempt.url, tries, seconds)


def last_words(judgement: Judgement) -> Refused:
    """What is said of the links of a host that is given up: the reason of the last of them that was tried."""
    fate = judgement.fate
    if fate is None:
        return Refused(Reason.CONNECT, "the host was given up")
    return Refused(fate.reason, f"the host was given up: {fate.detail}")
