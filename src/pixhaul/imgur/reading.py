"""From a place at Imgur to jobs, lazily: no call before its answer is wanted, albums whole, each picture once."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import TypeAlias
from urllib.parse import quote, urlsplit

from pixhaul.imgur import answers, links, pages, places
from pixhaul.imgur.answers import Position, Thing
from pixhaul.imgur.asking import Asker, Context
from pixhaul.imgur.troubles import Answer, Kind, Trouble
from pixhaul.models import Failed, Job, Reason

Found: TypeAlias = Iterator[Job | Failed]


class Reading:
    """The reading of one source: what has been seen, and the asker, made when the API is first needed."""

    def __init__(self, text: str, context: Context) -> None:
        """A reading of `text`, as the person wrote it."""
        self.text = text
        self.context = context
        self.seen: set[str] = set()
        self.films = 0
        self._asker: Asker | None = None

    def read(self, address: places.Place) -> Found:
        """The pictures at an address, each once; a failure for each album, page or named film that cannot be had.

        Raises:
            ApiRefused, Stopped: As `Asker.ask`.
        """
        nothing = True
        for entry in self._read(address):
            nothing = False
            yield entry
        if self.films:
            self.context.warn(f"{self.text}: left out {_counted(self.films, 'film')}; only pictures are taken")
        elif nothing:
            self.context.warn(f"{self.text}: there are no pictures")

    def _read(self, address: places.Place) -> Found:
        match address:
            case places.Direct(url, identifier):
                yield self._plain(url, identifier)
            case places.Pictures(identifiers):
                for identifier in identifiers:
                    yield from self._picture_page(identifier)
            case places.Album(identifier):
                yield from self._named(self._ask(f"/3/album/{identifier}"), identifier)
            case places.Post(identifier, path):
                yield from self._gallery_page(identifier, path)
            case places.Listing():
                yield from self._listed(pages.pages(self._ask, address))
            case places.Random(listing):
                yield from self._random(listing)

    # What a person named

    def _picture_page(self, identifier: str) -> Found:
        # The page's address holds the id, and the id is the link: no call is spent on it. Only an API that is not
        # Imgur's own must be asked, because it alone knows where its pictures lie.
        if self._is_elsewhere():
            yield from self._named(self._ask(f"/3/image/{identifier}"), identifier)
        else:
            yield self._plain(links.direct(identifier), identifier)

    def _gallery_page(self, identifier: str, path: str) -> Found:
        """What a gallery address leads to: a post; else an album that is in no gallery; else perhaps a file."""
        told = self._ask(path)
        if _is_missing(told):
            told = self._ask(f"/3/album/{identifier}")
        if _is_missing(told):
            # The API and the file forget at different times (gallery-dl#4249): one try, which costs no call.
            yield from self._picture_page(identifier)
        else:
            yield from self._named(told, identifier)

    def _named(self, told: Answer | Trouble, identifier: str) -> Found:
        """The pictures of one thing that the person named."""
        if isinstance(told, Trouble):
            yield _failed(self.text, told)
        elif _is_missing(told):
            yield Failed(Job(self.text), Reason.NOT_FOUND, "the API answers, but tells of nothing there")
        else:
            for post in answers.posts(answers.whole(told.data, identifier)):
                yield from self._post(post, Position(), True)

    # Lists of posts

    def _listed(self, listed: pages.Pages) -> Found:
        number = 0
        for page in listed:
            if isinstance(page, Trouble):
                yield _failed(self.text, page)
                return
            for post in page:
                number += 1
                yield from self._post(post, Position(number), False)

    def _random(self, listing: places.Listing) -> Found:
        """Posts of the random gallery; where it brings none, a draw from the popular ones. A seed orders both."""
        seed = self.context.options.seed
        told = self._ask(listing.path(0), tries=0)
        if isinstance(told, Answer) and answers.posts(told.data):
            order = None if seed is None else pages.seeded(seed)
            yield from self._listed(pages.pages(self._ask, listing, order, told))
            return
        if seed is None:
            seed = secrets.randbelow(2**32)
            self.context.warn(f"Imgur's random gallery gives nothing: drawing from popular posts, --seed {seed}")
        yield from self._listed(pages.drawn(self._ask, seed))

    # Posts, albums, pictures

    def _post(self, post: Thing, position: Position, named: bool) -> Found:
        if answers.is_album(post):
            yield from self._album(post, named)
        else:
            yield from self._picture(post, position, named)

    def _album(self, album: Thing, named: bool) -> Found:
        """The pictures of an album: those that it brings along, then with one call the others, where there are more."""
        identifier, brought = answers.identity(album), answers.shown(album)
        for number, picture in enumerate(brought, 1):
            yield from self._picture(picture, Position(number, album), named)
        if not identifier or not answers.is_cut(album):
            return
        told = self._ask(f"/3/album/{quote(identifier, safe='')}/images")
        if isinstance(told, Trouble) and named and brought and told.kind is Kind.NOT_FOUND:
            # The count of an album may be wrong; what it brought when it was asked for itself is all of it.
            self.context.warn(f"{self.text}: the album says that it has more pictures than it brings")
        elif isinstance(told, Trouble):
            yield _failed(answers.album_page(album), told)
        else:
            for number, picture in enumerate(answers.pictures(told.data), 1):
                yield from self._picture(picture, Position(number, album), named)

    def _picture(self, picture: Thing, position: Position, named: bool) -> Found:
        """The job for a picture not seen before. A film fails where it was named, and is only counted in a list."""
        job = answers.job(picture, position, self.context.local)
        mark = answers.identity(picture)
        if job is None or mark in self.seen:
            return
        self.seen.add(mark)
        flaw = answers.flaw(picture, self.context.options.types)
        if not flaw:
            yield job
        elif named or not links.is_film(picture):
            yield Failed(job, Reason.TYPE_REFUSED, flaw)
        else:
            self.films += 1

    def _plain(self, url: str, identifier: str) -> Job:
        meta = (("id", identifier),) if url == self.text else (("id", identifier), ("page", self.text))
        return Job(url, "", meta)

    def _ask(self, path: str, tries: int | None = None) -> Answer | Trouble:
        if self._asker is None:
            self._asker = Asker(self.context, self.text)
        return self._asker.ask(path, tries)

    def _is_elsewhere(self) -> bool:
        api = self.context.api
        host = (urlsplit(api.base).hostname or "") if api else "api.imgur.com"
        return not host.endswith((".imgur.com", ".rapidapi.com"))


def _is_missing(told: Answer | Trouble) -> bool:
    if isinstance(told, Trouble):
        return told.kind is Kind.NOT_FOUND
    return not answers.posts(told.data)


def _failed(url: str, trouble: Trouble) -> Failed:
    return Failed(Job(url), trouble.reason, trouble.words, trouble.status)


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
