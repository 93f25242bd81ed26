"""One transfer: what libcurl is told, what it may dial, and how its answer becomes a Reply.

This module and `wire` are the only ones that know pycurl. The handles made here carry no credential, no cookie and no
referrer: there is nothing in them that could leak.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path

import pycurl

from pixhaul.body import Body, Memory
from pixhaul.connections import CAN_LOOK, AtRest, is_shared, leave_dead, number_of
from pixhaul.continuing import Answer, Continuing
from pixhaul.curl_errors import RECEIVE, STREAM, TIMED_OUT, explain, is_stale
from pixhaul.dialling import Dialling
from pixhaul.headers import Fields, ends_with_connection, length_of, read_headers, status_of
from pixhaul.http_versions import VERSIONS
from pixhaul.identity import certificates, user_agent
from pixhaul.lent import words
from pixhaul.links import has_small_escapes
from pixhaul.models import Attempt, Reason, Reply
from pixhaul.moments import timing
from pixhaul.options import Options
from pixhaul.part import staging_folder
from pixhaul.policy import directives, names_of, objection
from pixhaul.proxies import addresses, in_force
from pixhaul.replies import explained, is_told, spans_all
from pixhaul.resolver import FRESH, Resolver
from pixhaul.resolver import MOST_AT_ONCE as LOOK_UPS
from pixhaul.resume import Leftovers

FIELDS = ["Accept: */*", "Accept-Encoding: identity"]
SUPPRESS_CONNECT_HEADERS = 265
"""A proxy's answer to CONNECT is no answer of the picture's host. pycurl has no name for it (curl.h: LONG, 265)."""
AT_REST = 1.0
"""Seconds within which a shared connection that had died at rest shows it."""
HTTP_ONLY = pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS


class Client:
    """What all transfers of a run share: the options, the staging folder, the proxy's address."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.staging = staging_folder(Path(options.directory))
        self.names = names_of(options.user_agent)
        proxies = in_force(options.proxy)
        self.proxies = addresses(proxies)
        self.resolver = None if proxies else Resolver(most=max(1, LOOK_UPS // (options.workers or 1)))
        """None where a proxy looks names up."""
        self.leftovers = Leftovers(self.staging)

    def handle(self) -> pycurl.Curl:
        """A handle with every option that is the same for all pictures. Setting them again costs 13 us a transfer."""
        options = self.options
        curl = pycurl.Curl()
        for option, value in (
            (pycurl.NOSIGNAL, 1),
            (pycurl.FOLLOWLOCATION, 0),
            (SUPPRESS_CONNECT_HEADERS, 1),
            (pycurl.PROTOCOLS, HTTP_ONLY),
            (pycurl.USERAGENT, user_agent(options)),
            (pycurl.HTTPHEADER, FIELDS),
            (pycurl.TIMEOUT_MS, round(options.timeout * 1000)),
            (pycurl.BUFFERSIZE, 128 * 1024),  # fewer reads: 10 % of the time that large bodies cost
            (pycurl.DNS_CACHE_TIMEOUT, -1 if self.resolver else round(3 * FRESH)),  # `lookups` tells again in time
            (pycurl.CONNECTTIMEOUT_MS, round(min(options.connect_timeout, options.timeout) * 1000)),
            (pycurl.LOW_SPEED_LIMIT, options.low_speed),
            (pycurl.LOW_SPEED_TIME, options.low_speed_seconds),
            (pycurl.MAXFILESIZE_LARGE, options.max_bytes),
            (pycurl.HTTP_VERSION, VERSIONS[options.http_version]),
        ):
            curl.setopt(option, value)
        if certificates(options):
            curl.setopt(pycurl.CAINFO, certificates(options))
        if options.proxy:
            curl.setopt(pycurl.PROXY, options.proxy)
        return curl


class Slot:
    """One handle and what it has received so far. Reused for one attempt after another."""

    def __init__(self, client: Client, memory: Memory, at_rest: AtRest) -> None:
        self.client = client
        self._at_rest = at_rest
        self.curl = client.handle()
        self.body = Body(client.options, client.staging, memory)
        self.body.is_useless = lambda: is_told(status_of(self._lines), "")
        self._take = self._allowed if client.options.policy != "none" else self.body.take
        self.curl.setopt(pycurl.WRITEFUNCTION, self._take)
        # A C function costs a tenth of one of ours. libcurl itself ends headers beyond 300 KB, interim ones included.
        self._lines: list[bytes] = []
        self.curl.setopt(pycurl.HEADERFUNCTION, self._lines.append)
        self._dials = Dialling(client.options.allow_private, client.proxies)
        self.curl.setopt(pycurl.OPENSOCKETFUNCTION, self._dials.open)
        if CAN_LOOK:
            self.curl.setopt(pycurl.PREREQFUNCTION, self._is_clean)
        self._wire = memory.number
        self._hurried = self._shares = self._is_fresh = self._asks_for_rest = self._is_literal = False
        self._lost = 0.0
        self._number = -1
        self.attempt: Attempt
        self._continuing = Continuing(client.leftovers, self.body, client.options.max_bytes, self._answer)
        self._clear()

    def _clear(self) -> None:
        self._lines.clear()
        if self._dials.dialled:
            self._dials.clear()
        self._looked = self._is_unclean = False
        self.body.begin()
        self._fault: tuple[Reason, str] | None = None

    def begin(self, attempt: Attempt) -> pycurl.Curl:
        """Aim the handle at an attempt."""
        self._clear()
        alone = attempt.host in self._at_rest.distrusted
        if alone or self._is_fresh:
            self._renew(is_fresh=alone, lost=0.0)
            self.curl.setopt(pycurl.FORBID_REUSE, alone)
        self.attempt = attempt
        self._dials.local = attempt.job.local
        self.curl.setopt(pycurl.URL, attempt.url)
        if self._is_literal or (has_small_escapes(attempt.url) and not self.client.proxies):
            self._is_literal = True  # for good: pycurl cannot take it back
            self.curl.setopt(pycurl.REQUEST_TARGET, attempt.url[len(attempt.host) :])
        # On plain http waiting for a connection to share doubles the first round trip (measured, 0.26 -> 0.51 s).
        if self._shares is not attempt.url.startswith("https"):
            self._shares = not self._shares
            self.curl.setopt(pycurl.PIPEWAIT, self._shares)
        if self.client.options.trace:
            self._began = time.monotonic()
        if attempt.spent or self._hurried:  # the deadline is that of all hops together
            self._hurry(attempt.spent)
        rest = self._continuing.begin(attempt)
        if rest or self._asks_for_rest:
            self._asks_for_rest = bool(rest)
            self.curl.setopt(pycurl.HTTPHEADER, [*FIELDS, *rest])
            self.curl.setopt(pycurl.WRITEFUNCTION, self._rest if rest else self._take)
        return self.curl

    def _hurry(self, spent: float) -> None:
        self._hurried = spent > 0
        left = max(0.001, self.client.options.timeout - spent)
        self.curl.setopt(pycurl.TIMEOUT_MS, max(1, round(left * 1000)))

    def _renew(self, is_fresh: bool, lost: float) -> None:
        self._is_fresh, self._lost = is_fresh, lost
        self.curl.setopt(pycurl.FRESH_CONNECT, is_fresh)

    def comes_again(self, code: int, others: Iterable[pycurl.Curl]) -> bool:
        """Whether a transfer that broke is to be made once more, on a new connection: the old ones had died of age.

        Streams of HTTP/2 that are lost together share the next connection, too, and one that had lived was not at rest.
        """
        info = self.curl.getinfo
        is_bad = self._is_unclean or is_stale(code, bool(self._lines), info(pycurl.NUM_CONNECTS))
        if self._is_fresh or not is_bad:
            return False
        lost, shared = info(pycurl.TOTAL_TIME), is_shared(self.curl, others)
        if shared and lost > AT_REST:
            return False
        self._renew(is_fresh=not shared, lost=lost)
        self._is_fresh = True
        if not code:  # the answer was that to another request
            self._continuing.drop()
        self._clear()
        self._hurry(self.attempt.spent + self._lost)
        return True

    def _is_clean(self, _there: str, _here: str, _port: int, port: int) -> int:
        """Whether a request may be sent on a connection, at the last moment before it is. For PREREQFUNCTION."""
        self._is_unclean = self._at_rest.is_unclean(port)
        return pycurl.PREREQFUNC_ABORT if self._is_unclean else pycurl.PREREQFUNC_OK

    # A callback that raises would print a traceback and become error 23 or 7, so each stores its fault.

    def _allowed(self, piece: bytes) -> int | None:
        """Take a piece of a body, unless the headers, which are all there before the first piece, object to it."""
        if not self._looked:
            self._looked = True
            if status_of(self._lines) in (200, 203, 206):  # getinfo is not to be had within a callback
                said = directives(read_headers(self._lines)[0], self.client.names)
                word = objection(said, self.client.options.policy)
                if word:
                    self._fault = (Reason.OPTED_OUT, f"X-Robots-Tag says {word}")
                    return -1
        return self.body.take(piece)

    def _rest(self, piece: bytes) -> int | None:
        piece_of_it = self._continuing.fresh(piece) if self._continuing.meet() else None
        return -1 if piece_of_it is None else self._take(piece_of_it)

    def _answer(self) -> Answer:
        """The head, read from its lines: libcurl cannot be asked from within a callback."""
        fields, _ = read_headers(self._lines)
        return Answer(status_of(self._lines), fields, length_of(fields))

    def leave(self, code: int, others: Iterable[pycurl.Curl]) -> None:
        """See to the connection of a transfer that has just ended, while libcurl still says which it was.

        HTTP/2 and 3 number their answers, so that there no byte can be taken for another answer; and a stream that is
        reset, or that times out, may do so on a connection that is well.
        """
        if code == 0:
            if not self._lines or self._lines[0].startswith(b"HTTP/1"):
                doubtful = self._at_rest.leave(self.curl, others, self.attempt.host, self._lines)
                self._is_unclean = doubtful and not self._asks_for_rest
        elif code == TIMED_OUT and not leave_dead(self.curl, others, self.client.options.low_speed_seconds):
            self._number = -1
        else:
            self._number = -1 if code == STREAM else number_of(self.curl)

    def finish(self, code: int, message: str) -> Reply:
        """The reply of the attempt that has just ended, with libcurl's error code or 0."""
        if not self.client.options.trace:
            return self._finish(code, message)
        ended = time.monotonic()
        reply = self._finish(code, message)
        return reply._replace(timing=timing(self.curl, self._began + self._lost, ended))

    def _finish(self, code: int, message: str) -> Reply:
        error, detail = self._error(code, message)
        status = self.curl.getinfo(pycurl.RESPONSE_CODE)
        seconds = self.curl.getinfo(pycurl.TOTAL_TIME) + self._lost
        headers, flaw = read_headers(self._lines)
        if not (error or flaw or self._continuing.continues) and status in (200, 203) and self._continuing.meet():
            return self._whole(status, headers, seconds)
        if flaw and not error:
            error, detail = flaw
        elif error and not flaw and is_told(status, error):
            error = detail = ""
        connection = self._connection() if code else -1
        reply = Reply(status, headers, error=error, detail=detail, connection=connection, seconds=seconds)
        if status and not self._continuing.meet():
            self._continuing.drop()
            return Reply(status, headers, stale=self._continuing.stale, seconds=seconds)
        if error or not self._is_whole(reply):
            return self._broken(reply)
        return self._whole(status, headers, seconds)

    def _whole(self, status: int, headers: Fields, seconds: float) -> Reply:
        try:
            reply = self.body.reply(status, headers, seconds)
        except OSError as problem:
            reply = Reply(status, headers, error=Reason.DISK, detail=problem.strerror or str(problem))
            self.body.discard()
        self._continuing.done(reply.body)
        return reply

    def _connection(self) -> int:
        """The connection that was lost, by a number of this wire alone: libcurl begins at 0 in each. -1: none was."""
        return self._number if self._number < 0 else self._wire << 40 | self._number

    def _is_whole(self, reply: Reply) -> bool:
        """Whether the body is what the link names: a 206 that nobody asked for is, when it spans all there is."""
        if self._continuing.continues:
            return self._continuing.is_whole()
        return reply.status in (200, 203) or (reply.status == 206 and spans_all(reply, self.body.size))

    def _broken(self, reply: Reply) -> Reply:
        """A transfer without a whole body: what has come is kept where it can be continued."""
        if self._continuing.continues and not reply.error:
            reply = reply._replace(error=Reason.TRUNCATED, detail="the rest has not the length that it was to have")
        self._continuing.lay_aside(reply.error)
        return explained(reply, time.time())

    def abandon(self) -> None:
        """End a transfer that is under way, as when a run is stopped."""
        self._continuing.lay_aside(Reason.INTERRUPTED)

    def _error(self, code: int, message: str) -> tuple[str, str]:
        if self._fault:
            return self._fault
        if not code or self.body.cut_short:
            return "", ""
        if self.body.fault:
            return Reason.DISK, self.body.fault.strerror or str(self.body.fault)
        if code == RECEIVE and self.body.size and ends_with_connection(self._lines):
            return "", ""
        if self._dials.forbidden:
            return Reason.ADDRESS_REFUSED, self._dials.forbidden
        if self._dials.fault:
            return Reason.CONNECT, self._dials.fault
        cause = "" if self.client.proxies else words(self.curl.getinfo(pycurl.OS_ERRNO))
        return explain(code, message, self.body.size, cause)
