"""Mended: the picture gets its own name when it is whole, and not before. The whole of it must have come, too."""

import os
from pathlib import Path
from time import time
from urllib.request import urlopen

from download import PICTURES, get_links, setup_download_dir


def download_link(directory, link):
    path = directory / Path(link).name
    part = path.with_name(path.name + ".part")
    with urlopen(link, timeout=30) as response:
        part.write_bytes(response.read())
    part.replace(path)


def main():
    started = time()
    links = get_links(os.getenv("IMGUR_CLIENT_ID"))[:PICTURES]
    directory = setup_download_dir()

    for link in links:
        download_link(directory, link)

    print(f"Took {time() - started}s")


if __name__ == "__main__":
    main()
