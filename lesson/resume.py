"""Chapter 8: pull the plug, start again, and do nothing twice."""

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
    ledger.execute("CREATE TABLE IF NOT EXISTS done (link TEXT PRIMARY KEY, name TEXT)")
    done = {link for (link,) in ledger.execute("SELECT link FROM done")}
    pending = [link for link in links if link not in done]
    print(f"{len(links) - len(pending)} done before, {len(pending)} to do")

    with ThreadPoolExecutor(WORKERS) as pool:
        links_of = {pool.submit(download_link, directory, link): link for link in pending}
        for each in as_completed(links_of):
            ledger.execute("INSERT OR IGNORE INTO done VALUES (?, ?)", (links_of[each], each.result().name))
            ledger.commit()
    ledger.close()

    print(f"Took {time() - started}s")


if __name__ == "__main__":
    main()
