"""nginx on loopback for the floods: one worker, a folder, connections that live on; plain, and TLS with HTTP/2."""

from __future__ import annotations

import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from measure import free_port

CONFIGURATION = """
daemon off; pid {place}/pid; worker_processes 1; error_log {place}/errors;
events {{ worker_connections 4096; }}
http {{
  access_log off; sendfile on; keepalive_requests 1000000; http2_max_requests 1000000; http2_max_concurrent_streams 128;
  types {{ image/jpeg jpg; image/png png; image/gif gif; }}
  client_body_temp_path {place}/1; proxy_temp_path {place}/2; fastcgi_temp_path {place}/3;
  uwsgi_temp_path {place}/4; scgi_temp_path {place}/5;
  server {{ listen 127.0.0.1:{plain} backlog=4096; root {root}; }}
  server {{
    listen 127.0.0.1:{secure} ssl http2 backlog=4096; root {root};
    ssl_certificate {place}/cert.pem; ssl_certificate_key {place}/key.pem; ssl_session_cache shared:all:1m;
  }}
}}
"""


class Origin(NamedTuple):
    """Where the folder is served."""

    plain: str
    secure: str
    authority: Path
    """The certificate to trust."""


def available() -> bool:
    """Whether what is needed is on this machine."""
    return shutil.which("nginx") is not None and shutil.which("openssl") is not None


@contextmanager
def serving(root: Path) -> Iterator[Origin]:
    """nginx with that folder."""
    with tempfile.TemporaryDirectory() as name:
        place, plain, secure = Path(name), free_port(), free_port()
        place.chmod(0o755)
        _certificate(place)
        settings = place / "nginx.conf"
        settings.write_text(CONFIGURATION.format(place=place, plain=plain, secure=secure, root=root))
        server = subprocess.Popen(["nginx", "-c", str(settings), "-e", f"{place}/errors"], stderr=subprocess.DEVNULL)
        try:
            _until_open(plain)
            yield Origin(f"http://127.0.0.1:{plain}", f"https://127.0.0.1:{secure}", place / "cert.pem")
        finally:
            server.terminate()
            server.wait()


def _certificate(place: Path) -> None:
    """A certificate for 127.0.0.1 that is its own authority, good for a day."""
    what = ["-nodes", "-days", "1", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    files = ["-keyout", str(place / "key.pem"), "-out", str(place / "cert.pem")]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", *what, *files]
    subprocess.run(command, check=True, capture_output=True)


def _until_open(port: int) -> None:
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), 0.2).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise SystemExit("nginx does not start")
