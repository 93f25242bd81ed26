"""Broken on purpose. It has `async` and `await` in all the right places, and it is no faster than chapter 1."""

import asyncio
import os
from time import time

from aiohttp import ClientSession, ClientTimeout

from download import HEADERS, PICTURES, get_links, save, setup_download_dir

PATIENCE = ClientTimeout(sock_connect=30, sock_read=30)


async def download(session, directory, link):
    async with session.get(link) as response:
        body = await response.read()
    save(directory, link, body)


async def main():
    started = time()
    links = get_links(os.getenv("IMGUR_CLIENT_ID"))[:PICTURES]
    directory = setup_download_dir()

    async with ClientSession(headers=HEADERS, timeout=PATIENCE, raise_for_status=True) as session:
        for link in links:
            await download(session, directory, link)

    print(f"Took {time() - started}s")


if __name__ == "__main__":
    asyncio.run(main())
