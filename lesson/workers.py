"""Chapter 3: the pool by hand: threads, a queue of links to do, a queue of what came of them."""

import os
from queue import Queue
from threading import Thread
from time import time

from download import PICTURES, download_link, get_links, setup_download_dir

WORKERS = 8
STOP = None


def work(directory, to_do, outcomes):
    while True:
        link = to_do.get()
        if link is STOP:
            return
        try:
            outcomes.put(download_link(directory, link))
        except Exception as error:
            outcomes.put(f"{link}: {error}")


def main():
    started = time()
    links = get_links(os.getenv("IMGUR_CLIENT_ID"))[:PICTURES]
    directory = setup_download_dir()

    to_do, outcomes = Queue(), Queue()
    for _ in range(WORKERS):
        Thread(target=work, args=(directory, to_do, outcomes)).start()
    for link in links + [STOP] * WORKERS:
        to_do.put(link)
    for outcome in [outcomes.get() for _ in links]:
        if isinstance(outcome, str):
            print(outcome)

    print(f"Took {time() - started}s")


if __name__ == "__main__":
    main()
