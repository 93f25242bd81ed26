"""The least that Python on libcurl costs: transfers into files, nothing checked or remembered. A peer of the floods.

python pycurl_loop.py LIST FOLDER TRANSFERS [AUTHORITY]
"""

import sys
from io import BytesIO
from pathlib import Path

import pycurl


def begin(curl, link):
    """Aim a handle at a link, with an empty buffer."""
    curl.link, curl.buffer = link, BytesIO()
    curl.setopt(pycurl.URL, link)
    curl.setopt(pycurl.WRITEDATA, curl.buffer)


def handles(count, authority):
    """As many handles, with what is the same for all links."""
    made = [pycurl.Curl() for _ in range(count)]
    for curl in made:
        curl.setopt(pycurl.HTTP_VERSION, pycurl.CURL_HTTP_VERSION_2TLS)
        curl.setopt(pycurl.PIPEWAIT, bool(authority))
        if authority:
            curl.setopt(pycurl.CAINFO, authority)
    return made


def main():
    """Fetch all links of a list, so many at once."""
    listed, folder, width, *authority = sys.argv[1:]
    links, folder = Path(listed).read_text().split(), Path(folder)
    multi, idle, left = pycurl.CurlMulti(), handles(int(width), "".join(authority)), len(links)
    links.reverse()
    while left:
        while idle and links:
            curl = idle.pop()
            begin(curl, links.pop())
            multi.add_handle(curl)
        multi.perform()
        _, good, bad = multi.info_read(1000)
        for curl in [*good, *(one[0] for one in bad)]:
            multi.remove_handle(curl)
            if curl in good:
                (folder / Path(curl.link).name).write_bytes(curl.buffer.getvalue())
            idle.append(curl)
            left -= 1
        if not good and not bad:
            multi.select(1.0)


if __name__ == "__main__":
    main()
