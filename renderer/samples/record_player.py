"""The record player, put together: where the parts stand, how they turn, one file.

Seen from the listener (+z): the platter left of the middle, the tonearm at the back right, the start button in front on
the left, the open dust cover behind. The model rests on y = 0 and its bounding box is centred on x = z = 0.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from renderer.arrays import Float64
from renderer.samples import cover, plinth, tonearm, turntable
from renderer.samples.finishes import Finishes
from renderer.samples.glb import Part, Turning, write_model
from renderer.samples.occlusion import Drum, board_occlusion

SPINDLE = (-0.0560, 0.0050)
PIVOT = (0.1580, -0.1000)
ARM_REST = (0.1580, 0.0220)
COVER_ANGLE = 48.0
SECONDS_PER_TURN = 1.8  # 33 1/3 rpm

Quaternion = tuple[float, float, float, float]


def write_sample(path: Path) -> None:
    """Writes the sample model, a record player with one clip "Spin", as GLB. The same bytes every time."""
    root = record_player()
    low, high = _extent(root)
    centre = (low + high) / 2
    root = Part(root.name, root.pieces, root.children, (-float(centre[0]), -float(low[1]), -float(centre[2])))
    write_model(path, root, "Spin", _spin(), generator="Pirouette sample model")


def record_player() -> Part:
    """The whole model as parts, the plinth centred on the origin."""
    drums = [
        Drum(*SPINDLE, turntable.PLATTER_RADIUS, turntable.PLATTER_FLOOR, turntable.PLATTER_TOP),
        Drum(*PIVOT, 0.0350, 0.0, 0.0060),
        Drum(*PIVOT, 0.0190, 0.0060, 0.0180),
        Drum(*plinth.BUTTON, 0.0212, 0.0, 0.0040),
        Drum(*plinth.ADAPTER, 0.0180, 0.0, 0.0110),
    ]
    occlusion = board_occlusion(plinth.WIDTH, plinth.DEPTH, (108, 135), 96, drums)
    finishes = Finishes.made(occlusion, turntable.TRACK_GAPS)
    top = plinth.TOP
    spinning = turntable.turntable(finishes)
    arm = tonearm.arm(finishes, tonearm.arm_length(PIVOT, SPINDLE))
    hinge = (0.0, top + 0.0030, -plinth.DEPTH / 2 - 0.0025)
    return Part(
        "Record player",
        children=(
            Part("Plinth", plinth.body(finishes)),
            Part("Turntable", spinning, translation=(SPINDLE[0], top, SPINDLE[1])),
            Part("Arm stand", tonearm.arm_stand(finishes), translation=(PIVOT[0], top, PIVOT[1])),
            Part(
                "Arm rest",
                tonearm.arm_rest(finishes, tonearm.PIVOT_HEIGHT - 0.006),
                translation=(ARM_REST[0], top, ARM_REST[1]),
            ),
            Part(
                "Tonearm",
                arm,
                translation=(PIVOT[0], top + tonearm.PIVOT_HEIGHT, PIVOT[1]),
                rotation=_about("y", tonearm.playing_yaw(PIVOT, SPINDLE)),
            ),
            Part("Hinges", cover.hinges(finishes), translation=hinge),
            Part("Dust cover", cover.hood(finishes), translation=hinge, rotation=_about("x", -COVER_ANGLE)),
        ),
    )


def _spin() -> list[Turning]:
    """One turn clockwise from above; the arm follows the record's eccentricity by a third of a degree."""
    shares = np.linspace(0.0, 1.0, 17)
    yaw = tonearm.playing_yaw(PIVOT, SPINDLE)
    sway = yaw + 0.3 * np.sin(2 * np.pi * shares)
    return [
        Turning("Turntable", shares * SECONDS_PER_TURN, np.array([_about("y", -360.0 * share) for share in shares])),
        Turning("Tonearm", shares * SECONDS_PER_TURN, np.array([_about("y", float(angle)) for angle in sway])),
    ]


def _about(axis: str, degrees: float) -> Quaternion:
    half = np.radians(degrees) / 2
    vector = [float(np.sin(half)) if name == axis else 0.0 for name in "xyz"]
    return vector[0], vector[1], vector[2], float(np.cos(half))


def _extent(root: Part) -> tuple[Float64, Float64]:
    """The lowest and highest corner of the parts' vertices; only the top level is moved or turned."""
    clouds = list(_placed(root))
    return np.min([cloud.min(axis=0) for cloud in clouds], axis=0), np.max(
        [cloud.max(axis=0) for cloud in clouds], axis=0
    )


def _placed(root: Part) -> Iterator[Float64]:
    for part in root.children:
        x, y, z, w = part.rotation
        turn = np.array(
            [
                [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
                [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
                [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
            ]
        )
        for _, mesh in part.pieces:
            yield mesh.positions @ turn.T + part.translation
