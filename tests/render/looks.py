"""What render settings do to a whole shot: the table of their goldens, and the model that they show."""

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np

from tests.render.exhibits import Exhibit, chart, grid_triangles
from tests.render.materials import GOLD, RED, WHITE, charted, pbr


def still_life(*, clear: bool = False) -> bytes:
    """A red cube with a chart in front, a golden ball and a white column: no side looks like another.

    `clear` adds a ball of glass and a pane of tinted acrylic, which show what is behind them and reflect the light.
    """
    exhibit = Exhibit()
    exhibit.picture(chart())
    cube = _cube(exhibit, 0.4)
    turn = [0, float(np.sin(0.25)), 0, float(np.cos(0.25))]
    sign = exhibit.add("nodes", {"mesh": exhibit.sign(exhibit.material(charted()), 0.6), "translation": [0, 0, 0.401]})
    exhibit.show(cube, translation=[-0.3, 0.4, 0.2], rotation=turn, children=[sign])
    exhibit.show(exhibit.ball(exhibit.material(pbr(GOLD, 1, 0.2)), 0.3), translation=[0.5, 0.3, 0.35])
    height, around = np.meshgrid(np.linspace(1.3, 0, 9), np.linspace(-np.pi, np.pi, 33), indexing="ij")
    outward = np.stack([np.sin(around), 0 * around, np.cos(around)], axis=-1)
    column = exhibit.grid(outward * 0.16 + np.stack([0 * height, height, 0 * height], axis=-1), outward,
                          np.stack([around, height], axis=-1), exhibit.material(pbr(WHITE, doubleSided=True)))
    exhibit.show(column, translation=[0.35, 0, -0.4])
    if clear:
        acrylic = exhibit.material(pbr((0.1, 0.3, 0.6, 0.35), roughness=0.1, alphaMode="BLEND", doubleSided=True))
        glass = exhibit.material(pbr(WHITE, roughness=0.0, extensions={
            "KHR_materials_transmission": {"transmissionFactor": 1}}))
        exhibit.show(exhibit.sign(acrylic), translation=[0.35, 0.5, 0.75])
        exhibit.show(exhibit.ball(glass, 0.25), translation=[-0.45, 0.25, 0.95])
    return exhibit.finished()


def _cube(exhibit: Exhibit, half: float) -> int:
    """A mesh: a red cube with sharp edges."""
    places, normals = [], []
    for normal in (*np.eye(3), *-np.eye(3)):
        right = np.roll(np.abs(normal), 1)
        up = np.cross(normal, right)
        places += [(normal + x * right + y * up) * half for y in (1, -1) for x in (-1, 1)]
        normals += [normal] * 4
    triangles = np.concatenate([grid_triangles(2, 2) + 4 * side for side in range(6)])
    return exhibit.add_mesh({
        "attributes": {"POSITION": exhibit.add_accessor(places), "NORMAL": exhibit.add_accessor(normals)},
        "indices": exhibit.add_accessor(triangles, "uint16"), "material": exhibit.material(pbr(RED, roughness=0.25))})


@dataclasses.dataclass(frozen=True, slots=True)
class Look:
    """Render settings, and the moments of the video that are shown beside each other: 0 is the first frame, 1 the
    last."""

    settings: Mapping[str, Any]
    moments: tuple[float, ...] = (0.0,)


WHOLE = (0.0, 0.25, 0.5, 0.75, 1.0)
SHORT = {"length": 3, "aspect": "1:1"}

LOOKS: dict[str, Look] = {
    "lighting-studio": Look({}),
    "lighting-soft": Look({"lighting": "soft"}),
    "lighting-dark": Look({"lighting": "dark", "bg_color": "#202226"}),
    "lighting-outdoor": Look({"lighting": "outdoor", "bg_color": "#bcd2e8"}),
    "lighting-outline": Look({"lighting": "outline"}),
    "no-shadows": Look({"shadows": False}),
    "reflector": Look({"reflector": True, "bg_color": "#d8dce0"}),
    "reflector-without-shadows": Look({"reflector": True, "shadows": False, "bg_color": "#303338"}),
    "vignette": Look({"vignette": 0.5, "bg_color": "#c87a3c"}),
    "vignette-full": Look({"vignette": 1}),
    "aspect-1-1": Look({"aspect": "1:1"}),
    "aspect-9-16": Look({"aspect": "9:16"}),
    "tilted-and-rolled": Look({"tilt_x": 25, "pan_x": 40, "roll_z": -15}),
    "close-from-the-right": Look({"rotate_y": 60, "zoom": 0.7}),
    "effect-turntable": Look(SHORT, WHOLE),
    "effect-hero-spin": Look({**SHORT, "effect": "hero-spin"}, WHOLE),
    "effect-showcase": Look({**SHORT, "effect": "showcase"}, WHOLE),
    "effect-zoom-orbit": Look({**SHORT, "effect": "zoom-orbit"}, WHOLE),
    "effect-reveal": Look({**SHORT, "effect": "reveal"}, WHOLE),
}
