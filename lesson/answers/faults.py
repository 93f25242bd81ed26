"""Mended: a page that is not there is not asked for again, and where a server says when to come back, it is obeyed."""

import os
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from time import sleep, time

from download import PICTURES, download_link, get_links, setup_download_dir

WORKERS, TRIES = 8, 5


def failure(directory, link):
    for tries in range(TRIES):
        try:
            download_link(directory, link)
            break
        except (OSError, HTTPException) as error:
            text, status = f"{link}: {error}", getattr(error, "code", 0)
            asked = error.headers.get("Retry-After", "") if status else ""
        if tries == TRIES - 1 or (400 <= status < 500 and status != 429):
            return text
        sleep(int(asked) if asked.isdigit() else 0.1 * 2**tries)
    return None


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
