"""The tonearm: what stands on the plinth (base, bearing, rest) and what swings (tube, weight, headshell, cartridge).

Both have their origin at the pivot; `y` is 0 at the plinth's top for the stand and at the arm's axis for the arm, whose
+x axis points at the stylus.
"""

import numpy as np

from renderer.arrays import Float64
from renderer.samples.finishes import Finishes
from renderer.samples.geometry import bezier, block, fluted, lathe, profile, revolve, torus, tube
from renderer.samples.glb import Piece
from renderer.samples.mesh import Mesh
from renderer.samples.turntable import RECORD_TOP, STYLUS_RADIUS

PIVOT_HEIGHT = RECORD_TOP + 0.0175
"""Of the arm's axis over the plinth's top."""
OVERHANG, OFFSET_ANGLE = 0.0145, 21.0
"""How far the stylus passes the spindle, metres, and the headshell's angle to the arm, degrees: usual for 10 inches."""
_HEAD = -0.050  # where the tube ends, along the headshell from the stylus


def arm_length(pivot: tuple[float, float], spindle: tuple[float, float]) -> float:
    """From pivot to stylus."""
    return float(np.hypot(spindle[0] - pivot[0], spindle[1] - pivot[1])) + OVERHANG


def playing_yaw(pivot: tuple[float, float], spindle: tuple[float, float]) -> float:
    """Degrees about +y that turn the arm's +x axis so that the stylus plays at STYLUS_RADIUS, nearer the listener."""
    dx, dz = spindle[0] - pivot[0], spindle[1] - pivot[1]
    distance, length = float(np.hypot(dx, dz)), arm_length(pivot, spindle)
    opening = np.arccos((length**2 + distance**2 - STYLUS_RADIUS**2) / (2 * length * distance))
    return float(np.degrees(np.arctan2(-dz, dx) + opening))


def arm_stand(finishes: Finishes) -> tuple[Piece, ...]:
    """Base disc, lift collar, pillar and the bearing's yoke."""
    h = PIVOT_HEIGHT
    base = lathe(
        (0.0350, 0),
        (0.0350, 0.0050, 0.0012),
        (0.0335, 0.0060, 0.0006),
        (0.0250, 0.0060, 0.0006),
        (0.0250, 0.0052),
        segments=80,
    )
    well = lathe((0.0250, 0.0052), (0.0180, 0.0052), segments=96)
    collar = lathe(
        (0.0190, 0.0052),
        (0.0190, 0.0170, 0.0012),
        (0.0150, 0.0185, 0.0008),
        (0.0120, 0.0185, 0.0008),
        (0.0105, 0.0260, 0.0015),
        (0, 0.0260),
        segments=96,
    )
    ridges = revolve(
        profile((0.0196, 0.0075), (0.0200, 0.0080), (0.0200, 0.0128), (0.0196, 0.0133)), fluted(48, 0.035, 6)
    )
    post = lathe((0.0078, 0.0255), (0.0078, h - 0.0115, 0.0008), (0, h - 0.0115), segments=64)
    yoke = torus(0.0112, 0.0032, 64, 14).turned("z", 90).moved(y=h)
    cap = lathe((0.0030, h + 0.0115), (0.0030, h + 0.0136, 0.0008), (0, h + 0.0136), segments=40)
    return (
        (finishes.brushed, base),
        (finishes.satin, well),
        (finishes.brushed, collar),
        (finishes.satin, ridges),
        (finishes.chrome, post),
        (finishes.chrome, cap),
        (finishes.aluminium, yoke),
    )


def arm_rest(finishes: Finishes, height: float) -> tuple[Piece, ...]:
    """The post with a cradle that holds the arm when it is parked; the cradle lies along x, its floor at `height`."""
    foot = lathe(
        (0, 0),
        (0.0080, 0),
        (0.0080, 0.0028, 0.0008),
        (0.0034, 0.0036, 0.0015),
        (0.0032, height - 0.004),
        (0, height - 0.004),
        segments=48,
    )
    hook = bezier(
        [
            (0, height + 0.0085, 0.0068),
            (0, height - 0.0075, 0.0068),
            (0, height - 0.0075, -0.0068),
            (0, height + 0.0045, -0.0068),
        ],
        24,
    )
    return (finishes.chrome, foot), (finishes.satin, tube(hook, 0.0017, 16))


def arm(finishes: Finishes, length: float) -> tuple[Piece, ...]:
    """Everything that swings, for an arm of `length` metres from pivot to stylus."""
    along = np.array([np.cos(np.radians(OFFSET_ANGLE)), 0.0, np.sin(np.radians(OFFSET_ANGLE))])
    stylus = np.array([length, 0.0, 0.0])
    end = stylus + along * _HEAD
    straight = np.column_stack([np.linspace(-0.012, 0.062, 4), np.zeros((4, 2))])
    bend = bezier([(0.062, 0, 0), (0.122, 0, 0), tuple(end - along * 0.062), tuple(end)], 40)
    path = np.concatenate([straight[:-1], bend])
    head = [(material, mesh.turned("y", -OFFSET_ANGLE).moved(*stylus)) for material, mesh in _head(finishes)]
    return ((finishes.chrome, tube(path, 0.0043, 24)), *_hub(finishes), *_weight(finishes), *head)


