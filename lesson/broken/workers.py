"""Broken on purpose. One picture that cannot be had, and the program never ends."""

import os
from queue import Queue
from threading import Thread
from time import time

from download import PICTURES, download_link, get_links, setup_download_dir

WORKERS = 8


def work(directory, to_do):
    while True:
        link = to_do.get()
        download_link(directory, link)
        to_do.task_done()


def main():
    started = time()
    links = get_links(os.getenv("IMGUR_CLIENT_ID"))[:PICTURES]
    directory = setup_download_dir()

    to_do = Queue()
    for _ in range(WORKERS):
        Thread(target=work, args=(directory, to_do), daemon=True).start()
    for link in links:
        to_do.put(link)
    to_do.join()

    print(f"Took {time() - started}s")


if __name__ == "__main__":
    main()
