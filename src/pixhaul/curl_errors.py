"""libcurl's error numbers, as reasons of ours. Pure. Source of the numbers: `man libcurl-errors`."""

from __future__ import annotations

from pixhaul.models import Reason

_TLS = frozenset((35, 51, 53, 54, 58, 59, 60, 64, 66, 77, 80, 82, 83, 90, 91, 98))
_REASONS: dict[int, Reason] = {
    1: Reason.HTTP_ERROR,
    3: Reason.BAD_URL,
    5: Reason.DNS,
    6: Reason.DNS,
    7: Reason.CONNECT,
    8: Reason.HTTP_ERROR,
    18: Reason.TRUNCATED,
    27: Reason.CRASHED,  # no memory: that is ours, and passes
    42: Reason.INTERRUPTED,
    52: Reason.CONNECT,
    61: Reason.HTTP_ERROR,
    63: Reason.TOO_LARGE,
    95: Reason.CONNECT,
    96: Reason.CONNECT,
    97: Reason.CONNECT,
} | dict.fromkeys(_TLS, Reason.TLS)
_UNCONNECTED, _FRAMING, _NOTHING, _SEND, RECEIVE = 7, 16, 52, 55, 56
TIMED_OUT, STREAM, _HANDSHAKE = 28, 92, 35
_BROKEN_OFF = ("unexpected eof", "Recv failure", "Send failure", "SYSCALL", "reason(0)", "alert internal error")
"""What libcurl and OpenSSL say of a handshake that broke off: what was offered is not to blame, so another may do."""


def is_stale(code: int, answered: bool, connects: int) -> bool:
    """Whether a transfer died because connections from before it had been closed meanwhile.

    That says nothing of its link or host: servers close what rests, and a request may cross with that. libcurl itself
    tries five such connections ("Connection died, tried 5 times before giving up") and then fails with an error 55.

    Args:
        code: libcurl's error.
        answered: Whether any line of an answer came.
        connects: New connections that were made for the transfer: what a new one does is the host's doing.

    >>> is_stale(55, answered=False, connects=0), is_stale(52, answered=False, connects=1)
    (True, False)
    """
    return code in (_FRAMING, _NOTHING, _SEND, RECEIVE) and not answered and not connects


def explain(code: int, message: str, received: int, cause: str = "") -> tuple[Reason, str]:
    """The reason and the words for a libcurl error after `received` bytes of body; `cause` is what the system said.

    Error 28 has two meanings, told apart by its words, and error 56 three: a reset before or within a body, and
    headers beyond libcurl's own cap of 300 KB. Error 92 is a single stream of HTTP/2, error 16 a connection of it.

    >>> explain(28, "Operation too slow. Less than 1000 bytes/sec", 0)[0]
    <Reason.TOO_SLOW: 'too-slow'>
    """
    if code == TIMED_OUT:
        return (Reason.TOO_SLOW if "too slow" in message else Reason.TIMEOUT), message
    if code == _UNCONNECTED and cause:
        return Reason.CONNECT, f"{message} ({cause})"
    if code == STREAM:
        return _of_stream(message), message
    if code == _HANDSHAKE and any(words in message for words in _BROKEN_OFF):
        return Reason.CONNECT, message
    if code in (_FRAMING, _SEND, RECEIVE):
        return _of_connection(message, received), message or "the connection broke off"
    return _REASONS.get(code, Reason.HTTP_ERROR), message or _WORDS.get(code, f"libcurl error {code}")


_WORDS = {18: "the connection ended within the body"}


def _of_connection(message: str, received: int) -> Reason:
    """What the words for a connection that broke after `received` bytes of a body mean."""
    if "headers" in message:
        return Reason.HTTP_ERROR
    if "alert certificate required" in message:  # TLS 1.3 says so behind the handshake
        return Reason.TLS
    if "hunk" in message:  # "Illegal or missing hexadecimal sequence in chunked-encoding", "Invalid chunk size"
        return Reason.TRUNCATED
    return Reason.TRUNCATED if received else Reason.CONNECT


def _of_stream(message: str) -> Reason:
    """What the words for one stream mean. Cases in this order:

    1. ENHANCE_YOUR_CALM: we ask too much; 2. INADEQUATE_SECURITY; 3. an answer that no other try will mend: a field
    that must not be, an odd frame; 4. one that ends too early: a reset, or another length than was said.
    """
    if "ENHANCE_YOUR_CALM" in message:
        return Reason.RATE_LIMITED
    if "INADEQUATE_SECURITY" in message:
        return Reason.TLS
    if "Invalid HTTP header field" in message:
        return Reason.HTTP_ERROR
    if "invalid frame" in message and "FRAME[DATA" not in message and "eos=1" not in message:
        return Reason.HTTP_ERROR
    return Reason.TRUNCATED
