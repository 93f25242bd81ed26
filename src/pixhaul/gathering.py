"""The links of a run's texts: found lazily, each once, up to the limit. Long lists stay in bundles."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeAlias

from pixhaul.bundle import Bundle, Meta
from pixhaul.context import Context
from pixhaul.digests import Digests
from pixhaul.errors import ApiRefused, PixhaulError, UsageError
from pixhaul.keys import url_keys
from pixhaul.models import Failed, Job, NotYet, Reason
from pixhaul.sources import are_direct, is_direct, lists, standing
from pixhaul.sources import links as links_of

Text: TypeAlias = str | lists.Entry | Bundle | NotYet
"""A source as a person wrote it, a line of a list, several lines, or none yet: a pipe may be slow."""
Found: TypeAlias = Iterator[Job | Failed | NotYet | Bundle]
Sift: TypeAlias = Callable[[Sequence[int], Iterable[int]], Sequence[int]]
"""The places of the keys that still need a look; it is given the keys that came before, too."""

TOGETHER = 500
"""Texts that come one by one and are made a bundle: this many are read ahead."""


class Gathering:
    """One pass over the texts; then look at `refusal`."""

    def __init__(self, texts: Iterable[Text], context: Context) -> None:
        self._texts = texts
        self._context = context
        self.refusal: PixhaulError | None = None
        """What the API said when it would not answer us."""

    def links(self, numbered: bool = False, sift: Sift | None = None) -> Found:
        """Every link once, in the order of the texts. `numbered` says of each which one it is, from 1, as `num`."""
        yield from once(self._all(), self._context.options.limit, numbered, sift)

    def _all(self) -> Found:
        """The links of all texts, one after another, as often as they come."""
        stopped = self._context.stopped
        for item in _together(self._texts):
            if isinstance(item, NotYet):
                yield item
            elif isinstance(item, Bundle):
                yield from self._of_bundle(item)
            elif isinstance(item, lists.Entry):
                yield from self._of_entry(item)
            else:
                yield from self._of_argument(item)
            if stopped.is_set():
                return

    def _of_bundle(self, bundle: Bundle) -> Found:
        """The bundle itself, in pieces where a source must read some of its texts, as few of a long list need."""
        if are_direct(bundle.texts):
            yield bundle
            return
        known = [standing(text) for text in bundle.texts]
        start = 0
        for place in (*(place for place, meta in enumerate(known) if meta is None), len(known)):
            if start < place:
                yield _piece(bundle, start, known[start:place])
            start = place + 1
            if place < len(known):
                line = bundle.lines[place] if bundle.lines else 0
                meta = bundle.metas[place] if bundle.metas else ()
                yield from self._of_entry(lists.Entry(bundle.texts[place], line, meta, "", bundle.file))
            if self._context.stopped.is_set():
                return

    def _of_argument(self, text: str) -> Found:
        """The links of a source that was asked for by itself. A refusal is told once, for all of them."""
        try:
            yield from links_of(text, self._context, self._context.stopped)
        except ApiRefused as refusal:
            self.refusal = refusal

    def _of_entry(self, entry: lists.Entry) -> Found:
        """The links of a line; a line that is none, or names something impossible, is a failure with its place."""
        if entry.flaw:
            yield _refused(entry, Reason.BAD_URL, entry.flaw)
            return
        try:
            for item in links_of(entry.text, self._context, self._context.stopped):
                yield _with_place(item, entry) if isinstance(item, Job) else item
        except UsageError as error:
            yield _refused(entry, Reason.BAD_URL, str(error))
        except ApiRefused as refusal:
            self.refusal = refusal
            yield _refused(entry, Reason.FORBIDDEN, str(refusal))


def once(items: Found, limit: int | None, numbered: bool = False, sift: Sift | None = None) -> Found:
    """Each link once, up to the limit, with its key. Failures pass.

    `sift` may take links out that need no more than to be counted: only where neither limit nor number depends on them.
    """
    seen = Digests()
    for item in items:
        count = len(seen)
        if isinstance(item, Bundle):
            item = _fresh(item, seen, limit, sift)  # noqa: PLW2901 - the same, less what came before
            if not item.texts:
                yield NotYet(0.0)  # a whole list may go this way, and others shall have their turn
                continue
            if numbered:
                item = item._replace(numbers=range(count + 1, count + 1 + len(item.texts)))  # noqa: PLW2901
        elif isinstance(item, Job):
            key = item.key
            if (sift is not None and not sift((key,), seen)) or not seen.add(key):
                continue
            meta = (*item.meta, ("num", count + 1)) if numbered else item.meta
            item = Job(item.url, item.name, meta, item.local, key)  # noqa: PLW2901 - the same, which knows its key
        yield item
        if limit is not None and len(seen) >= limit:
            return


def _fresh(bundle: Bundle, seen: Digests, limit: int | None, sift: Sift | None) -> Bundle:
    """The links that were not seen before, no more than are still wanted, with their keys."""
    bundle = bundle._replace(keys=url_keys(bundle.texts))
    if sift is not None:
        left = sift(bundle.keys, seen)
        if len(left) < len(bundle.keys):
            bundle = bundle.picked(left)
    room = len(bundle.keys) if limit is None else limit - len(seen)
    new = seen.fresh(bundle.keys)
    return bundle if len(new) == len(bundle.keys) <= room else bundle.picked(new[:room])


def _together(texts: Iterable[Text]) -> Iterator[Text]:
    """Texts that come one by one, as bundles of those that stand together; the order stays."""
    some: list[lists.Entry] = []
    for item in texts:
        entry = _plain(item)
        if some and not (entry and _beside(some, entry)):
            yield _bundle(some)
            some = []
        if entry:
            some.append(entry)
        else:
            yield item
    if some:
        yield _bundle(some)


def _plain(item: Text) -> lists.Entry | None:
    """A text that may stand in a bundle: a line of a list that has no flaw, or a link that was given by itself."""
    if isinstance(item, str):
        return lists.Entry(item, 0) if is_direct(item) else None
    return item if isinstance(item, lists.Entry) and not item.flaw else None


def _beside(some: list[lists.Entry], entry: lists.Entry) -> bool:
    """Whether an entry stands in the same list as some before it, or, like them, in none."""
    return len(some) < TOGETHER and entry.file == some[0].file and bool(entry.line) == bool(some[0].line)


def _bundle(some: list[lists.Entry]) -> Bundle:
    lines = [entry.line for entry in some] if some[0].line else []
    metas = [entry.meta for entry in some] if any(entry.meta for entry in some) else []
    return Bundle([entry.text for entry in some], lines, metas, some[0].file)


def _piece(bundle: Bundle, start: int, known: Sequence[Meta | None]) -> Bundle:
    """Some of a bundle, from a place on, with what is known of them besides what their lines say."""
    piece = bundle.picked(range(start, start + len(known)))
    if not any(known):
        return piece
    said = piece.metas or ((),) * len(known)
    return piece._replace(metas=[_joined(one or (), more) for one, more in zip(known, said, strict=True)])


def _joined(known: Meta, more: Meta) -> Meta:
    names = {name for name, _ in known}
    return (*known, *(pair for pair in more if pair[0] not in names))


def _refused(entry: lists.Entry, reason: Reason, why: str) -> Failed:
    """A line of a list that gives no link, with its place."""
    return Failed(Job(entry.text, meta=entry.meta), reason, f"{entry.place}: {why}")


def _with_place(job: Job, entry: lists.Entry) -> Job:
    """The link with what its line said of it besides."""
    return job._replace(meta=(*_joined(job.meta, entry.meta), ("line", entry.place)))
