"""Broken on purpose. The longer the list, the more memory it takes; and what of a list without end?"""

import os
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from time import time

from download import PICTURES, download_link, get_links, setup_download_dir

WORKERS = 8
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

    with ThreadPoolExecutor(WORKERS) as pool:
        for _path in pool.map(partial(download_link, directory), reading(links, started)):
            pass

    print(f"Took {time() - started}s")


if __name__ == "__main__":
    main()
