"""Broken on purpose. It is the shortest program of the lesson, and the fastest: it downloads nothing."""

import os
from time import time

import pixhaul
from download import PICTURES, get_links, setup_download_dir


def main():
    started = time()
    links = get_links(os.getenv("IMGUR_CLIENT_ID"))[:PICTURES]
    directory = setup_download_dir()

    pixhaul.stream(links, directory, per_host=8, allow_private=True, remember=False)

    print(f"Took {time() - started}s")


if __name__ == "__main__":
    main()
