"""Mended: the threads only return what they found, and one thread adds it up."""

import os
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from time import time

from download import PICTURES, download_link, get_links, setup_download_dir

WORKERS = 8


def main():
    started = time()
    links = get_links(os.getenv("IMGUR_CLIENT_ID"))[:PICTURES]
    directory = setup_download_dir()

    total = 0
    with ThreadPoolExecutor(WORKERS) as pool:
        for path in pool.map(partial(download_link, directory), links):
            total += path.stat().st_size
    print(f"{total} bytes")

    print(f"Took {time() - started}s")


if __name__ == "__main__":
    main()
