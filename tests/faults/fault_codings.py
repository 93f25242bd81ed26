"""Coded bodies although `identity` was asked for (B4): decoded within a budget, or refused."""

from __future__ import annotations

import gzip
import zlib

from fault import Case, chunks, ends, forever, keeps, picture, reply, tried
from whole_pictures import canvas, saved

JPEG = picture("jpeg")
GZIP = gzip.compress(JPEG)
LARGE = saved("PNG", canvas(width=800, height=800))
"""More than is held in memory."""


def _raw_deflate(data: bytes) -> bytes:
    engine = zlib.compressobj(wbits=-15)
    return engine.compress(data) + engine.flush()


def _coded(body: bytes, coding: str, *lines: str) -> bytes:
    return reply(body, f"Content-Encoding: {coding}", *lines)


def decoded() -> list[Case]:
    """What comes coded all the same, and is a picture once it is decoded."""
    return [
        keeps("gzip", "B4", _coded(GZIP, "gzip"), JPEG),
        keeps("x-gzip", "B4", _coded(GZIP, "x-gzip"), JPEG),
        keeps("gzip in capitals", "B4", _coded(GZIP, "GZIP"), JPEG),
        keeps("gzip and identity", "B4", _coded(GZIP, "identity, gzip"), JPEG),
        keeps("gzip with a file name in its header", "B4", _coded(_named_gzip(), "gzip"), JPEG),
        keeps("gzip of two members", "B4", _coded(gzip.compress(JPEG[:99]) + gzip.compress(JPEG[99:]), "gzip"), JPEG),
        keeps("gzip in chunks", "B4", _chunked_gzip(), JPEG),
        keeps("gzip without a length", "B4", reply(GZIP, "Content-Encoding: gzip", length=False), JPEG),
        keeps("gzip of a large picture", "B4", _coded(gzip.compress(LARGE), "gzip"), LARGE),
        keeps("deflate of a large picture", "B4", _coded(zlib.compress(LARGE), "deflate"), LARGE),
        keeps("a large picture, labelled gzip and not coded", "B4", _coded(LARGE, "gzip"), LARGE),
        keeps("gzip with zeros behind it", "B4", _coded(GZIP + bytes(99), "gzip"), JPEG),
        keeps("deflate as zlib writes it", "B4", _coded(zlib.compress(JPEG), "deflate"), JPEG),
        keeps("deflate without its header, as some servers send it", "B4", _coded(_raw_deflate(JPEG), "deflate"), JPEG),
        keeps("labelled gzip, but not coded", "B4", _coded(JPEG, "gzip"), JPEG),
        keeps("labelled deflate, but not coded", "B4", _coded(JPEG, "deflate"), JPEG),
        keeps("labelled br, but not coded", "B4", _coded(JPEG, "br"), JPEG),
        keeps("labelled utf-8, but not coded", "B4", _coded(JPEG, "utf-8"), JPEG),
        keeps("labelled image/jpeg, but not coded", "B4", _coded(JPEG, "image/jpeg"), JPEG),
        keeps("labelled identity", "B4", _coded(JPEG, "identity"), JPEG),
        keeps("labelled with nothing", "B4", _coded(JPEG, ""), JPEG),
        keeps(
            "labelled gzip by a field that came twice", "B4", _coded(GZIP, "gzip", "Content-Encoding: identity"), JPEG
        ),
    ]


def _named_gzip() -> bytes:
    return GZIP[:3] + b"\x08" + GZIP[4:10] + b"cat.jpg\0" + GZIP[10:]


def _chunked_gzip() -> bytes:
    lines = ("Content-Encoding: gzip", "Transfer-Encoding: chunked")
    return reply(chunks(GZIP) + b"0\r\n\r\n", *lines, length=False)


def _bomb(size: int) -> bytes:
    return gzip.compress(bytes(size), 9)


def refused() -> list[Case]:
    """What is not decoded."""
    wrong_sum = GZIP[:-8] + bytes([GZIP[-8] ^ 1]) + GZIP[-7:]
    wrong_size = GZIP[:-1] + bytes([GZIP[-1] ^ 1])
    flipped = GZIP[:200] + bytes([GZIP[200] ^ 255]) + GZIP[201:]
    return [
        tried("gzip whose checksum is wrong", "B4", _coded(wrong_sum, "gzip"), "truncated"),
        tried("gzip whose size is wrong", "B4", _coded(wrong_size, "gzip"), "truncated"),
        tried("gzip with one byte changed", "B4", _coded(flipped, "gzip"), "truncated"),
        tried("gzip with nothing in it", "B4", _coded(gzip.compress(b""), "gzip"), "not-an-image", "truncated"),
        tried("gzip of a cut picture", "B4", _coded(gzip.compress(JPEG[:-99]), "gzip"), "truncated"),
        ends("gzip that nobody labelled", "B4", reply(GZIP), "not-an-image", "type-refused"),
        ends("gzip of gzip, labelled once", "B4", _coded(gzip.compress(GZIP), "gzip"), "not-an-image", "type-refused"),
        ends("gzip of gzip, labelled twice", "B4", _coded(gzip.compress(GZIP), "gzip, gzip"), "http-error"),
        ends("a thousand codings", "B4", _coded(GZIP, ", ".join(["gzip"] * 1000)), "http-error"),
        ends("brotli", "B4", _coded(b"\x1b\xff\x0f\x00" + JPEG[::-1], "br"), "http-error"),
        ends("zstd", "B4", _coded(b"\x28\xb5\x2f\xfd" + JPEG[::-1], "zstd"), "http-error"),
        ends("compress", "B4", _coded(b"\x1f\x9d" + JPEG[::-1], "compress"), "http-error"),
        ends("a coding that nobody knows", "B4", _coded(JPEG[::-1], "rot13"), "http-error"),
        ends("HTML, coded", "B4", _coded(gzip.compress(b"<html>" * 999), "gzip"), "not-an-image"),
    ]


def bombs() -> list[Case]:
    """Little that becomes much."""
    deep = _bomb(10**6)
    for _ in range(3):
        deep = gzip.compress(deep)
    members = gzip.compress(b"") * 50_000
    jpeg_first = gzip.compress(JPEG + bytes(300 * 10**6), 9)
    return [
        ends("gzip: 300 KB that become 300 MB of zeros", "B4", _coded(_bomb(300 * 10**6), "gzip"), "too-large"),
        ends("gzip: a picture, then 300 MB of zeros", "B4", _coded(jpeg_first, "gzip"), "too-large"),
        ends("deflate: 300 MB of zeros", "B4", _coded(zlib.compress(bytes(300 * 10**6), 9), "deflate"), "too-large"),
        ends("gzip within gzip within gzip", "B4", _coded(deep, "gzip"), "not-an-image", "type-refused"),
        tried(
            "fifty thousand empty gzip members", "B4", _coded(members, "gzip"), "not-an-image", "truncated", "too-large"
        ),
        ends(
            "gzip that never ends",
            "B4",
            forever(reply(b"", "Content-Encoding: gzip", length=False) + _bomb(10**6)[:900], bytes(60_000)),
            "too-large",
            "truncated",
        ),
    ]
