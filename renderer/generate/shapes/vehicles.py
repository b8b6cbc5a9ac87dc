"""Vehicles with wheels or tracks; they drive towards +z."""

import numpy as np

from renderer.generate.shapes.blobs import Field, blend, brick, carved, drum, grown, prism, surface, twin, union
from renderer.generate.shapes.parts import Anchor, Finish, Look, Model, Part, Shape, srgb
from renderer.generate.shapes.solids import (
    around,
    box,
    corners,
    disc,
    egg,
    mirrored,
    part,
    path,
    placed,
    plate,
    rod,
    turned,
)
from renderer.generate.shapes.wheels import rim, spoked, tyre
from renderer.samples.mesh import Mesh, joined

_BLACK = Finish("plastic", srgb("17181a"))
_HEADLIGHT = Finish("light", srgb("fff6e0"))
_TAILLIGHT = Finish("glossy plastic", srgb("b5121b"))
_GLASS = "dark glass"


def _wheels(x: float, axles: tuple[float, ...], radius: float, width: float, spokes: int = 5) -> list[Part]:
    tyres, rims = tyre(radius, width), rim(radius * 0.62, width, spokes)
    spots = [(side * x, z) for z in axles for side in (-1, 1)]
    return [
        part("wheels", "rubber", *(tyres.moved(sx, radius, z) for sx, z in spots)),
        part("rims", "aluminium", *(rims.moved(sx, radius, z) for sx, z in spots)),
    ]


def _car(look: Look) -> Model:
    axles, radius = (1.28, -1.30), 0.335
    lower = prism([(-2.08, 0.36), (-1.9, 0.22), (1.95, 0.22), (2.08, 0.34), (2.06, 0.62), (1.86, 0.74), (0.85, 0.88),
                   (-1.55, 0.93), (-2.06, 0.84)], 0.87, 0.11)  # fmt: skip
    open_ = "convertible" in look.features
    cabin = prism(
        [(-1.72, 0.80), (0.98, 0.80), (0.30, 1.37), (-0.10, 1.45), (-0.80, 1.44), (-1.35, 1.24)], 0.80, 0.10, 0.30,
    )
    side = union(
        prism([(0.66, 0.93), (0.17, 1.33), (-0.37, 1.35), (-0.37, 0.93)], 2.0, 0.02),
        prism([(-0.47, 0.93), (-0.47, 1.35), (-0.85, 1.34), (-1.24, 1.20), (-1.36, 0.95)], 2.0, 0.02),
    )
    across = brick((0, 1.13, 0), (0.60, 0.185, 3.0), 0.06)
    keep = brick((0, 1.0, -0.25), (0.62, 0.6, 0.62), 0.05)
    windows = carved(
        union(carved(side, brick((0, 1, 0), (0.60, 2, 4), 0.01), 0.02), carved(across, keep, 0.02)), lower, 0.02,
    )
    arches = twin(union(*(drum((0.86, radius, z), radius + 0.075, 0.36, 0.03) for z in axles)))
    shell: Field = lower if open_ else blend(0.06, lower, carved(cabin, windows, 0.03))
    if open_:
        shell = carved(lower, brick((0, 1.0, -0.35), (0.66, 0.42, 0.85), 0.12), 0.05)
    low, high = (-1.02, 0.1, -2.2), (1.02, 1.56, 2.2)
    body = surface(carved(shell, arches, 0.03), low, high, 0.05)
    parts = [part("body", "painted metal", body)]
    if open_:
        shield = plate(corners((-0.66, 0, 0.06), (0.66, 0, 0.06), (0.58, 0.42, 0.1), (-0.58, 0.42, 0.1)), 0.02, 0.008)
        seat = joined(
            [
                box(0.5, 0.16, 0.5, 0.06).moved(0.34, 0.62, -0.3),
                box(0.5, 0.62, 0.16, 0.07).turned("x", -14).moved(0.34, 0.88, -0.6),
            ]
        )
        parts += [
            part("windows", "glass", shield.turned("x", -35).moved(y=0.86, z=0.70)),
            part("seats", "leather", mirrored(seat)),
        ]
    else:
        inner = blend(0.02, grown(cabin, -0.03), brick((0, 0.75, -0.3), (0.6, 0.1, 0.9), 0.04))
        parts.append(part("windows", _GLASS, surface(inner, low, high, 0.09)))
    under = box(1.5, 0.24, 3.7, 0.08).moved(y=0.32)
    lamps = egg(0.17, 0.075, 0.09, 32).turned("y", 14).moved(0.62, 0.645, 1.97)
    tails = box(0.34, 0.10, 0.08, 0.035).turned("y", 8).moved(0.62, 0.74, -2.045)
    grille = joined([box(0.74, 0.024, 0.05, 0.01).moved(y=0.40 + 0.05 * k, z=2.055) for k in range(4)])
    mirror = egg(0.11, 0.075, 0.06, 24).moved(0.96, 0.98, 0.52)
    stalk = rod(np.array([(0.80, 0.85, 0.5), (0.94, 0.96, 0.52)]), 0.02, segments=12)
    handles = [box(0.03, 0.03, 0.16, 0.012).moved(0.868, 0.80, z) for z in (-0.22, -1.0)]
    sills = box(0.05, 0.07, 1.75, 0.02).moved(0.855, 0.235, 0)
    bumpers = [box(1.5, 0.09, 0.12, 0.04).moved(y=0.27, z=z) for z in (2.02, -2.03)]
    plates = [box(0.46, 0.11, 0.02, 0.006).moved(y=y, z=z) for y, z in ((0.30, 2.085), (0.60, -2.09))]
    parts += [
        part("trim", _BLACK, under, grille, mirrored(stalk), mirrored(sills), *bumpers),
        part("mirrors", "painted metal", mirrored(mirror)), part("handles", "chrome", mirrored(joined(handles))),
        part("headlights", _HEADLIGHT, mirrored(lamps)), part("taillights", _TAILLIGHT, mirrored(tails)),
        part("plates", Finish("plastic", srgb("f4f4f0")), *plates), *_wheels(0.78, axles, radius, 0.23),
    ]  # fmt: skip
    return Model(tuple(parts), {"top": Anchor((0, 1.45, -0.4), 0.9), "front": Anchor((0, 0.6, 2.09), 0.6)})


