"""Chapter 2: eight threads take one picture each, and then the next."""

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

    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(partial(download_link, directory), links))

    print(f"Took {time() - started}s")


if __name__ == "__main__":
    main()
