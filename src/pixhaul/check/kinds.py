"""What bytes are, by how they begin: one of the kinds that we keep, another kind of picture, or no picture at all."""

from __future__ import annotations

import re
from functools import cache

from pixhaul.check.verdict import Data, FlawError, cut, nonsense, refused

_HEAD = 4096
"""Bytes that are looked at to tell one text from another."""

_PNG = b"\x89PNG\r\n\x1a\n"
_GIF = (b"GIF87a", b"GIF89a")
_BEGUN = re.compile(rb"\xff\xd8|\x89P[NG\r\n\x1a]{0,5}|GIF8?[79]?|RIFF.{0,4}(?:W|WE|WEB)?|\0\0\0.ft?y?", re.DOTALL)
"""A beginning of a kept kind that is too short for its magic number, and of nothing else that is ever so short."""
_LONGEST = 12

_REFUSED = {
    "ani": rb"RIFF.{4}ACON",
    "astc": rb"\x13\xab\xa1\x5c",
    "avi": rb"RIFF.{4}AVI ",
    "blp": rb"BLP[12]",
    "bmp": rb"BM.{12}(?:[\x0c\x10\x28\x34\x38\x40\x6c\x7c]\0\0\0)",
    "bpg": rb"BPG\xfb",
    "cineon": rb"\x80\x2a\x5f\xd7",
    "cur": rb"\0\0\x02\0[^\0]\0",
    "dcx": rb"\xb1\x68\xde\x3a",
    "dds": rb"DDS \x7c\0\0\0",
    "djvu": rb"AT&TFORM",
    "dpx": rb"SDPX|XPDS",
    "emf": rb"\x01\0\0\0.{36} EMF",
    "eps": rb"%!PS|\xc5\xd0\xd3\xc6",
    "exr": rb"\x76\x2f\x31\x01",
    "farbfeld": rb"farbfeld",
    "fits": rb"SIMPLE  =",
    "fli": rb".{4}[\x11\x12]\xaf",
    "flif": rb"FLIF",
    "flv": rb"FLV\x01",
    "ftex": rb"FTEX",
    "hdr": rb"#\?(?:RADIANCE|RGBE)",
    "icns": rb"icns",
    "gbr": rb".{20}GIMP",
    "ico": rb"\0\0\x01\0[^\0]\0",
    "ilbm": rb"FORM.{4}(?:ILBM|PBM )",
    "j2k": rb"\xff\x4f\xff\x51",
    "jng": rb"\x8bJNG\r\n\x1a\n",
    "jp2": rb"\0\0\0\x0cjP  \r\n\x87\n",
    "jxl": rb"\0\0\0\x0cJXL \r\n\x87\n|\xff\x0a",
    "ktx": rb"\xabKTX ",
    "mng": rb"\x8aMNG\r\n\x1a\n",
    "mpeg": rb"\0\0\x01[\xb3\xba]",
    "msp": rb"DanM|LinS",
    "nie": rb"n\xc3\xafE",
    "ogg": rb"OggS",
    "orf": rb"IIR[OS]",
    "pcx": rb"\x0a[\0-\x05]\x01[\x01\x02\x04\x08]",
    "pdf": rb"%PDF-",
    "pnm": rb"P[1-7FfZ][\s#]",
    "psd": rb"8BPS",
    "qoi": rb"qoif",
    "raf": rb"FUJIFILMCCD-RAW",
    "rw2": rb"IIU\0",
    "sgi": rb"\x01\xda[\0\x01][\x01\x02]",
    "sun": rb"\x59\xa6\x6a\x95",
    "swf": rb"[CFZ]WS[\x01-\x40]",
    "tiff": rb"II[*+]\0|MM\0[*+]",
    "webm": rb"\x1a\x45\xdf\xa3",
    "wmf": rb"\xd7\xcd\xc6\x9a",
    "xbm": rb"#define\s+\w+_width\s",
    "xcf": rb"gimp xcf",
    "xpm": rb"/\* XPM \*/",
}
"""Other pictures, films and pages, by their first bytes."""

