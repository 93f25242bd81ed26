"""Chapter 5: one thread and one event loop, with asyncio and aiohttp."""

import asyncio
import os
from time import time

from aiohttp import ClientSession, ClientTimeout

from download import HEADERS, PICTURES, get_links, save, setup_download_dir

WORKERS = 8
PATIENCE = ClientTimeout(sock_connect=30, sock_read=30)


async def download(session, turns, directory, link):
    async with turns, session.get(link) as response:
        body = await response.read()
    save(directory, link, body)


async def main():
    started = time()
    links = get_links(os.getenv("IMGUR_CLIENT_ID"))[:PICTURES]
    directory = setup_download_dir()

    turns = asyncio.Semaphore(WORKERS)
    async with (
        ClientSession(headers=HEADERS, timeout=PATIENCE, raise_for_status=True) as session,
        asyncio.TaskGroup() as group,
    ):
        for link in links:
            group.create_task(download(session, turns, directory, link))

    print(f"Took {time() - started}s")


if __name__ == "__main__":
    asyncio.run(main())
