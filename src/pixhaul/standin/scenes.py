"""Ten kinds of made scenery, each drawn as a map of tones (mode L) that any ramp of colours can dress.

Every function takes a source of randomness and a size in pixels and returns a new picture. Nothing here comes from a
photograph or another project: lines, polygons, and noise enlarged until it is soft.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from random import Random

from PIL import Image, ImageChops, ImageDraw

Size = tuple[int, int]
Point = tuple[float, float]


def _gradient(size: Size, top: int, bottom: int) -> Image.Image:
    ramp = Image.linear_gradient("L").point([round(top + (bottom - top) * step / 255) for step in range(256)])
    return ramp.resize(size, Image.Resampling.BILINEAR)


def _noise(rng: Random, size: Size, cells: Size) -> Image.Image:
    coarse = Image.frombytes("L", cells, rng.randbytes(cells[0] * cells[1]))
    return coarse.resize(size, Image.Resampling.BICUBIC)


def _soft(rng: Random, size: Size) -> Image.Image:
    broad = Image.blend(_noise(rng, size, (5, 4)), _noise(rng, size, (11, 9)), 0.35)
    return Image.blend(broad, _noise(rng, size, (37, 29)), 0.15)


def _ridge(rng: Random, size: Size, base: float, height: float) -> list[Point]:
    waves = [(rng.uniform(0.5, 2) * 2**octave, rng.uniform(0, 7), 0.55**octave) for octave in range(6)]
    width = size[0]
    line: list[Point] = [
        (x, base - height * sum(share * math.sin(rate * math.tau * x / width + phase) for rate, phase, share in waves))
        for x in range(0, width + 6, 6)
    ]
    return [*line, (width, size[1]), (0, size[1])]


def _sun(draw: ImageDraw.ImageDraw, rng: Random, size: Size, tone: int) -> None:
    x, y, radius = rng.uniform(0.2, 0.8) * size[0], rng.uniform(0.15, 0.4) * size[1], size[1] * rng.uniform(0.05, 0.1)
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=tone)


def mountains(rng: Random, size: Size) -> Image.Image:
    """Ridges one behind the other, paler with distance, under a sun."""
    picture = _gradient(size, 205, 245)
    draw = ImageDraw.Draw(picture)
    _sun(draw, rng, size, 255)
    for step in range(5):
        base = size[1] * (0.45 + 0.12 * step)
        draw.polygon(_ridge(rng, size, base, size[1] * rng.uniform(0.05, 0.1)), fill=185 - 38 * step)
    return picture


def waves(rng: Random, size: Size) -> Image.Image:
    """A sea in bands, each a little out of step with the next."""
    picture = _gradient(size, 250, 200)
    draw = ImageDraw.Draw(picture)
    rate, phase = rng.uniform(1.5, 4), rng.uniform(0, 7)
    for step in range(14):
        base, high = size[1] * (0.2 + 0.06 * step), size[1] * 0.03
        line = [(x, base + high * math.sin(rate * math.tau * x / size[0] + phase)) for x in range(0, size[0] + 8, 8)]
        draw.polygon([*line, (size[0], size[1]), (0, size[1])], fill=215 - 15 * step)
        phase += rng.uniform(0.6, 1.6)
    return picture


def clouds(rng: Random, size: Size) -> Image.Image:
    """A sky with soft heaps of cloud."""
    return Image.blend(_soft(rng, size), _gradient(size, 40, 230), 0.45)


def discs(rng: Random, size: Size) -> Image.Image:
    """Rings that overlap like ripples."""
    picture = _gradient(size, 60, 120)
    for _ in range(7):
        layer = Image.new("L", size, 0)
        x, y, radius = rng.uniform(0, size[0]), rng.uniform(0, size[1]), size[1] * rng.uniform(0.15, 0.45)
        ImageDraw.Draw(layer).ellipse((x - radius, y - radius, x + radius, y + radius), fill=rng.randrange(30, 90))
        picture = ImageChops.add(picture, layer)
    return picture


def facets(rng: Random, size: Size) -> Image.Image:
    """A net of triangles, each of one tone."""
    picture, shade = Image.new("L", size), _soft(rng, size)
    draw = ImageDraw.Draw(picture)
    for corners in _triangles(rng, size, 12, 9):
        x, y = (sum(corner[axis] for corner in corners) / 3 for axis in (0, 1))
        tone = shade.getpixel((min(max(int(x), 0), size[0] - 1), min(max(int(y), 0), size[1] - 1)))
        draw.polygon(corners, fill=min(255, int(tone) + rng.randrange(22)))  # type: ignore[arg-type]  # mode L: one int
    return picture


def _triangles(rng: Random, size: Size, columns: int, rows: int) -> Iterator[list[Point]]:
    wide, high = size[0] / columns, size[1] / rows
    net = {
        (i, j): ((i + rng.uniform(-0.35, 0.35)) * wide, (j + rng.uniform(-0.35, 0.35)) * high)
        for i in range(-1, columns + 2)
        for j in range(-1, rows + 2)
    }
    for i in range(-1, columns + 1):
        for j in range(-1, rows + 1):
            yield [net[i, j], net[i + 1, j], net[i, j + 1]]
            yield [net[i + 1, j + 1], net[i + 1, j], net[i, j + 1]]


def contours(rng: Random, size: Size) -> Image.Image:
    """A map of heights in lines."""
    step = rng.randrange(14, 26)
    return _soft(rng, size).point([255 - tone // 2 if tone % step < 3 else tone // 2 + 20 for tone in range(256)])


def skyline(rng: Random, size: Size) -> Image.Image:
    """A town at night with lit windows."""
    picture = _gradient(size, 70, 190)
    draw = ImageDraw.Draw(picture)
    _sun(draw, rng, size, 245)
    x = -10
    while x < size[0]:
        wide, top = rng.randrange(30, 80), rng.randrange(size[1] * 2 // 5, size[1] * 4 // 5)
        draw.rectangle((x, top, x + wide, size[1]), fill=rng.randrange(12, 55))
        _windows(draw, rng, (x, top, x + wide, size[1]))
        x += wide
    return picture


def _windows(draw: ImageDraw.ImageDraw, rng: Random, wall: tuple[int, int, int, int]) -> None:
    for x in range(wall[0] + 6, wall[2] - 8, 12):
        for y in range(wall[1] + 8, wall[3], 16):
            if rng.random() < 0.4:
                draw.rectangle((x, y, x + 5, y + 7), fill=rng.randrange(150, 255))


def forest(rng: Random, size: Size) -> Image.Image:
    """Firs in four rows, the near ones dark."""
    picture = _gradient(size, 215, 245)
    draw = ImageDraw.Draw(picture)
    for row in range(4):
        for _ in range(34):
            x, tall = rng.uniform(0, size[0]), size[1] * rng.uniform(0.12, 0.2) * (1 + row / 2)
            foot = size[1] * (0.58 + 0.13 * row)
            draw.polygon([(x, foot - tall), (x - tall / 5, foot), (x + tall / 5, foot)], fill=165 - 42 * row)
        draw.rectangle((0, foot - 2, size[0], size[1]), fill=165 - 42 * row)
    return picture


def dunes(rng: Random, size: Size) -> Image.Image:
    """Sand with a lit and a shaded side."""
    picture = _gradient(size, 235, 205)
    for step in range(4):
        mask = Image.new("L", size, 0)
        ImageDraw.Draw(mask).polygon(_ridge(rng, size, size[1] * (0.4 + 0.16 * step), size[1] * 0.05), fill=255)
        picture.paste(_gradient(size, 200 - 25 * step, 50 + 20 * step), mask=mask)
    return picture


def arcs(rng: Random, size: Size) -> Image.Image:
    """Quarter circles on a grid, turned at random, that join into winding bands."""
    picture, cell = _gradient(size, 30, 80), size[1] // 7
    draw = ImageDraw.Draw(picture)
    for x in range(0, size[0], cell):
        for y in range(0, size[1], cell):
            corners = ((0, 0, 0), (1, 1, 180)) if rng.random() < 0.5 else ((1, 0, 90), (0, 1, 270))
            for right, down, start in corners:
                left, top, half = x + right * cell, y + down * cell, cell // 2 + cell // 10
                box = (left - half, top - half, left + half, top + half)
                draw.arc(box, start, start + 90, fill=rng.randrange(150, 240), width=cell // 5)
    return picture


SCENES: tuple[Callable[[Random, Size], Image.Image], ...] = (
    mountains, clouds, facets, waves, skyline, contours, forest, discs, dunes, arcs,
)  # fmt: skip
"""In the order in which plates take them."""


def grained(picture: Image.Image, rng: Random, strength: int) -> Image.Image:
    """The same tones with a fine grain of up to `strength` levels either way, as film has it."""
    grain = Image.frombytes("L", picture.size, rng.randbytes(picture.width * picture.height))
    scaled = grain.point([tone * 2 * strength // 255 for tone in range(256)])
    return ImageChops.add(picture, scaled, offset=-strength)
