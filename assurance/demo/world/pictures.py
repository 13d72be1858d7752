"""Drawn stand-ins for the photos that people attach: cartons, goods on a bench, two glazes side by side."""

import io
from functools import cache

from PIL import Image, ImageDraw

from assurance.kernel.uploads import Upload

_SIZE = (960, 720)
_FINE = 2  # drawn larger and made smaller, for smooth edges
_KRAFT, _KRAFT_DARK, _KRAFT_LIGHT, _TAPE = "#c39a6b", "#a37d51", "#d8b88f", "#e9d9bd"
_WALL, _FLOOR, _TABLE, _SHADE = "#ccd1cc", "#a9aea7", "#8d7a66", "#77664f"


@cache
def cartons() -> Upload:
    """Goods packed for the carrier."""
    canvas, pen = _scene(_WALL, _FLOOR, horizon=430)
    for row, count in enumerate((3, 3, 2)):
        for place in range(count):
            _carton(pen, 150 + place * 215 + row * 12, 500 - row * 150)
    return _kept(canvas, "cartons.jpg")


@cache
def bench() -> Upload:
    """Goods that are being made, in rows."""
    canvas, pen = _scene("#d8d3c8", _TABLE, horizon=260)
    for row in range(4):
        for place in range(6 - row % 2):
            _bowl(pen, 110 + place * 148 + row % 2 * 74, 330 + row * 100, 58, "#b4562f", "#e9e2d2")
    return _kept(canvas, "bench.jpg")


@cache
def glazes() -> Upload:
    """What was ordered beside what was packed."""
    canvas, pen = _scene("#dcd8cf", _TABLE, horizon=300)
    _bowl(pen, 300, 470, 170, "#2f6b57", "#f0eadb")
    _bowl(pen, 670, 470, 170, "#5f8f7b", "#f0eadb")
    return _kept(canvas, "two-glazes.jpg")


def _scene(wall: str, ground: str, *, horizon: int) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    canvas = Image.new("RGB", (_SIZE[0] * _FINE, _SIZE[1] * _FINE), wall)
    pen = ImageDraw.Draw(canvas)
    pen.rectangle(_fine(0, horizon, *_SIZE), fill=ground)
    return canvas, pen


def _carton(pen: ImageDraw.ImageDraw, x: int, y: int) -> None:
    """A box of 190 by 140 seen from the front and a little from above."""
    pen.polygon(_fine(x, y, x + 40, y - 34, x + 230, y - 34, x + 190, y), fill=_KRAFT_LIGHT)
    pen.polygon(
        _fine(x + 190, y, x + 230, y - 34, x + 230, y + 106, x + 190, y + 140),
        fill=_KRAFT_DARK,
    )
    pen.rectangle(_fine(x, y, x + 190, y + 140), fill=_KRAFT)
    pen.rectangle(_fine(x + 84, y, x + 106, y + 140), fill=_TAPE)
    pen.polygon(_fine(x + 84, y, x + 124, y - 34, x + 146, y - 34, x + 106, y), fill=_TAPE)
    pen.rectangle(_fine(x + 16, y + 84, x + 70, y + 124), fill="#f6f4ee")
    for line in range(3):
        pen.rectangle(
            _fine(x + 22, y + 92 + line * 10, x + 64 - line * 12, y + 95 + line * 10), fill="#5c5c58"
        )


def _bowl(pen: ImageDraw.ImageDraw, x: int, y: int, r: int, glaze: str, inside: str) -> None:
    """A bowl by the middle of its rim; `r` is half of its width."""
    flat = r * 34 // 100
    pen.ellipse(_fine(x - r * 8 // 10, y + r * 6 // 10, x + r * 8 // 10, y + r), fill=_SHADE)
    pen.pieslice(_fine(x - r, y - r * 9 // 10, x + r, y + r * 9 // 10), 0, 180, fill=glaze)
    pen.ellipse(_fine(x - r, y - flat, x + r, y + flat), fill=glaze)
    pen.ellipse(
        _fine(x - r * 92 // 100, y - flat * 86 // 100, x + r * 92 // 100, y + flat * 86 // 100), fill=inside
    )


def _fine(*points: int) -> list[int]:
    return [point * _FINE for point in points]


def _kept(canvas: Image.Image, name: str) -> Upload:
    file = io.BytesIO()
    canvas.resize(_SIZE, Image.Resampling.LANCZOS).save(file, "JPEG", quality=85)
    return Upload(name, "image/jpeg", file.getvalue())
