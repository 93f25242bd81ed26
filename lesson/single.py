"""Chapter 1: download the pictures one after another."""

import os
from time import time

from download import PICTURES, download_link, get_links, setup_download_dir


def main():
    started = time()
    links = get_links(os.getenv("IMGUR_CLIENT_ID"))[:PICTURES]
    directory = setup_download_dir()

    for link in links:
        download_link(directory, link)

    print(f"Took {time() - started}s")


if __name__ == "__main__":
    main()
