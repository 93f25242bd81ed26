"""Broken on purpose. We promised the host eight downloads at once, and sixteen knock at its door."""

import os
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from http.client import HTTPException
from itertools import chain
from time import time

os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
import ray

from download import PICTURES, download_link, get_links, setup_download_dir

TASKS = 2
WORKERS = 8


def failure(directory, link):
    try:
        download_link(directory, link)
    except (OSError, HTTPException) as error:
        return f"{link}: {error}"


@ray.remote
def failures(directory, links):
    with ThreadPoolExecutor(WORKERS) as pool:
        return list(filter(None, pool.map(partial(failure, directory), links)))


def main():
    ray.init(num_cpus=TASKS, include_dashboard=False)
    started = time()
    links = get_links(os.getenv("IMGUR_CLIENT_ID"))[:PICTURES]
    directory = setup_download_dir().resolve()
    tasks = [failures.remote(directory, links[number::TASKS]) for number in range(TASKS)]
    for text in chain(*ray.get(tasks)):
        print(text)

    print(f"Took {time() - started}s")


if __name__ == "__main__":
    main()