def _rounded(width: float, height: float, depth: float, y: float, z: float, edge: float) -> Mesh:
    """A box that stands at the height `y`, its middle at `z`."""
    return box(width, height, depth, edge, 4).moved(y=y + height / 2, z=z)


def _truck(look: Look) -> Model:
    cab = _rounded(2.2, 1.75, 1.5, 0.75, 2.05, 0.14)
    shield = _rounded(1.96, 0.72, 0.06, 1.58, 2.79, 0.028)
    sides = mirrored(_rounded(0.05, 0.66, 0.78, 1.58, 2.15, 0.022).moved(x=1.085))
    cargo = _rounded(2.3, 2.15, 4.1, 0.95, -0.98, 0.06)
    ribs = [mirrored(box(0.04, 1.95, 0.06, 0.015).moved(1.155, 2.02, -0.98 + 0.82 * k)) for k in (-2, -1, 0, 1, 2)]
    chassis = _rounded(1.2, 0.28, 5.7, 0.66, -0.1, 0.05)
    grille = [_rounded(1.3, 0.05, 0.05, 0.98 + 0.11 * k, 2.80, 0.015) for k in range(4)]
    bumper = _rounded(2.24, 0.34, 0.3, 0.48, 2.74, 0.08)
    lamps = mirrored(egg(0.17, 0.12, 0.07, 28).moved(0.85, 0.66, 2.88))
    mirror = mirrored(
        joined(
            [
                box(0.06, 0.42, 0.2, 0.025).moved(1.28, 1.85, 2.62),
                rod(np.array([(1.05, 2.1, 2.6), (1.28, 2.02, 2.62)]), 0.02, segments=10),
            ]
        )
    )
    tank = rod(np.array([(0.9, 0.62, 1.0), (0.9, 0.62, 0.1)]), 0.24, segments=32)
    tails = mirrored(_rounded(0.3, 0.12, 0.06, 0.72, -3.02, 0.02).moved(x=0.8))
    return Model(
        (
            part("body", "painted metal", cab), part("windows", _GLASS, shield, sides),
            part("cargo", Finish("painted metal", srgb("eceae4")), cargo, *ribs),
            part("trim", _BLACK, chassis, *grille, mirror, bumper), part("tank", "aluminium", mirrored(tank)),
            part("headlights", _HEADLIGHT, lamps), part("taillights", _TAILLIGHT, tails),
            *_wheels(0.95, (2.05, -1.25, -2.35), 0.5, 0.36, 7),
        ),
        {"top": Anchor((0, 3.1, -1), 1.8), "front": Anchor((1.16, 2, -1), 1.5)},
    )  # fmt: skip


