"""Chapter 10: all of it, with pixhaul."""

import os
from time import time

import pixhaul
from download import PICTURES, get_links, setup_download_dir

WORKERS = 8


def main():
    started = time()
    links = get_links(os.getenv("IMGUR_CLIENT_ID"))[:PICTURES]
    directory = setup_download_dir()

    # A list from elsewhere must not reach into this machine; here it may, for the stand-in is on it. And what a
    # stand-in bears today says nothing of tomorrow's, so it need not be remembered.
    for result in pixhaul.stream(links, directory, per_host=WORKERS, allow_private=True, remember=False):
        if result.status == "failed":
            print(f"{result.url}: {result.reason}")

    print(f"Took {time() - started}s")


if __name__ == "__main__":
    main()
