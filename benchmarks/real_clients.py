"""Do programs that we did not write get their pictures from the stand-in? Runs them unmodified and compares every byte.

    python -m venv CLIENTS && CLIENTS/bin/pip install gallery-dl imgurpython PyImgur
    .venv/bin/python benchmarks/real_clients.py CLIENTS

They ask for https://api.imgur.com and https://i.imgur.com. A TLS front with a throwaway certificate stands before the
stand-in, and a `sitecustomize` of ours leads Imgur's names to it and every other name nowhere: no request leaves this
machine. Needs the programs openssl and curl. Exit status 1 when a client fails, gets nothing, or gets a wrong byte.
"""

from __future__ import annotations

import asyncio
import json
import ssl
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from pixhaul import standin

NAMES = ("api.imgur.com", "i.imgur.com", "imgur.com")

RESOLVER = """
import os, socket
_real, _port = socket.getaddrinfo, int(os.environ["FRONT_PORT"])
def getaddrinfo(host, port, *args, **named):
    if host in ("api.imgur.com", "i.imgur.com", "imgur.com"):
        return _real("127.0.0.1", _port, *args, **named)
    raise OSError(f"not to be asked: {host}")
socket.getaddrinfo = getaddrinfo
"""

KEEP = """
import json, os, sys
from urllib.request import Request, urlopen
key = os.environ["IMGUR_CLIENT_ID"]
def keep(links):
    for link in sorted(set(links)):
        with urlopen(link) as reply, open(os.path.join(sys.argv[1], os.path.basename(link)), "wb") as file:
            file.write(reply.read())
"""

URLLIB = """
request = Request("https://api.imgur.com/3/gallery/random/random/", headers={"Authorization": "Client-ID " + key})
posts = json.load(urlopen(request))["data"]
keep(post["link"] for post in posts if post.get("type") in ("image/jpeg", "image/png", "image/gif"))
"""

IMGURPYTHON = """
from imgurpython import ImgurClient
client = ImgurClient(key, "")
lists = [client.gallery(), client.gallery("top", "top", 0, "week"), client.gallery("user", "time", 1),
         client.gallery_random(0), client.subreddit_gallery("pics"), client.gallery_tag("art").items,
         client.gallery_search("waves"), client.get_account_submissions("paintedfox")]
found = [post for posts in lists for post in posts[:8]]
for post in found:
    keep(image.link for image in client.get_album_images(post.id)) if post.is_album else keep([post.link])
"""

PYIMGUR = """
import pyimgur
client = pyimgur.Imgur(key)
lists = [client.get_gallery(limit=70), client.get_gallery("top", "top", "week", limit=10),
         client.get_subreddit_gallery("pics", limit=None), client.search_gallery("waves")]
for post in [post for posts in lists for post in list(posts)[:10]]:
    keep(image.link for image in post.images) if post.is_album else keep([post.link])
"""


def certificate(folder: Path) -> None:
    """A self-signed certificate for Imgur's names, its own authority, good for a day: cert.pem and key.pem."""
    names = ",".join(f"DNS:{name}" for name in NAMES)
    options = ["-nodes", "-days", "1", "-subj", "/CN=stand-in", "-addext", f"subjectAltName={names}"]
    files = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")]
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", *options, *files], check=True, capture_output=True
    )


class Front:
    """TLS on one port; the name that a client asks for in its hello says which origin gets the connection."""

    def __init__(self, folder: Path, running: standin.Standin) -> None:
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
        self.context.sni_callback = lambda asked, name, _: setattr(asked, "name", name)
        self.ports = {name: int(running.images.rpartition(":")[2]) for name in NAMES}
        self.ports["api.imgur.com"] = int(running.api.rpartition(":")[2])
        self.ready, self.port = threading.Event(), 0
        threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True).start()
        self.ready.wait()

    async def _serve(self) -> None:
        server = await asyncio.start_server(self._join, "127.0.0.1", 0, ssl=self.context)
        self.port = server.sockets[0].getsockname()[1]
        self.ready.set()
        await server.serve_forever()

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        port = self.ports[writer.get_extra_info("ssl_object").name]
        inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(_pump(reader, inner_writer), _pump(inner_reader, writer))


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass  # a client that leaves early is the client's affair
    finally:
        writer.close()


def posts(running: standin.Standin, path: str) -> Any:
    """A list, asked for directly."""
    request = Request(running.api + path, headers={"Authorization": f"Client-ID {running.client_id}"})
    with urlopen(request) as reply:
        return json.load(reply)["data"]


def commands(running: standin.Standin, clients: Path, port: int, folder: Path) -> dict[str, list[str]]:
    """Each client's command line; the folder for its pictures is put in place of {}."""
    python = str(clients / "bin" / "python")
    programs = {"urllib": URLLIB, "imgurpython": IMGURPYTHON, "PyImgur": PYIMGUR}
    found = {name: [python, "-c", KEEP + text, "{}"] for name, text in programs.items()}
    hot = posts(running, "/3/gallery/hot")
    links = [image["link"] for post in hot for image in post.get("images", [post]) if "type" in image]
    trust = ["--cacert", str(folder / "cert.pem"), "--connect-to", f"::127.0.0.1:{port}"]
    found["curl"] = ["curl", "-Zfs", *trust, "--output-dir", "{}", "--remote-name-all", *links]
    album = next(post["id"] for post in hot if post.get("images_count", 0) > 3)
    single = next(post["id"] for post in hot if not post["is_album"])
    pages = (
        f"a/{album}",
        f"gallery/some-title-{album}",
        single,
        "t/art",
        "r/pics",
        "user/paintedfox",
        "search?q=waves",
    )
    options = ["--config-ignore", "-d", "{}", "-D", "{}", "-o", "filename={id}.{extension}"]
    key = ["-o", f"extractor.imgur.client-id={running.client_id}"]
    for page in pages:
        found[f"gallery-dl /{page}"] = [python, "-m", "gallery_dl", *options, *key, f"https://imgur.com/{page}"]
    return found


def right(running: standin.Standin, folder: Path) -> tuple[int, int]:
    """How many files there are, and how many are byte for byte what the stand-in has under that name."""
    files = list(folder.iterdir())
    same = 0
    for file in files:
        with urlopen(f"{running.images}/{file.name}") as reply:
            same += reply.read() == file.read_bytes()
    return len(files), same


def main(clients: Path) -> int:
    """Run all clients; 0 when each got pictures and all of them are right."""
    failures = 0
    with tempfile.TemporaryDirectory() as name, standin.start(links_base="https://i.imgur.com") as running:
        folder = Path(name)
        certificate(folder)
        (folder / "sitecustomize.py").write_text(RESOLVER)
        port, trust = Front(folder, running).port, str(folder / "cert.pem")
        environment = {"PATH": "/usr/bin:/bin", "HOME": name, "PYTHONPATH": name, "FRONT_PORT": str(port)}
        environment |= {"SSL_CERT_FILE": trust, "REQUESTS_CA_BUNDLE": trust, "IMGUR_CLIENT_ID": running.client_id}
        for number, (client, command) in enumerate(commands(running, clients, port, folder).items()):
            target = folder / str(number)
            target.mkdir()
            filled = [part.replace("{}", str(target)) for part in command]
            code = subprocess.run(filled, env=environment, stdout=subprocess.DEVNULL, check=False).returncode
            count, same = right(running, target)
            failures += code != 0 or not count or same < count
            print(f"{client:40} exit {code}  {count:4} pictures, {same:4} right byte for byte")
    return min(failures, 1)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
