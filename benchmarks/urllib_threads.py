"""What a programmer writes in ten minutes: the standard library, in threads. A peer of the benchmark.

python urllib_threads.py LIST FOLDER THREADS TRIES
"""

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from urllib.request import urlopen


def download(folder, tries, link):
    """Fetch one link into a file, and try again after a second when it fails."""
    for number in range(tries):
        try:
            with urlopen(link, timeout=20) as reply:
                (folder / Path(link).name).write_bytes(reply.read())
        except OSError:
            if number + 1 < tries:
                time.sleep(1)
        else:
            return


def main():
    links, folder, threads, tries = sys.argv[1:]
    with ThreadPoolExecutor(int(threads)) as pool:
        list(pool.map(partial(download, Path(folder), int(tries)), Path(links).read_text().split()))


if __name__ == "__main__":
    main()
