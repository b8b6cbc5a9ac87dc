"""What buildings are made of: blocks, gables, windows, slits, light."""

from renderer.generate.shapes.parts import Finish, srgb
from renderer.generate.shapes.solids import box, corners, plate
from renderer.samples.mesh import Mesh, joined

ROLES = (
    "body", "roof", "chimney", "pots", "windows", "frames", "door", "knob", "steps", "bushes", "ground", "gate", "arch",
    "bars", "flags", "flag", "pole", "bands", "stripes", "base", "gallery", "lantern", "light", "lights", "rock",
    "rocks", "dome", "ribs", "pods", "floor", "garden", "core", "dish", "masts", "panels", "balcony", "frame", "sails",
    "spire", "doors",
)


WHITE_WOOD = Finish("painted metal", srgb("f5f3ee"))


WARM = Finish("light", srgb("ffd48a"), glowing=True)


def block(width: float, height: float, depth: float, x: float, y: float, z: float, edge: float = 0.03) -> Mesh:
    """A box that stands at the height y."""
    return box(width, height, depth, edge, 2).moved(x, y + height / 2, z)


def gable(width: float, rise: float, depth: float, edge: float = 0.03) -> Mesh:
    """A prism: a triangle in (x, y) that stands on y = 0, `depth` long."""
    return plate(corners((-width / 2, 0, 2 * edge), (width / 2, 0, 2 * edge), (0, rise, 2 * edge)), depth, edge)


def window_of(width: float, height: float) -> tuple[Mesh, Mesh]:
    """A pane and its frame with a cross, in front of the plane z = 0; the middle is the origin."""
    pane = box(width, height, 0.06, 0.02)
    bars = [box(width + 0.12, 0.09, 0.14, 0.025).moved(y=side * (height / 2 + 0.02)) for side in (-1, 1)]
    bars += [box(0.09, height + 0.12, 0.14, 0.025).moved(x=side * (width / 2 + 0.02)) for side in (-1, 1)]
    bars += [
        box(0.05, height, 0.1, 0.015), box(width, 0.05, 0.1, 0.015),
        box(width + 0.3, 0.08, 0.24, 0.025).moved(y=-height / 2 - 0.09, z=0.04),
    ]
    return pane, joined(bars)


def slit() -> Mesh:
    return plate(
        corners((-0.13, 0, 0.04), (0.13, 0, 0.04), (0.13, 0.6, 0.11), (0, 0.76, 0.05), (-0.13, 0.6, 0.11)), 0.12, 0.015,
    )
