"""What is said of bytes that are no picture of a kind that is kept."""

from __future__ import annotations

import io

import pytest
from whole_pictures import ENOUGH, canvas

from pixhaul.check import inspect


@pytest.mark.parametrize(
    ("data", "detail"),
    [
        (b"", "empty"),
        (b"<!DOCTYPE html><title>Not found</title>", "an HTML page"),
        (b"\xef\xbb\xbf \r\n<HTML><body>", "an HTML page"),
        ("\ufeff<html>".encode("utf-16-le"), "an HTML page"),
        (b"<!-- made by hand --><div>gone</div>", "an HTML page"),
        (b"<html><svg></svg></html>", "an HTML page"),
        (b"<?xml version='1.0'?><Error><Code>NoSuchKey</Code></Error>", "an XML document"),
        (b'{"data": {"error": "gone"}, "success": false}', "a JSON document"),
        (b" [1, 2]", "a JSON document"),
        (b"not found\n", "text"),
        ("verschwunden, schön".encode(), "text"),
        (b"GIF files are not here", "text"),
        (b"\x1f\x8b\x08\x00", "a gzip archive"),
        (b"PK\x03\x04", "a zip archive"),
        (b"ID3\x03\x00", "sound"),
        (bytes(100), "bytes of no kind that is known"),
        (b"\xff", "bytes of no kind that is known"),
        (b"\x89", "bytes of no kind that is known"),
    ],
)
def test_what_is_no_picture_is_named(data: bytes, detail: str) -> None:
    found = inspect(data, ENOUGH)
    assert (found.format, found.flaw, found.detail) == ("", "not-an-image", detail)


@pytest.mark.parametrize("kind", ["BMP", "TIFF", "ICO", "PPM", "TGA", "PCX", "SGI", "DDS", "EPS", "PDF", "XBM", "ICNS"])
def test_another_kind_of_picture_is_refused_by_name(kind: str) -> None:
    target = io.BytesIO()
    canvas("1" if kind == "XBM" else "RGB").save(target, kind)
    if kind == "TGA":
        target.write(bytes(8) + b"TRUEVISION-XFILE.\0")
    found = inspect(target.getvalue(), ENOUGH)
    assert (found.format, found.flaw) == ({"PPM": "pnm"}.get(kind, kind.lower()), "type-refused")


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "svg"),
        (b"<?xml version='1.0'?>\n<!-- drawn -->\n<svg:svg width='1'>", "svg"),
        (b"<!DOCTYPE svg PUBLIC '-//W3C//DTD SVG 1.1//EN'>", "svg"),
        (b"\x00\x00\x00\x0cJXL \r\n\x87\n", "jxl"),
        (b"\xff\x0a\x00", "jxl"),
        (b"\x00\x00\x00\x0cjP  \r\n\x87\n", "jp2"),
        (b"8BPS\x00\x01", "psd"),
        (b"\x1a\x45\xdf\xa3", "webm"),
        (b"RIFF\x00\x00\x00\x00AVI LIST", "avi"),
        (b"qoif\x00\x00", "qoi"),
    ],
)
def test_a_kind_that_pillow_does_not_write_is_refused_by_name(data: bytes, kind: str) -> None:
    found = inspect(data, ENOUGH)
    assert (found.format, found.flaw) == (kind, "type-refused")


@pytest.mark.parametrize("begin", [b"\xff\xd8", b"\x89PNG", b"GIF8", b"RIFF", b"RIFF\1\0\0\0WEB", b"\0\0\0\x1cfty"])
def test_the_first_bytes_of_a_picture_are_a_cut_picture(begin: bytes) -> None:
    assert inspect(begin, ENOUGH).flaw == "truncated"
