"""Chapter 6: a list too long to hold: keep a window of downloads, and read no further ahead."""

import os
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from time import time

from download import PICTURES, download_link, get_links, setup_download_dir

WORKERS = 8
WINDOW = 16
LINKS = int(os.getenv("LINKS", PICTURES))


def reading(links, started):
    """A list of LINKS lines, read one by one; it says how far the reading has come."""
    for read in range(1, LINKS + 1):
        if str(read).strip("0") == "1":
            print(f"{read} links read after {time() - started:.1f}s")
        yield links[read % len(links)]


def main():
    started = time()
    links = get_links(os.getenv("IMGUR_CLIENT_ID"))[:PICTURES]
    directory = setup_download_dir()

    underway = set()
    with ThreadPoolExecutor(WORKERS) as pool:
        for link in reading(links, started):
            underway.add(pool.submit(download_link, directory, link))
            if len(underway) == WINDOW:
                done, underway = wait(underway, return_when=FIRST_COMPLETED)
                for each in done:
                    each.result()
        for each in underway:
            each.result()

    print(f"Took {time() - started}s")


if __name__ == "__main__":
    main()
