"""Run a program of the lesson, and draw which downloads were underway when: python draw.py threads.py

It stands between the program and the stand-in at IMGUR_API, passes every request on, and notes when it came and when
it was answered. It changes nothing else. Ctrl-C ends the program, and what there was is drawn.
"""

import os
import re
import subprocess
import sys
from http.client import HTTPConnection, HTTPException, IncompleteRead
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from time import sleep, time
from urllib.parse import urlsplit

from download import NO_CLIENT_ID, api

COLUMNS = 64


class Relay(ThreadingHTTPServer):
    """Passes requests on to the stand-in, and keeps a list of the pictures: (began, ended, was it whole)."""

    request_queue_size = 1024
    daemon_threads = True

    def __init__(self):
        try:  # a port that follows from the API's: so that links are the same in the next run
            super().__init__(("127.0.0.1", 10_000 + (urlsplit(api()).port or 80) % 10_000), Passing)
        except OSError:
            super().__init__(("127.0.0.1", 0), Passing)
        self.seen, self.images = [], ""

    @property
    def address(self):
        """Where the relay is asked."""
        return f"http://127.0.0.1:{self.server_port}"

    def through_here(self, body):
        """An answer of the API, with links that lead here in place of the stand-in's pictures."""
        found = re.search(rb"http://127\.0\.0\.1:\d+", body)
        self.images = found.group().decode() if found else self.images
        return body.replace(self.images.encode(), self.address.encode()) if found else body

    def handle_error(self, *_):
        """A program that closes its connections early is no business of ours."""


class Passing(BaseHTTPRequestHandler):
    """One connection of the program; one request after another is passed on."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):  # the name that http.server asks for
        """Pass the request on, and the answer back."""
        began = ended = time()
        relay = self.server
        is_api = self.path.startswith("/3/")
        try:
            status, headers, body, whole = ask((api() if is_api else relay.images) + self.path, self.headers)
            body = relay.through_here(body) if is_api else body
            ended = time()  # before the answer goes: whoever has it may ask for the next one at once
            self.answer(status, [*headers, ("Content-Length", str(len(body)))] if whole else headers, body)
        except (OSError, HTTPException):
            status, whole, ended = 0, False, time()
        self.close_connection = self.close_connection or not whole
        if not is_api:
            relay.seen.append((began, ended, whole and status == 200))

    def answer(self, status, headers, body):
        """Send an answer as it is."""
        self.send_response_only(status)
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Nothing: the drawing tells it better."""


def ask(address, headers):
    """Status, headers, body, and whether the body is whole. A body that was cut keeps the length that it promised."""
    parts = urlsplit(address)
    connection = HTTPConnection(parts.netloc, timeout=60)
    kept = {name: value for name, value in headers.items() if name.lower() not in ("host", "connection")}
    connection.request("GET", address.split(parts.netloc, 1)[1], headers=kept)
    response = connection.getresponse()
    names = ["connection", "transfer-encoding"]
    try:
        body, whole = response.read(), True
        names.append("content-length")
    except IncompleteRead as error:
        body, whole = error.partial, False
    connection.close()
    return response.status, [pair for pair in response.getheaders() if pair[0].lower() not in names], body, whole


def lanes(seen):
    """The downloads on as few lanes as will do: each takes the first that is free when it begins."""
    rows = []
    for one in sorted(seen):
        free = next((row for row in rows if row[-1][1] <= one[0]), None)
        if free is None:
            rows.append(free := [])
        free.append(one)
    return rows


def drawing(seen):
    """The picture, as lines of text, and beneath it the numbers of Little's law."""
    start, end = min(one[0] for one in seen), max(one[1] for one in seen)
    rows, seconds = lanes(seen), end - start
    each = sum(one[1] - one[0] for one in seen) / len(seen)
    for number, row in enumerate(rows, 1):
        line = ""
        for began, ended, good in row:
            left, right = (int((moment - start) / seconds * COLUMNS) for moment in (began, ended))
            line = line.ljust(left)[:left] + "|" + ("-" if good else "x") * max(right - left - 1, 0)
        yield f"{number:4} {line}".rstrip()
    yield "     0" + f"{seconds:.2f} seconds".rjust(COLUMNS - 1)
    yield f"{len(seen)} downloads of {each:.2f} s each in {seconds:.2f} s: {len(seen) / seconds:.1f} a second"
    yield f"underway at once: {len(seen) / seconds * each:.1f} on average, {len(rows)} at most"


def to_its_end(command, environment):
    """Run a program until it ends, or until Ctrl-C, which it sees too; return its exit code."""
    child = subprocess.Popen(command, env=environment)
    try:
        return child.wait()
    except KeyboardInterrupt:
        sleep(0.2)  # it may have something to say
        child.kill()
        return child.wait()


def main(command):
    if not command:
        sys.exit("Which program? python draw.py threads.py")
    if not api().startswith("http://"):
        sys.exit(NO_CLIENT_ID)
    relay = Relay()
    Thread(target=relay.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    known = {"IMGUR_API": relay.address, "PYTHONPATH": str(Path(__file__).parent.resolve())}
    code = to_its_end([sys.executable, *command], os.environ | known)
    relay.shutdown()
    relay.server_close()
    print(*(drawing(relay.seen) if relay.seen else ["It downloaded nothing."]), sep="\n")
    sys.exit(code)


if __name__ == "__main__":
    main(sys.argv[1:])