def _along_x(mesh: Mesh) -> Mesh:
    """A body turned about y laid along +x: its height becomes x."""
    return mesh.turned("z", -90)


def _hub(finishes: Finishes) -> list[Piece]:
    """The block on the bearing, with its cross axle, and the tube's ferrule."""
    block_ = lathe((0, -0.0078), (0.0074, -0.0078, 0.0016), (0.0074, 0.0078, 0.0016), (0, 0.0078), segments=64)
    pins = [
        lathe((0, 0.0070), (0.0024, 0.0070), (0.0024, 0.0105), (0, 0.0105), segments=24).turned("x", tilt)
        for tilt in (90, -90)
    ]
    ferrule = _along_x(lathe((0, 0.006), (0.0062, 0.006), (0.0062, 0.021, 0.0008), (0.0044, 0.0235), segments=48))
    return [(finishes.aluminium, block_), (finishes.aluminium, ferrule), *((finishes.chrome, pin) for pin in pins)]


def _weight(finishes: Finishes) -> list[Piece]:
    """The rear stub and the counterweight with its scale ring."""
    stub = _along_x(lathe((0, -0.079), (0.0036, -0.079, 0.0008), (0.0036, -0.004), (0, -0.004), segments=40))
    turned = _along_x(
        lathe(
            (0.0036, -0.0725),
            (0.0080, -0.0735, 0.0006),
            (0.0165, -0.0735, 0.0022),
            (0.0180, -0.0705, 0.0012),
            (0.0180, -0.0660, 0.0004),
            (0.0170, -0.0655, 0.0003),
            (0.0170, -0.0640, 0.0003),
            (0.0180, -0.0635, 0.0004),
            (0.0180, -0.0590, 0.0004),
            (0.0170, -0.0585, 0.0003),
            (0.0170, -0.0570, 0.0003),
            (0.0180, -0.0565, 0.0004),
            (0.0180, -0.0480, 0.0014),
            (0.0120, -0.0465, 0.0010),
            (0.0036, -0.0465),
            steps=2,
            segments=64,
        )
    )
    scale = _along_x(
        lathe((0.0100, -0.0465), (0.0132, -0.0462, 0.0004), (0.0132, -0.0405, 0.0008), (0.0036, -0.0405), segments=72)
    )
    mark = block(0.0052, 0.0006, 0.0012, 0.0003, 0.0002).moved(x=-0.0435, y=0.0130)
    return [(finishes.chrome, stub), (finishes.brushed, turned), (finishes.satin, scale), (finishes.ivory, mark)]


def _head(finishes: Finishes) -> list[Piece]:
    """Collar, headshell with finger lift, cartridge and stylus; the origin is on the arm's axis above the stylus."""
    drop = PIVOT_HEIGHT - RECORD_TOP
    collar = _along_x(
        revolve(
            profile(
                (0.0030, _HEAD - 0.004),
                (0.0060, _HEAD - 0.004, 0.0008),
                (0.0060, _HEAD + 0.0075, 0.0008),
                (0, _HEAD + 0.0075),
            ),
            fluted(24, 0.06),
        )
    )
    neck = _along_x(
        lathe(
            (0, _HEAD + 0.004), (0.0040, _HEAD + 0.004), (0.0040, _HEAD + 0.016, 0.001), (0, _HEAD + 0.016), segments=32
        )
    )
    shell = block(0.0440, 0.0034, 0.0185, 0.0048, 0.0011, 5).moved(x=-0.0145, y=-0.0042)
    finger: Float64 = bezier(
        [(-0.002, -0.0022, -0.0075), (-0.002, -0.0022, -0.0150), (0.002, -0.0015, -0.0185), (0.009, 0.0035, -0.0200)],
        16,
    )
    body = block(0.0240, 0.0088, 0.0160, 0.0022, 0.0012).moved(x=-0.0115, y=-0.0130)
    tip = block(0.0150, 0.0062, 0.0130, 0.0018, 0.0012).moved(x=-0.0035, y=-0.0176)
    needle = np.array([(-0.0030, -0.0165, 0.0), (-0.0006, -drop + 0.0024, 0.0), (0.0, -drop + 0.0007, 0.0)])
    screws = [
        lathe((0, -0.001), (0.0019, -0.001), (0.0019, 0.0004, 0.0004), (0, 0.0004), segments=24).moved(x=-0.012, z=side)
        for side in (-0.0062, 0.0062)
    ]
    return [
        (finishes.aluminium, collar),
        (finishes.chrome, neck),
        (finishes.aluminium, shell),
        (finishes.chrome, tube(finger, 0.0011, 12)),
        (finishes.satin, body),
        (finishes.coral, tip),
        (finishes.chrome, tube(needle, 0.0006, 8)),
        *((finishes.chrome, screw) for screw in screws),
    ]
