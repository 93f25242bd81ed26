"""Mended: a stream does its work while somebody reads from it; `download` reads to the end by itself."""

import os
from time import time

import pixhaul
from download import PICTURES, get_links, setup_download_dir


def main():
    started = time()
    links = get_links(os.getenv("IMGUR_CLIENT_ID"))[:PICTURES]
    directory = setup_download_dir()

    summary = pixhaul.download(links, directory, per_host=8, allow_private=True, remember=False)
    print(f"{summary.done} pictures are new, {summary.skipped} were there, {summary.failed} failed")

    print(f"Took {time() - started}s")


if __name__ == "__main__":
    main()
