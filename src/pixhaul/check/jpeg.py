"""JPEG: every segment by its length and every scan to its end, from SOI to EOI, and whether they can fill the frame."""

from __future__ import annotations

import re
from collections.abc import Callable
from struct import Struct

from pixhaul.check.mpo import NEAR, end_of_album, index
from pixhaul.check.verdict import MOST_PARTS, Data, FlawError, Size, cut, nonsense, occurs, refused, sized
from pixhaul.models import Picture

_MARKER = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")
"""A marker among coded bytes: not a stuffed zero, not a restart marker, not a fill byte (T.81, B.1.1.2 and F.1.2.3)."""
_BEGIN = re.compile(rb"\xff\xd8\xff")
_PLAIN = frozenset(range(0xC0, 0xFF)) - frozenset(range(0xD0, 0xDA))
"""Markers that have a length after them."""

_LENGTH = Struct(">H")
_SEGMENT = Struct(">BBH")
_FRAME = Struct(">BHHB")
_SOS, _EOI, _APP0 = 0xDA, 0xD9, 0xE0
_PROGRESSIVE = frozenset((0xC2, 0xC6, 0xCA, 0xCE))
_BITS = {0xC0: 2, 0xC1: 2, 0xC2: 1}
"""Least bits for a block of 8 x 8 samples, by frame: a Huffman code for DC and, in a sequential scan, one for AC."""


def walk(data: Data, max_pixels: int) -> Picture:
    """The size of a whole JPEG; bytes after EOI are left alone.

    Source: ITU-T T.81, annex B.

    Raises:
        FlawError: The first flaw met.
    """
    seen = _Seen(data, max_pixels)
    position, last = 2, len(data) - _SEGMENT.size
    for _ in range(MOST_PARTS):
        if position <= last:  # tables, comments and the like, which are most of them, at a third of the cost
            mark, code, length = _SEGMENT.unpack_from(data, position)
            if mark == 0xFF and code in _PASSED and length >= 2:
                position += 2 + length
                continue
        code, start, stop = _segment(data, position)
        step = _STEPS.get(code)
        position = step(seen, start, stop) if step else stop
        if code == _EOI:
            return Picture("jpeg", *seen.size)
    raise nonsense("it has too many segments")


def _segment(data: Data, position: int) -> tuple[int, int, int]:
    """The next marker's code, and where its content starts and stops; what is not a marker is passed over."""
    if position + 4 <= len(data):
        mark, code, length = _SEGMENT.unpack_from(data, position)
        if mark == 0xFF and code in _PLAIN and length >= 2:
            return code, position + 4, position + 2 + length
    found = _MARKER.search(data, position)
    if found is None:
        raise cut("it ends before its end marker")
    position = found.start()
    code = data[position + 1]
    if code not in _PLAIN:
        return code, position + 2, position + 2
    (length,) = _LENGTH.unpack_from(data, position + 2)
    if length < 2:
        raise cut("a segment has an impossible length")
    return code, position + 4, position + 2 + length


def _further(data: Data, position: int) -> int:
    """How many whole pictures follow behind the first, which ended at `position`.

    Pillow's index of three pictures or more names sizes that are too great, so the index alone proves no cut.
    """
    whole, parts = 0, iter(range(MOST_PARTS))
    try:
        while begin := _BEGIN.search(data, position, position + NEAR + 3):
            position, code = begin.start() + 2, 0
            while code != _EOI:
                next(parts)
                code, _, position = _segment(data, position)
                found = _MARKER.search(data, position) if code == _SOS else None
                position = found.start() if found else position
            whole += 1
    except (FlawError, StopIteration):
        pass
    return whole


def _begins_again(data: Data, start: int, stop: int) -> bool:
    """Whether another picture begins in that place: what came is half a file, and then all of it, or a thumbnail."""
    return occurs(data, b"\xff\xd8\xff", start - 1, stop)


