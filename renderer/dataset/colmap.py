"""Poses and points -> here -> COLMAP's text model (sparse/0), as its documentation describes the format.

COLMAP's cameras look along +Z with Y down, and its matrices are world-to-camera; its world stays the set's. Images and
points count from 1. Every point has a track of one: the pixel that it was taken from.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from renderer.arrays import Float64
from renderer.camera.framing import View
from renderer.camera.sphere import focal_length
from renderer.dataset.points import Points
from renderer.dataset.transforms import frame_name

_CAMERA = 1


def colmap_files(size: int, views: Sequence[View], points: Sequence[Points]) -> Iterator[tuple[str, bytes]]:
    """Name and content of each file; `points` are those of each of `views`."""
    focal = focal_length(size)
    camera = f"{_CAMERA} PINHOLE {size} {size} {focal!r} {focal!r} {size / 2} {size / 2}\n"
    yield "sparse/0/cameras.txt", camera.encode()
    first = 1
    images, tracks = [], []
    for number, (view, seen) in enumerate(zip(views, points, strict=True), start=1):
        rotation = np.diag([1.0, -1.0, -1.0]) @ view.view[:3, :3]
        translation = -rotation @ view.eye
        pose = " ".join(repr(float(value)) for value in (*quaternion(rotation), *translation))
        images.append(f"{number} {pose} {_CAMERA} {frame_name(number - 1)}.png\n")
        numbers = range(first, first + len(seen.positions))
        images.append(" ".join(f"{x:g} {y:g} {n}" for (x, y), n in zip(seen.pixels, numbers, strict=True)) + "\n")
        for place, (n, position, color) in enumerate(zip(numbers, seen.positions, seen.colors, strict=True)):
            x, y, z = position.tolist()
            red, green, blue = color.tolist()
            tracks.append(f"{n} {x:.7g} {y:.7g} {z:.7g} {red} {green} {blue} 0 {number} {place}\n")
        first = numbers.stop
    yield "sparse/0/images.txt", "".join(images).encode()
    yield "sparse/0/points3D.txt", "".join(tracks).encode()


def quaternion(rotation: Float64) -> Float64:
    """The unit quaternion (w, x, y, z), w >= 0, of a rotation matrix, by its largest component (Shepperd, 1978)."""
    trace = float(np.trace(rotation))
    squares = np.array([trace, *np.diag(rotation)])
    largest = int(np.argmax(squares))
    result = np.empty(4)
    result[largest] = np.sqrt(1 + 2 * squares[largest] - trace) / 2
    off = rotation - rotation.T
    turns = np.array([off[2, 1], off[0, 2], off[1, 0]])
    if largest == 0:
        result[1:] = turns / (4 * result[0])
    else:
        axis = largest - 1
        sums = (rotation + rotation.T)[axis]
        result[0] = turns[axis] / (4 * result[largest])
        for other in range(3):
            if other != axis:
                result[1 + other] = sums[other] / (4 * result[largest])
    return result if result[0] >= 0 else -result
