"""Broken on purpose. It is chapter 4's program, only shorter; and it does not work."""

import os
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from time import time

from download import PICTURES, download_link, get_links, setup_download_dir

started = time()
links = get_links(os.getenv("IMGUR_CLIENT_ID"))[:PICTURES]
directory = setup_download_dir()

with ProcessPoolExecutor(8, get_context("spawn")) as pool:
    list(pool.map(partial(download_link, directory), links))

print(f"Took {time() - started}s")
