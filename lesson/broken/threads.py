"""Broken on purpose. It should say how many bytes it has downloaded; it says too few, and not the same in each run."""

import os
from concurrent.futures import ThreadPoolExecutor
from time import time

from download import PICTURES, download_link, get_links, setup_download_dir

WORKERS = 8
total = {"bytes": 0}


def download_and_count(directory, link):
    total["bytes"] += download_link(directory, link).stat().st_size


def main():
    started = time()
    links = get_links(os.getenv("IMGUR_CLIENT_ID"))[:PICTURES]
    directory = setup_download_dir()

    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(lambda link: download_and_count(directory, link), links))
    print(f"{total['bytes']} bytes")

    print(f"Took {time() - started}s")


if __name__ == "__main__":
    main()