class _Seen:
    """What the headers announced, and how much of it has come. A step returns where to go on."""

    def __init__(self, data: Data, max_pixels: int) -> None:
        self.data = data
        self.max_pixels = max_pixels
        self.code = 0
        self.size: Size = (0, 0)
        self.sampling: tuple[int, ...] = ()
        self.scanned = 0
        self.checked = 2
        """Up to where it is known that no other picture begins."""
        self.others: tuple[tuple[int, int], ...] = ()

    def frame(self, start: int, stop: int) -> int:
        """SOF: the size, which only the first gives; a hierarchical file has more, for refinements of it."""
        if self.code:
            return stop
        self.code = self.data[start - 3]
        _, height, width, components = _FRAME.unpack_from(self.data, start)
        if components == 0 or stop - start < 6 + 3 * components:
            raise nonsense("its frame header is not one")
        self.sampling = tuple(self.data[start + 7 + 3 * index] for index in range(components))
        self.size = width, height
        if height:
            sized(width, height, self.max_pixels)
        return stop

    def scan(self, start: int, stop: int) -> int:
        """SOS: the coded bytes, up to the next marker."""
        components = self.data[start]
        if _begins_again(self.data, self.checked, stop + 2):
            self._check_headers(stop)
        first = self.data[start + 1 + 2 * components] == 0 and self.data[start + 3 + 2 * components] < 0x10
        self.scanned += components
        end = self.checked = self._scan_end(stop)
        bits = _BITS.get(self.code, 0) if first or self.code not in _PROGRESSIVE else 0
        if bits and (end - stop) * 8 < bits * self._blocks(components):
            raise cut(f"{end - stop} bytes of picture data cannot fill {self.size[0]} x {self.size[1]} pixels")
        return end

    def _check_headers(self, stop: int) -> None:
        """Another picture begins before a scan: it must be in a segment of somebody's own, as a thumbnail."""
        position = self.checked
        while position < stop:
            code, start, position = _segment(self.data, position)  # which may end within the two bytes
            is_own = code > _APP0 or bytes(self.data[start : start + 4]) == b"JFXX"
            if not is_own and _begins_again(self.data, start, position + 2):
                raise cut("another picture begins before this one ends")

    def _scan_end(self, start: int) -> int:
        """Where coded bytes end. In the only scan an EOI at the end of the file will do, if no picture begins before.

        That takes half the time of a search for any marker.
        """
        last = len(self.data) - 2
        complete = self.scanned >= len(self.sampling) and self.code not in _PROGRESSIVE and self.size[1]
        ends = complete and not self.others and start <= last and self.data[last:] == b"\xff\xd9"
        if ends and not _begins_again(self.data, start, last):
            return last
        found = _MARKER.search(self.data, start)
        if found is None:
            raise cut("it ends inside a scan")
        return found.start()

    def _blocks(self, components: int) -> int:
        """Blocks of 8 x 8 samples in a scan of so many components, at least: T.81, A.2."""
        width, height = self.size
        if len(self.sampling) == 1:
            return -(-width // 8) * -(-height // 8)
        across = max(factors >> 4 for factors in self.sampling) or 1
        down = max(factors & 15 for factors in self.sampling) or 1
        units = sum((factors >> 4) * (factors & 15) for factors in self.sampling)
        return -(-width // (8 * across)) * -(-height // (8 * down)) * (units if components == len(self.sampling) else 1)

    def lines(self, start: int, stop: int) -> int:
        """DNL: the height, where the frame header left it open."""
        if not self.size[1]:
            self.size = sized(self.size[0], _LENGTH.unpack_from(self.data, start)[0], self.max_pixels)
        return stop

    def album(self, start: int, stop: int) -> int:
        """APP2: perhaps the index of several pictures in one file."""
        self.others = self.others or index(self.data, start, stop)
        return stop

    def again(self, start: int, stop: int) -> int:
        """SOI in the middle: what came is the beginning of a file and then the file from its beginning."""
        raise cut("another picture begins before this one ends")

    def refuse(self, start: int, stop: int) -> int:
        """SOF55 is another compression under the same markers: T.87."""
        raise refused("jpeg-ls")

    def end(self, start: int, stop: int) -> int:
        """EOI: the picture is over, and must be complete."""
        if not self.code:
            raise nonsense("it has tables and no picture")
        if self.scanned < len(self.sampling):
            raise cut(f"{self.scanned} of {len(self.sampling)} components have come")
        come, album = len(self.data), end_of_album(self.others, stop)
        if stop < come < album and _further(self.data, stop) < len(self.others):
            raise cut(f"{come} bytes have come of {album}")
        sized(*self.size, self.max_pixels)
        return stop


_STEPS: dict[int, Callable[[_Seen, int, int], int]] = {
    **dict.fromkeys(frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}, _Seen.frame),
    _SOS: _Seen.scan,
    0xDC: _Seen.lines,
    0xE2: _Seen.album,
    0xD8: _Seen.again,
    _EOI: _Seen.end,
    0xF7: _Seen.refuse,
}
_PASSED = _PLAIN - _STEPS.keys()
"""Markers whose content says nothing about whether the picture is whole."""
