"""The three verbs of the lesson: find the links, make the folder, download one picture. Every chapter imports them."""

import json
import os
import sys
from http.client import HTTPException
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

types = {"image/jpeg", "image/png", "image/gif"}

PICTURES = int(os.getenv("PICTURES", "40"))
"""How many pictures each program downloads."""
PAGES = 1 + PICTURES // 60
"""How many pages of the gallery are read for them; a page has about sixty posts."""

GALLERIES = ("gallery/random/random/", "gallery/hot/viral/")
"""Imgur gave the random gallery up; where it does not answer, the front page does."""

HEADERS = {"User-Agent": "pixhaul-lesson/1", "Accept": "*/*"}

NO_CLIENT_ID = """IMGUR_CLIENT_ID is not set. Start a made Imgur in another terminal: pixhaul standin --latency 0.25
It prints an "api" and a "client_id". Then here: export IMGUR_API=... IMGUR_CLIENT_ID=...   (README.md shows how.)"""


def get_links(client_id):
    """The links to the pictures of the gallery, in its order, each once; those within albums too.

    The list shows three pictures of an album at most; the lesson is content with those.
    """
    if not client_id:
        sys.exit(NO_CLIENT_ID)
    trouble = "no pictures there"
    for gallery in GALLERIES:
        try:
            pages = [ask(client_id, gallery, page) for page in range(PAGES)]
        except (OSError, HTTPException, ValueError) as error:
            trouble = str(error)
            continue
        links = dict.fromkeys(link for posts in pages for post in posts for link in pictures(post))
        if links:
            return list(links)
    sys.exit(
        f"No links from {api()}: {trouble}.\nIs the stand-in running, and are IMGUR_API and IMGUR_CLIENT_ID its own?"
    )


def download_link(directory, link):
    """Download one picture into the directory, and return its path."""
    with urlopen(Request(link, headers=HEADERS), timeout=30) as response:  # 30 s of silence: then an error, no hanging
        body = response.read()  # all at once: this raises when the body is cut short, read(n) in a loop does not
    return save(directory, link, body)


def setup_download_dir():
    """The folder `images`, made if it is missing."""
    directory = Path("images")
    directory.mkdir(exist_ok=True)
    return directory


def save(directory, link, body):
    """Write a picture into the directory, under its name in the link; return its path."""
    path = directory / Path(urlsplit(link).path).name
    part = path.with_name(path.name + ".part")
    part.write_bytes(body)
    return part.replace(path)  # under its own name a picture is always whole


def api():
    """Where the API is: Imgur's own, or the stand-in's."""
    return os.getenv("IMGUR_API", "https://api.imgur.com").rstrip("/")


def ask(client_id, gallery, page):
    """The posts on one page of a gallery; the first page is 0."""
    address = f"{api()}/3/{gallery}{page or ''}"
    headers = {**HEADERS, "Authorization": f"Client-ID {client_id}"}
    with urlopen(Request(address, headers=headers), timeout=30) as response:
        answer = json.load(response)
    posts = answer.get("data") if isinstance(answer, dict) else None
    if not isinstance(posts, list):  # Imgur may answer 200 and have an error inside
        raise ValueError(f"{gallery} does not answer with a list of posts")
    return posts


def pictures(post):
    """The links of a post's pictures. Old posts are a picture; today's are albums, which bring theirs in `images`."""
    found = [one["link"] for one in [post, *(post.get("images") or [])] if one.get("type") in types and one.get("link")]
    return [link.replace("http://", "https://", 1) if is_imgur(link) else link for link in found]


def is_imgur(link):
    """Is this Imgur itself? It answers http:// with a detour to https://."""
    return f".{urlsplit(link).hostname}".endswith(".imgur.com")
