"""Some four dozen drawn pictures, each encoded once: every made picture is a print of one of these plates.

A plate knows where in its bytes the colours lie (JPEG quantisation tables, PNG or GIF palette), so that a print with
other colours costs a copy of the bytes and not an encoding. Drawing all plates costs about a third of a second
(2026-11), spread over their first use.
"""

from __future__ import annotations

import io
import struct
from random import Random
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from PIL.Image import Image

SMALLEST = 20_000
"""Bytes; a JPEG that comes out smaller gets more grain."""

_LUMA = [round(4 + 0.42 * (row + column) ** 1.5) for row in range(8) for column in range(8)]
_CHROMA = [round(12 + 1.2 * (row + column) ** 1.3) for row in range(8) for column in range(8)]


class Sketch(NamedTuple):
    """What a plate will be; known without drawing it."""

    kind: str
    """jpeg, png or gif."""
    width: int
    """Pixels."""
    height: int
    """Pixels."""
    frames: int = 1
    progressive: bool = False
    grain: int = 6


class Plate(NamedTuple):
    """One encoded picture and where its variable parts lie."""

    plan: Sketch
    body: bytes
    tables: tuple[int, ...]
    """Offsets: of each 64-byte quantisation table, or of the one 768-byte palette."""
    note: int
    """Offset where a comment may be put in."""


_SHEET: tuple[Sketch, ...] = (
    Sketch("jpeg", 640, 480),
    Sketch("png", 480, 360, grain=2),
    Sketch("jpeg", 600, 450, progressive=True),
    Sketch("gif", 320, 240, grain=4),
    Sketch("jpeg", 480, 640),
    Sketch("png", 400, 400, grain=1),
    Sketch("jpeg", 800, 533),
    Sketch("gif", 240, 180, frames=4, grain=2),
    Sketch("jpeg", 640, 360, progressive=True),
    Sketch("jpeg", 500, 500, grain=4),
    Sketch("png", 360, 480, grain=2),
    Sketch("jpeg", 720, 480),
    Sketch("gif", 300, 300, grain=2),
    Sketch("jpeg", 1280, 853, progressive=True, grain=12),
    Sketch("jpeg", 512, 384),
    Sketch("png", 480, 300, grain=1),
    Sketch("gif", 200, 150, frames=8, grain=1),
    Sketch("jpeg", 450, 600, progressive=True),
    Sketch("jpeg", 620, 414),
    Sketch("png", 420, 280, grain=3),
    Sketch("jpeg", 768, 512),
    Sketch("gif", 256, 192, frames=3, grain=1),
    Sketch("jpeg", 580, 580, progressive=True),
    Sketch("jpeg", 640, 427),
)
"""Fourteen JPEG, five PNG, five GIF of which three move; 20 to 400 KB, most of them about 50 KB."""

PLANS = _SHEET * 2
"""Twice the sheet: the second time each kind of picture meets another scene."""


def drawn(number: int, seed: int) -> Plate:
    """The plate with that number (an index of PLANS), drawn and encoded: 5 to 30 ms of work, always the same bytes.

    Raises RuntimeError when Pillow is not there.
    """
    try:
        from .scenes import SCENES, grained
    except ImportError as exc:
        raise RuntimeError("the stand-in draws its pictures with Pillow, which is not installed") from exc
    plan, rng = PLANS[number], Random(f"{seed}/plate/{number}")  # noqa: S311  # made pictures need no secrecy
    scene = SCENES[number % len(SCENES)](rng, (plan.width, plan.height))
    if plan.kind == "jpeg":
        return _jpeg(plan, scene, rng)
    textured = grained(scene, rng, plan.grain)
    return _png(plan, textured) if plan.kind == "png" else _gif(plan, textured)


def _jpeg(plan: Sketch, scene: Image, rng: Random) -> Plate:
    from .scenes import grained

    colours = ramp(rng.randrange(RAMPS))
    for strength in (plan.grain, plan.grain * 2, plan.grain * 4, 60):
        body = _jpeg_bytes(plan, grained(scene, rng, strength), colours)
        if len(body) >= SMALLEST:
            break
    return Plate(plan, body, _quantisation_tables(body), note=20)


def _jpeg_bytes(plan: Sketch, tones: Image, colours: bytes) -> bytes:
    tones.putpalette(colours)
    out = io.BytesIO()
    # Three tables of our own, one for each component: Cb and Cr can then be scaled apart in a print.
    tables = [_LUMA, _CHROMA, _CHROMA]
    tones.convert("RGB").save(out, "JPEG", quality=-1, qtables=tables, subsampling=2, progressive=plan.progressive)
    return out.getvalue()


def _quantisation_tables(body: bytes) -> tuple[int, ...]:
    """Offsets of the 64 values of each DQT table (ITU T.81 B.2.4.1), read up to the frame header."""
    found: list[int] = []
    at = 2
    while body[at + 1] not in (0xC0, 0xC2):
        (length,) = struct.unpack_from(">H", body, at + 2)
        if body[at + 1] == 0xDB:
            found += range(at + 5, at + 2 + length, 65)
        at += 2 + length
    return tuple(found)


def _png(plan: Sketch, tones: Image) -> Plate:
    tones.putpalette(bytes(768))
    out = io.BytesIO()
    tones.save(out, "PNG", compress_level=3)
    body = out.getvalue()
    palette = body.index(b"PLTE") + 4
    return Plate(plan, body, (palette,), note=palette + 768 + 4)


_GIF_HEAD = 13 + 768
"""Header, screen descriptor and a palette of 256 colours (GIF89a 17-19)."""


def _gif(plan: Sketch, tones: Image) -> Plate:
    """Each frame is encoded by itself and spliced in, so that the global palette is the only one."""
    first = _gif_bytes(tones)
    others = (_gif_bytes(_moved(tones, step, plan)) for step in range(1, plan.frames))
    blocks = [encoded[_GIF_HEAD:-1] for encoded in (first, *others)]
    head = b"GIF89a" + first[6:_GIF_HEAD]
    if plan.frames > 1:
        blocks = [b"\x21\xf9\x04\x00\x14\x00\x00\x00" + block for block in blocks]
        head += b"\x21\xff\x0bNETSCAPE2.0\x03\x01\x00\x00\x00"
    return Plate(plan, head + b"".join(blocks) + b";", (13,), note=_GIF_HEAD)


def _moved(tones: Image, step: int, plan: Sketch) -> Image:
    from PIL import ImageChops

    return ImageChops.offset(tones, step * plan.width // plan.frames, 0)


def _gif_bytes(tones: Image) -> bytes:
    out = io.BytesIO()
    tones.save(out, "GIF", optimize=False, interlace=0)
    return out.getvalue()


RAMPS = 720


def ramp(number: int) -> bytes:
    """One of RAMPS palettes of 256 colours (768 bytes, RGB), dark to light, through two neighbouring hues."""
    import colorsys

    hue, turn = number / RAMPS, ((number * 7) % 11 - 5) / 24
    colours = bytearray()
    for step in range(256):
        light = 0.06 + 0.88 * step / 255
        rich = 0.75 - 0.35 * step / 255
        colours += bytes(round(255 * part) for part in colorsys.hls_to_rgb(hue + turn * step / 255, light, rich))
    return bytes(colours)
