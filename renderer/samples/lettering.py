"""The wordmark: a monoline geometric alphabet of its own, as strokes for pens and tubes alike.

Strokes never turn a sharp corner, where a tube would fold; letters meet themselves with a new stroke.
"""

import numpy as np

from renderer.arrays import Float64

Stroke = Float64  # (n, 2): x to the right, y up; one unit is the height of an "o"


def _arc(x: float, y: float, radius: float, start: float, end: float) -> list[tuple[float, float]]:
    """Points from angle `start` to `end`, degrees, counter-clockwise positive."""
    steps = max(int(abs(end - start) / 11), 2)
    return [(x + radius * np.cos(a), y + radius * np.sin(a)) for a in np.radians(np.linspace(start, end, steps + 1))]


_LETTERS: dict[str, tuple[float, list[list[tuple[float, float]]]]] = {
    "P": (0.92, [[(0, 0), (0, 1.52)], [(0, 1.52), *_arc(0.48, 1.08, 0.44, 90, -90), (0, 0.64)]]),
    "i": (0.0, [[(0, 0), (0, 1)], [(0, 1.46), (0, 1.47)]]),
    "r": (0.46, [[(0, 0), (0, 1)], _arc(0.46, 0.54, 0.46, 180, 85)]),
    "o": (1.0, [_arc(0.5, 0.5, 0.5, 90, 450)]),
    "u": (0.86, [[(0, 1), *_arc(0.43, 0.43, 0.43, 180, 360), (0.86, 1)], [(0.86, 0.43), (0.86, 0)]]),
    "e": (1.0, [[(0.0, 0.52), (1.0, 0.52)], _arc(0.5, 0.5, 0.5, 2, 316)]),
    "t": (0.62, [[(0.22, 1.40), *_arc(0.56, 0.34, 0.34, 180, 280)], [(0.0, 1.0), (0.56, 1.0)]]),
}
_SPACE = 0.36


def wordmark() -> tuple[list[Stroke], float]:
    """The strokes of the name, starting at x = 0 on the baseline y = 0, and its width."""
    strokes, x = [], 0.0
    for letter in "Pirouette":
        width, lines = _LETTERS[letter]
        strokes += [np.array(line) + np.array([x, 0.0]) for line in lines]
        x += width + _SPACE
    return strokes, x - _SPACE
