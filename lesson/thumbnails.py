"""Chapter 4, second program: a small copy of each picture in `images`: one after another, by threads, by processes."""

import sys
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from time import time

from PIL import Image

from download import PICTURES

WORKERS = 2
POOLS = {"threads": ThreadPoolExecutor, "processes": partial(ProcessPoolExecutor, mp_context=get_context("spawn"))}


def thumbnail(path):
    with Image.open(path) as picture:
        width, height = picture.size
        pixels = picture.convert("RGB").tobytes()
    small = bytearray()
    for top in range(0, height - 7, 8):
        for left in range(0, width - 7, 8):
            for band in range(3):
                block = [pixels[3 * (y * width + x) + band] for y in range(top, top + 8) for x in range(left, left + 8)]
                small.append(sum(block) // 64)
    Image.frombytes("RGB", (width // 8, height // 8), small).save(Path("thumbnails", path.stem + ".png"))


def main(way):
    started = time()
    paths = sorted(Path("images").glob("*.???"))[:PICTURES]
    Path("thumbnails").mkdir(exist_ok=True)
    if way == "one":
        list(map(thumbnail, paths))
    else:
        with POOLS[way](WORKERS) as pool:
            list(pool.map(thumbnail, paths))

    print(f"Took {time() - started}s")


if __name__ == "__main__":
    main(sys.argv[1] if sys.argv[1:] else "one")