def _bus(look: Look) -> Model:
    body = _rounded(2.5, 2.45, 9.6, 0.45, 0, 0.24)
    windows = [mirrored(_rounded(0.05, 0.85, 1.12, 1.55, -4.0 + 1.28 * k, 0.024).moved(x=1.235)) for k in range(6)]
    shield = _rounded(2.14, 1.2, 0.06, 1.30, 4.785, 0.028)
    rear = _rounded(2.0, 0.8, 0.06, 1.62, -4.785, 0.028)
    doors = [_rounded(0.05, 1.85, 0.56, 0.62, z, 0.024).moved(x=-1.236) for z in (3.55, 4.13)]
    driver = _rounded(0.05, 0.9, 0.95, 1.5, 4.0, 0.024).moved(x=1.235)
    sign = _rounded(1.5, 0.22, 0.05, 2.55, 4.70, 0.02)
    lamps = mirrored(egg(0.2, 0.13, 0.06, 28).moved(0.95, 0.88, 4.79))
    tails = mirrored(_rounded(0.16, 0.4, 0.06, 0.85, -4.79, 0.024).moved(x=1.02))
    trim = [_rounded(2.54, 0.2, 9.5, 0.36, 0, 0.06), mirrored(box(0.03, 0.05, 9.0, 0.012).moved(1.245, 1.36, 0))]
    pods = [_rounded(1.5, 0.2, 1.6, 2.87, z, 0.09) for z in (-2.6, 1.8)]
    return Model(
        (
            part("body", Finish("painted metal", srgb("d9a21b")), body, *pods),
            part("windows", _GLASS, *windows, shield, rear, *doors, driver),
            part("sign", Finish("light", srgb("ffb347"), glowing=True), sign), part("trim", _BLACK, *trim),
            part("headlights", _HEADLIGHT, lamps), part("taillights", _TAILLIGHT, tails),
            *_wheels(1.13, (3.0, -2.7), 0.5, 0.34, 7),
        ),
        {"top": Anchor((0, 2.9, 0), 2.0), "front": Anchor((1.25, 1.1, 0), 1.5)},
    )