_OTHER = {
    "a gzip archive": rb"\x1f\x8b",
    "a zip archive": rb"PK[\x03\x05]",
    "a bzip2 archive": rb"BZh[1-9]",
    "an xz archive": rb"\xfd7zXZ\0",
    "a zstd archive": rb"\x28\xb5\x2f\xfd",
    "a 7z archive": rb"7z\xbc\xaf\x27\x1c",
    "a rar archive": rb"Rar!\x1a\x07",
    "sound": rb"ID3|fLaC|RIFF.{4}WAVE|\xff[\xfb\xf3\xf2]",
    "a program": rb"\x7fELF|MZ.{58}|#!/",
    "a document": rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    "a database": rb"SQLite format 3\0",
}
"""What pictures are mistaken for, in words."""

_SVG = re.compile(r"<(?:!doctype\s+|\w+:)?svg[\s>]", re.IGNORECASE)
_HTML = re.compile(
    r"<(?:!doctype\s+html|html|head|title|body|script|iframe|style|meta|div|table|center|font|h\d|p|a|b|br)[\s>/]",
    re.IGNORECASE,
)
_BINARY = re.compile(r"[\0-\x08\x0e-\x1a\x1c-\x1f\ufffd]")


def family(data: Data) -> str:
    """The kind that the bytes begin as, of those that are kept, or nothing; avif is said of every file of that family.

    >>> family(b"GIF89a...")
    'gif'
    """
    head = bytes(data[:_LONGEST])
    if head.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if head.startswith(_PNG):
        return "png"
    if head.startswith(_GIF):
        return "gif"
    if head.startswith(b"RIFF") and head.endswith(b"WEBP"):
        return "webp"
    if head[4:8] == b"ftyp":
        return "heic" if head[8:10] == b"he" else "avif"
    return ""


def flaw(data: Data) -> FlawError:
    """What is wrong with bytes of no family of ours.

    It is type-refused for another kind of picture, truncated for the first bytes of one of ours, else not-an-image.
    """
    if not len(data):
        return nonsense("empty")
    if len(data) < _LONGEST and _BEGUN.fullmatch(data):
        return cut(f"only {len(data)} bytes have come")
    if bytes(data[:4]) == _PNG[:4]:
        return cut("its signature is damaged")
    if kind := _matching(data, tuple(_REFUSED.items())):
        return refused(kind)
    if bytes(data[-18:]) == b"TRUEVISION-XFILE.\0":
        return refused("tga")
    detail = _matching(data, tuple(_OTHER.items())) or _text(bytes(data[:_HEAD]))
    return refused("svg") if detail == "an SVG" else nonsense(detail)


def _matching(data: Data, table: tuple[tuple[str, bytes], ...]) -> str:
    return next((kind for kind, begin in _compiled(table) if begin.match(data)), "")


@cache
def _compiled(table: tuple[tuple[str, bytes], ...]) -> list[tuple[str, re.Pattern[bytes]]]:
    """Expressions are compiled when the first file that is none of ours is met: most runs meet none."""
    return [(kind, re.compile(begin, re.DOTALL)) for kind, begin in table]


def _text(head: bytes) -> str:
    """What a text is, in words. A page may hold an SVG and stays a page."""
    text = head.decode("utf-16" if head[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8", "replace")
    text = text.lstrip("\ufeff \t\r\n")
    if text.startswith("<"):
        return _markup(text)
    if re.match(r"[{\[]\s*(?:[\"{\[\]}\d-]|true|false|null)", text):
        return "a JSON document"
    whole = text if len(head) < _HEAD else text[:-4]
    return "bytes of no kind that is known" if _BINARY.search(whole) else "text"


def _markup(text: str) -> str:
    svg, html = _SVG.search(text), _HTML.search(text)
    if svg and (html is None or svg.start() < html.start()):
        return "an SVG"
    if html:
        return "an HTML page"
    return "an XML document" if text.startswith("<?xml") else "text"
