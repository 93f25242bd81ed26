"""Broken on purpose. It gets its pictures, and it is the kind of visitor that a server soon shuts out."""

import os
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from time import time

from download import PICTURES, download_link, get_links, setup_download_dir

WORKERS, TRIES = 8, 5


def failure(directory, link):
    for _ in range(TRIES):
        try:
            download_link(directory, link)
            break
        except (OSError, HTTPException) as error:
            text = f"{link}: {error}"
    else:
        return text


def main():
    started = time()
    links = get_links(os.getenv("IMGUR_CLIENT_ID"))[:PICTURES]
    directory = setup_download_dir()
    with ThreadPoolExecutor(WORKERS) as pool:
        for text in filter(None, pool.map(lambda link: failure(directory, link), links)):
            print(text)
    print(f"Took {time() - started}s")


if __name__ == "__main__":
    main()