def _train(look: Look) -> Model:
    def along(mesh: Mesh) -> Mesh:
        return mesh.turned("x", 90)

    boiler = along(turned((0, -1.9), (0.72, -1.9, 0.02), (0.72, 2.1, 0.03), (0.66, 2.18, 0.02), (0, 2.22), segments=64))
    bands = [
        along(turned((0.71, y), (0.745, y, 0.01), (0.745, y + 0.07, 0.01), (0.71, y + 0.07), (0.71, y)))
        for y in (-1.2, -0.3, 0.6, 1.5)
    ]
    chimney = turned(
        (0, 0), (0.2, 0, 0.02), (0.18, 0.5, 0.05), (0.32, 0.95, 0.04), (0.34, 1.02, 0.02), (0.26, 1.02, 0.02),
        (0.22, 0.85), (0, 0.85),
    )
    dome = turned((0, 0), (0.26, 0, 0.02), (0.26, 0.22, 0.2), (0, 0.42), steps=8)
    low = 0.62
    cab = _rounded(1.85, 1.75, 1.35, 0.95, -2.3, 0.04)
    roof = plate(
        corners((-1.05, 0, 0.03), (1.05, 0, 0.03), (0.6, 0.24, 0.5), (-0.6, 0.24, 0.5)), 1.75, 0.02,
    ).moved(y=2.66, z=-2.3)
    panes = [mirrored(_rounded(0.04, 0.6, 0.42, 1.85, z, 0.018).moved(x=0.915)) for z in (-2.58, -2.02)]
    panes += [
        mirrored(disc((0, 0), (0.2, 0, 0.01), (0.2, 0.05, 0.01), (0, 0.05)).turned("x", 90).moved(0.6, 2.35, -1.64))
    ]
    frame = _rounded(1.5, 0.3, 5.6, 0.72, -0.3, 0.05)
    buffer_beam = _rounded(1.9, 0.3, 0.2, 0.68, 2.5, 0.04)
    catcher = [
        rod(np.array([(x, 0.75, 2.55), (x, 0.12, 3.15 - abs(x) * 0.5)]), 0.032, segments=12)
        for x in np.linspace(-0.8, 0.8, 9)
    ]
    catcher.append(rod(path((-0.82, 0.13, 2.74), (0, 0.13, 3.2), (0.82, 0.13, 2.74)), 0.04))
    lamp = along(
        turned((0, 0), (0.2, 0, 0.02), (0.22, 0.24, 0.02), (0.18, 0.24, 0.01), (0.16, 0.2), (0, 0.2))
    ).moved(y=2.12, z=2.0)
    big, small = (
        around(rod(np.array([(0, 0, 0.05), (0, 0, r)]), 0.03, segments=8), 12).turned("z", 90)
        for r in (0.52, 0.3)
    )
    spots: list[Mesh] = []
    tyres: list[Mesh] = []
    for z, r, spokes in ((1.85, 0.36, small), (0.75, low - 0.02, big), (-0.6, low - 0.02, big), (-2.3, 0.42, small)):
        hoop = turned(
            (r - 0.1, -0.07), (r + 0.03, -0.07, 0.01), (r, 0.07, 0.01), (r - 0.1, 0.07), (r - 0.1, -0.07), segments=64,
        ).turned("z", 90)
        hub = turned((0, -0.09), (0.1, -0.09, 0.01), (0.1, 0.09, 0.01), (0, 0.09), segments=24).turned("z", 90)
        tyres.append(mirrored(hoop.moved(0.78, r + 0.03, z)))
        spots.append(mirrored(joined([spokes, hub]).moved(0.78, r + 0.03, z)))
    bar = mirrored(
        joined([box(0.05, 0.12, 1.9, 0.02).moved(0.92, 0.5, 0.1), box(0.05, 0.07, 1.7, 0.02).moved(0.97, 0.62, 1.4)])
    )
    cylinder = mirrored(
        along(turned((0, -0.35), (0.22, -0.35, 0.03), (0.22, 0.35, 0.03), (0, 0.35))).moved(0.9, 0.62, 1.85)
    )
    return Model(
        (
            part("body", Finish("painted metal", srgb("1f5a3d")), boiler.moved(y=1.65), cab, dome.moved(y=2.3, z=0.1)),
            part("bands", "brass", joined(bands).moved(y=1.65), lamp),
            part("chimney", Finish("iron", srgb("2b2c2e")), chimney.moved(y=2.3, z=1.5)),
            part("roof", Finish("painted metal", srgb("26282b")), roof), part("windows", _GLASS, *panes),
            part(
                "light", Finish("light", glowing=True),
                along(disc((0, 0), (0.155, 0, 0.01), (0.14, 0.03, 0.01), (0, 0.04))).moved(y=2.12, z=2.19),
            ),
            part("frame", Finish("painted metal", srgb("a3201f")), frame, buffer_beam, *catcher, *spots),
            part("wheels", "steel", *tyres, bar, cylinder),
        ),
        {"top": Anchor((0, 2.9, -2.3), 1.2), "front": Anchor((0, 1.65, 2.2), 0.7)},
    )


