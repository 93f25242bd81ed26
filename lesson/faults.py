"""Chapter 7: things go wrong. Which failure deserves another try, and when?"""

import os
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from random import random
from time import sleep, time

from download import PICTURES, download_link, get_links, setup_download_dir

WORKERS, TRIES = 8, 4


def again_after(error, tries):
    """Seconds until the next try; None: there shall be none."""
    status = getattr(error, "code", 0)
    if tries == TRIES or (400 <= status < 500 and status != 429):
        return None
    asked = error.headers.get("Retry-After", "") if status else ""
    return int(asked) if asked.isdigit() else random() * 0.1 * 2**tries


def failure(directory, link, tries=1):
    try:
        download_link(directory, link)
    except (OSError, HTTPException) as error:
        seconds = again_after(error, tries)
        if seconds is None:
            return f"{link}: {error} (tries: {tries})"
        sleep(seconds)
        return failure(directory, link, tries + 1)


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
