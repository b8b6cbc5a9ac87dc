"""The record's paper label: the wordmark over a fan of turning petals, drawn by code."""

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from renderer.samples.lettering import wordmark
from renderer.samples.noise import as_jpeg, smooth_noise, to_bytes

SIZE = 1024
_PEN = 3  # drawn twice as large, then averaged
_CORAL, _CREAM, _INK, _ROSE = (226, 88, 52), (247, 234, 214), (43, 24, 22), (240, 138, 94)


def label_map(seed: int) -> bytes:
    """A square JPEG whose inscribed circle is the label, its lower edge towards the listener."""
    size = SIZE * _PEN
    image = Image.new("RGB", (size, size), _CORAL)
    draw = ImageDraw.Draw(image)
    middle = size / 2

    def ring(radius: float, width: float, colour: tuple[int, int, int]) -> None:
        box = [middle - radius * middle, middle - radius * middle, middle + radius * middle, middle + radius * middle]
        draw.ellipse(box, outline=colour, width=round(width * middle))

    # A dancer's skirt seen from above: petals turned about the spindle, opening from rose to cream.
    petals = 18
    for k in range(petals):
        share = k / (petals - 1)
        colour = tuple(round(a + (b - a) * share) for a, b in zip(_ROSE, _CREAM, strict=True))
        turn = np.radians(176 + 164 * share)
        swing = turn + 0.42
        out = np.array([np.cos(turn), -np.sin(turn)])
        bend = np.array([np.cos(swing), -np.sin(swing)])
        t = np.linspace(0, 1, 40)[:, None]
        spine = middle + middle * (0.20 * out * (1 - t) ** 2 + 1.02 * out * t * (1 - t) + 0.80 * bend * t * t)
        along = np.gradient(spine, axis=0)
        side = np.column_stack([-along[:, 1], along[:, 0]]) / np.linalg.norm(along, axis=1, keepdims=True)
        side *= 0.024 * middle * np.sin(np.pi * t**0.9) ** 0.8
        draw.polygon([tuple(point) for point in (*(spine + side), *(spine - side)[::-1])], fill=colour)
    ring(0.955, 0.010, _CREAM)
    ring(0.930, 0.004, _CREAM)
    ring(0.150, 0.008, _CREAM)

    strokes, width = wordmark()
    scale = 1.16 * middle / width
    pen = 0.17 * scale
    for stroke in strokes:
        points = [(middle + (x - width / 2) * scale, 0.62 * middle - y * scale) for x, y in stroke]
        draw.line(points, fill=_CREAM, width=round(pen))
        for x, y in points:
            draw.ellipse([x - pen / 2, y - pen / 2, x + pen / 2, y + pen / 2], fill=_CREAM)
    small = ImageFont.load_default(0.068 * middle)
    for x, y, text, anchor in (
        (0.36, 0.83, "SIDE A", "lm"),
        (1.64, 0.83, "STEREO", "rm"),
    ):
        draw.text((x * middle, y * middle), text, font=small, fill=_CREAM, anchor=anchor)
    disc = middle * 0.085
    draw.ellipse([middle - disc, middle - disc, middle + disc, middle + disc], fill=_INK)

    paper = smooth_noise(np.random.default_rng(seed), (SIZE, SIZE), (SIZE // 2, SIZE // 2))
    pixels = np.asarray(image.resize((SIZE, SIZE), Image.Resampling.BOX), dtype=np.float32) / 255
    return as_jpeg(to_bytes(pixels * (1.0 + 0.010 * paper[..., None])), 90)
