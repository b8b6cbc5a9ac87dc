"""What small frames tell of the object in them: where it ends, how large, how bright and how distinct it is."""

import numpy as np

from renderer.arrays import Bools, Float32, UInt8
from renderer.spec import Backdrop

OPAQUE = 250
"""Of alpha, 255 being all: the ground shadow, which isn't the object, never gets so dense."""

LIT = 8
"""Of colour: the ground shadow has none, where glass and other see-through parts of the object have some."""

CLIPPED = 254
"""Of all three channels: nothing brighter can be told apart."""

DISTINCT = 10
"""Of a channel: on a display, an edge of less is not seen at a glance."""

DARK_SHARE = 0.9
"""Of the object that must be dark before it is: highlights on a black product are few."""


def object_in(frame: UInt8, *, reflected: bool) -> Bools:
    """Where the object is seen in a small frame, (height, width). Where there is a mirror image below it
    (`reflected`), only its opaque parts are told apart from that."""
    opaque: Bools = frame[..., 3] >= OPAQUE
    if reflected and opaque.any():
        return opaque
    lit: Bools = frame[..., :3].max(axis=2) >= LIT
    return opaque | lit


def cut_share(mask: Bools) -> float:
    """Which share of the frame's edge the object touches."""
    edge = np.concatenate([mask[0], mask[-1], mask[1:-1, 0], mask[1:-1, -1]])
    return float(edge.mean())


def extent(mask: Bools) -> float:
    """How much of the frame's width or height, whichever is more, the object spans: 0 where there is none."""
    across, down = (np.flatnonzero(mask.any(axis=axis)) for axis in (0, 1))
    if not len(across):
        return 0.0
    return float(max((across[-1] - across[0] + 1) / mask.shape[1], (down[-1] - down[0] + 1) / mask.shape[0]))


def brightness(frame: UInt8, mask: Bools) -> float:
    """The luma, 0 to 1, that DARK_SHARE of the object don't reach."""
    luma = _straight(frame[mask]) @ np.array([0.2126, 0.7152, 0.0722], np.float32)
    return float(np.quantile(luma, DARK_SHARE) / 255)


def clipped_share(frame: UInt8, mask: Bools) -> float:
    """Which share of the object is as white as a display can be."""
    return float((_straight(frame[mask]) >= CLIPPED).all(axis=1).mean())


def distinct_share(frame: UInt8, mask: Bools, backdrop: Backdrop) -> float | None:
    """Which share of the object's outline differs from what is seen beside it, on the backdrop's colour. None where the
    outline isn't in the picture."""
    color = np.array(backdrop.rgb) * 255
    steps = []
    for axis in (0, 1):
        inside, colors = np.moveaxis(mask, axis, 0), np.moveaxis(frame, axis, 0)
        place, along = np.nonzero(inside[:-1] != inside[1:])
        # a pixel of the edge itself may be half object, half background: then those around it tell
        around = [colors[np.clip(place + offset, 0, len(colors) - 1), along] for offset in range(-1, 3)]
        seen = [each[:, :3] + (1 - each[:, 3:] / 255) * color for each in around]
        pairs = [np.abs(seen[one] - seen[other]).max(axis=1) for one, other in ((1, 2), (0, 2), (1, 3))]
        steps.append(np.max(pairs, axis=0))
    outline = np.concatenate(steps)
    return float((outline >= DISTINCT).mean()) if len(outline) else None


def step(one: UInt8, other: UInt8) -> float:
    """How far two frames differ where either shows something: the mean of the channels' differences, 0 to 1."""
    shown = (one[..., 3] > 0) | (other[..., 3] > 0)
    if not shown.any():
        return 0.0
    return float(np.abs(one[shown].astype(np.int16) - other[shown].astype(np.int16)).mean() / 255)


def _straight(colors: UInt8) -> Float32:
    """(n, 4) premultiplied as (n, 3) colours of their own, 0 to 255."""
    straight = colors[:, :3] * (np.float32(255) / np.maximum(colors[:, 3:], 1))
    return np.minimum(straight, np.float32(255))