def _bicycle(look: Look) -> Model:
    r, rear, front, crank, seat, head = 0.34, (0.34, -0.5), (0.34, 0.52), (0.30, -0.07), (0.78, -0.22), (0.80, 0.36)
    hoop, wire = spoked(r, 0.036)

    def line(a: tuple[float, float], b: tuple[float, float], thick: float, x: float = 0.0) -> Mesh:
        return rod(np.array([(x, *a), (x * 0.4, *b)]), thick, segments=16)

    low_head = (0.66, 0.405)
    frame = [
        line(crank, seat, 0.016), line(crank, low_head, 0.02), line((0.72, -0.2), head, 0.016),
        line(head, low_head, 0.022),
    ]
    frame += [line(rear, crank, 0.010, x) for x in (-0.05, 0.05)] + [
        line(rear, (0.72, -0.2), 0.009, x)
        for x in (-0.05, 0.05)
    ]
    fork = [rod(path((x, *front), (x, 0.55, 0.43), (x * 0.5, *low_head)), 0.011) for x in (-0.052, 0.052)]
    post = [line(seat, (0.90, -0.255), 0.013), line(head, (0.93, 0.315), 0.013)]
    bar = rod(
        path((-0.30, 0.97, 0.18), (-0.22, 0.975, 0.29), (0, 0.935, 0.325), (0.22, 0.975, 0.29), (0.30, 0.97, 0.18)),
        0.012,
    )
    grips = mirrored(rod(np.array([(0.268, 0.973, 0.23), (0.305, 0.97, 0.165)]), 0.017, segments=16))
    saddle = joined(
        [egg(0.07, 0.03, 0.09, 32).moved(0, 0.915, -0.31), egg(0.03, 0.022, 0.13, 28).moved(0, 0.915, -0.21)]
    )
    ring = turned(
        (0, -0.003), (0.09, -0.003, 0.001), (0.09, 0.003, 0.001), (0, 0.003), segments=48,
    ).turned("z", 90).moved(0.05, *crank)
    cog = turned(
        (0, -0.004), (0.04, -0.004, 0.001), (0.04, 0.004, 0.001), (0, 0.004),
    ).turned("z", 90).moved(0.05, *rear)
    chain = [
        rod(np.array([(0.05, crank[0] + s * 0.086, crank[1]), (0.05, rear[0] + s * 0.037, rear[1])]), 0.005, segments=8)
        for s in (-1, 1)
    ]
    cranks = [
        rod(np.array([(s * 0.06, *crank), (s * 0.085, crank[0] + s * 0.05, crank[1] + s * 0.155)]), 0.011, segments=12)
        for s in (-1, 1)
    ]
    pedals = [
        box(0.09, 0.022, 0.07, 0.008).moved(s * 0.135, crank[0] + s * 0.05, crank[1] + s * 0.155)
        for s in (-1, 1)
    ]
    return Model(
        (
            part("frame", "painted metal", *frame, *fork), part("handlebar", "chrome", bar, *post, ring, cog, *cranks),
            part("saddle", "leather", saddle), part("grips", "leather", grips), part("chain", "iron", *chain),
            part("pedals", _BLACK, *pedals), part("wheels", "rubber", hoop.moved(0, *rear), hoop.moved(0, *front)),
            part("rims", "chrome", wire.moved(0, *rear), wire.moved(0, *front)),
        ),
        {"top": Anchor((0, 0.945, -0.3), 0.15), "front": Anchor((0, 0.85, 0.4), 0.2)},
    )  # fmt: skip


