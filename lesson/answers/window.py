"""Mended: a link is read when there is room for it. Here, when the oldest of sixteen downloads has ended."""

import os
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from time import time

from download import PICTURES, download_link, get_links, setup_download_dir

WORKERS = 8
WINDOW = 16
LINKS = int(os.getenv("LINKS", PICTURES))


def reading(links, started):
    for read in range(1, LINKS + 1):
        if str(read).strip("0") == "1":
            print(f"{read} links read after {time() - started:.1f}s")
        yield links[read % len(links)]


def main():
    started = time()
    links = get_links(os.getenv("IMGUR_CLIENT_ID"))[:PICTURES]
    directory = setup_download_dir()

    underway = deque()
    with ThreadPoolExecutor(WORKERS) as pool:
        for link in reading(links, started):
            underway.append(pool.submit(download_link, directory, link))
            if len(underway) == WINDOW:
                underway.popleft().result()
        for each in underway:
            each.result()

    print(f"Took {time() - started}s")


if __name__ == "__main__":
    main()
