"""What can go wrong with an answer of the API: each form of error that programs have met. One entry a fault."""

from __future__ import annotations

import json
from collections.abc import Callable

from .faults_picture import Case, Fault
from .messages import Ending, Reply, Steps, encode

_CAPACITY = "Imgur is temporarily over capacity. Please try again later."


def _json(status: int, body: object) -> Callable[[Case], Steps]:
    text = json.dumps(body).encode()

    def act(case: Case) -> Steps:
        kept = tuple(pair for pair in case.reply.headers if pair[0].startswith("x-ratelimit"))
        headers = (("Content-Type", "application/json"), *kept)
        return [encode(Reply(status, headers, text), case.request)]

    return act


def _text(status: int, kind: str, body: bytes) -> Callable[[Case], Steps]:
    return lambda case: [encode(Reply(status, (("Content-Type", kind),), body), case.request)]


def _failure(status: int, error: object, http_status: int = 0) -> Callable[[Case], Steps]:
    return _json(http_status or status, {"data": {"error": error}, "success": False, "status": status})


def _spent(case: Case) -> Steps:
    """The form of 2024: no data key, a code that is a string, and a header that says nothing is left."""
    error = {
        "id": "legacy-api-0/stand-in-1",
        "code": "429",
        "status": "Too Many Requests",
        "detail": "Too Many Requests",
    }
    spent = case.reply.with_headers(**{"x-ratelimit-clientremaining": "0"})
    return _json(429, {"errors": [error]})(case._replace(reply=spent))


def _lying(case: Case) -> Steps:
    return _json(200, {"data": {"error": "Unable to process the request"}, "success": True, "status": 200})(case)


def _cut(case: Case) -> Steps:
    whole = encode(case.reply, case.request)
    return [whole[: len(whole) - len(case.reply.body) // 2], Ending.CLOSE]


_OBJECT = {"code": 500, "message": "Could not complete request", "type": "ImgurException", "exception": {}}
_PAGE = b"<!DOCTYPE html><html><head><title>Imgur</title></head><body>Zoinks!</body></html>\n"

API_FAULTS: dict[str, Fault] = {
    "api-429": Fault(_spent, "429 with the errors form and no credits left in the headers"),
    "api-over-capacity": Fault(_failure(403, _CAPACITY), "403, over capacity, credits remaining"),
    "api-over-capacity-429": Fault(_failure(429, _CAPACITY), "429, over capacity"),
    "api-over-capacity-500": Fault(_failure(500, _CAPACITY), "500, over capacity"),
    "api-1203": Fault(
        _failure(1203, "Imgur is over capacity. Please try again.", 500), "500 with status 1203 in the body"
    ),
    "api-401": Fault(_failure(401, "Authentication required"), "401 although the client ID is right"),
    "api-403": Fault(_failure(403, "Invalid client_id"), "403 although the client ID is right"),
    "api-banned": Fault(_failure(403, "Banned Country Attempt (IN)"), "403, closed for a country"),
    "api-400": Fault(_failure(400, "HTTP Access is disabled. Requests must use SSL (HTTPS)."), "400"),
    "api-500": Fault(_failure(500, _OBJECT), "500 whose error is an object"),
    "api-500-text": Fault(
        _json(500, {"data": "An error occurred", "success": False, "status": 500}), "500, data is text"
    ),
    "api-502": Fault(_text(502, "text/plain", b"Bad Gatew"), "502 with nine bytes"),
    "api-503": Fault(_text(503, "text/html", _PAGE), "503 with a page"),
    "api-404-page": Fault(_text(404, "text/html", _PAGE), "404 with a page in place of JSON"),
    "api-html": Fault(_text(200, "text/html", _PAGE), "200 with a page in place of JSON"),
    "api-empty": Fault(_text(200, "application/json", b""), "200 with no body"),
    "api-error-in-200": Fault(_lying, "200, success true, and an error inside"),
    "api-cut": Fault(_cut, "the JSON is cut off, the length says so"),
    "api-refuse": Fault(lambda _case: [Ending.RESET], "the connection is reset"),
    "api-stall": Fault(lambda case: [case.options["seconds"], Ending.CLOSE], "silence", {"seconds": 3600.0}),
}
"""Name to fault: all that `--faults` knows of the API."""
