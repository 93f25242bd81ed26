"""Broken on purpose. Pull the plug once, and some pictures are never downloaded, however often it is run again."""

import os
import sqlite3
from concurrent.futures import ThreadPoolExecutor, as_completed
from time import time

from download import PICTURES, download_link, get_links, setup_download_dir

WORKERS = 8


def main():
    started = time()
    links = get_links(os.getenv("IMGUR_CLIENT_ID"))[:PICTURES]
    directory = setup_download_dir()

    ledger = sqlite3.connect("ledger.sqlite")
    ledger.execute("CREATE TABLE IF NOT EXISTS done (link TEXT PRIMARY KEY)")
    done = {link for (link,) in ledger.execute("SELECT link FROM done")}
    downloads = []
    with ThreadPoolExecutor(WORKERS) as pool:
        for link in links:
            if link not in done:
                downloads.append(pool.submit(download_link, directory, link))
                ledger.execute("INSERT INTO done VALUES (?)", (link,))
                ledger.commit()
        for each in as_completed(downloads):
            each.result()
    ledger.close()

    print(f"Took {time() - started}s")


if __name__ == "__main__":
    main()
