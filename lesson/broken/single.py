"""Broken on purpose. It works, until somebody stops it: then half a picture may lie in `images`, and look whole."""

import os
from pathlib import Path
from time import time
from urllib.request import urlopen

from download import PICTURES, get_links, setup_download_dir


def download_link(directory, link):
    path = directory / Path(link).name
    with urlopen(link, timeout=30) as response, path.open("wb") as file:
        while piece := response.read(4096):
            file.write(piece)
            file.flush()


def main():
    started = time()
    links = get_links(os.getenv("IMGUR_CLIENT_ID"))[:PICTURES]
    directory = setup_download_dir()

    for link in links:
        download_link(directory, link)

    print(f"Took {time() - started}s")


if __name__ == "__main__":
    main()