def _tank(look: Look) -> Model:
    track = corners(
        (-2.6, 0.62, 0.25), (-2.1, 0.02, 0.3), (2.1, 0.02, 0.3), (2.7, 0.72, 0.3), (2.2, 1.02, 0.2), (-2.3, 1.02, 0.2),
        steps=8,
    )
    belt = plate(track, 0.55, 0.05).turned("y", -90)
    links = []
    points = track.points
    steps = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))])
    for s in np.arange(0, steps[-1], 0.17):
        z, y = np.interp(s, steps, points[:, 0]), np.interp(s, steps, points[:, 1])
        nz, ny = np.interp(s, steps, track.normals[:, 0]), np.interp(s, steps, track.normals[:, 1])
        links.append(placed(box(0.57, 0.05, 0.10, 0.015, 2), (0, float(y), float(z)), (0.0, float(ny), float(nz))))
    tracks = mirrored(joined([belt, *links]).moved(x=1.25))
    rollers = [
        turned(
            (0, -0.3), (0.25, -0.3, 0.03), (0.25, 0.3, 0.03), (0, 0.3), segments=32,
        ).turned("z", 90).moved(1.25, 0.36, z)
        for z in (-1.7, -1.02, -0.34, 0.34, 1.02, 1.7)
    ]
    hull = prism(
        [(-2.45, 0.55), (-2.2, 0.38), (2.2, 0.38), (2.75, 0.85), (1.75, 1.28), (-2.4, 1.30), (-2.6, 1.0)], 1.02, 0.06,
    )
    skirts = mirrored(box(0.62, 0.07, 5.0, 0.03).moved(1.27, 1.10, 0))
    turret = blend(
        0.15,
        prism([(-1.35, 1.30), (1.0, 1.30), (0.95, 1.5), (0.35, 1.84), (-0.8, 1.88), (-1.3, 1.7)], 0.95, 0.14, 0.35),
        brick((0, 1.55, 0.8), (0.35, 0.2, 0.4), 0.12),
    )
    gun = turned(
        (0, 0), (0.10, 0, 0.01), (0.095, 0.9, 0.02), (0.085, 2.4), (0.125, 2.45, 0.02), (0.125, 2.95, 0.02),
        (0.07, 2.95), (0.07, 2.8), (0, 2.8),
    ).turned("x", 88)
    hatch = turned((0, 0), (0.3, 0, 0.02), (0.29, 0.14, 0.05), (0, 0.17)).moved(0.35, 1.83, -0.35)
    lamp = mirrored(egg(0.09, 0.09, 0.05, 24).moved(0.7, 1.05, 2.38))
    return Model(
        (
            part(
                "body", Finish("painted metal", srgb("5b6340")),
                surface(hull, (-1.2, 0.2, -2.8), (1.2, 1.5, 2.9), 0.065), skirts,
            ),
            part(
                "turret", Finish("painted metal", srgb("5b6340")),
                surface(turret, (-1.2, 1.1, -1.6), (1.2, 2.05, 1.4), 0.05), hatch,
            ),
            part("gun", Finish("painted metal", srgb("4c5335")), gun.moved(y=1.55, z=1.0)),
            part("tracks", Finish("iron", srgb("3a3a38")), tracks),
            part("wheels", Finish("painted metal", srgb("4c5335")), mirrored(joined(rollers))),
            part("lights", _HEADLIGHT, lamp),
        ),
        {"top": Anchor((0, 1.88, -0.4), 0.8), "front": Anchor((0, 0.9, 2.7), 0.8)},
    )


SHAPES = (
    Shape(
        "car", "vehicles", ("car", "automobile", "sports car", "taxi", "racing car", "sedan"),
        (
            "body", "windows", "seats", "trim", "mirrors", "handles", "headlights", "taillights", "plates", "wheels",
            "rims",
        ),
        ("body", "mirrors"), ("convertible",), _car,
    ),
    Shape(
        "truck", "vehicles", ("truck", "lorry", "van", "pickup", "fire engine"),
        ("body", "windows", "cargo", "trim", "tank", "headlights", "taillights", "wheels", "rims"), ("body",), (),
        _truck,
    ),
    Shape(
        "bus", "vehicles", ("bus", "coach", "school bus", "tram"),
        ("body", "windows", "sign", "trim", "headlights", "taillights", "wheels", "rims"), ("body",), (), _bus,
    ),
    Shape(
        "train", "vehicles", ("train", "locomotive", "steam engine"),
        ("body", "bands", "chimney", "roof", "windows", "light", "frame", "wheels"), ("body",), (), _train,
    ),
    Shape(
        "bicycle", "vehicles", ("bicycle", "bike", "cycle"),
        ("frame", "handlebar", "saddle", "grips", "chain", "pedals", "wheels", "rims"), ("frame",), (), _bicycle,
    ),
    Shape(
        "tank", "vehicles", ("tank", "armoured vehicle"), ("body", "turret", "gun", "tracks", "wheels", "lights"),
        ("body", "turret", "gun"), (), _tank,
    ),
)
