"""Pictures for and from a service, and models that it sent: children of the sandbox decode them
(`received_picture.py`, `received_model.py`), since they are as untrusted as any.
"""

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from renderer.confine import Reach
from renderer.generate.waiting import awaited
from renderer.sandbox import Child, ChildFailed, Limits, run

PICTURE_LIMITS = Limits(memory_bytes=2 << 30, cpu_seconds=60)
"""A picture of 8192 x 8192 pixels takes 1 GB and 10 s, decoded, scaled and encoded again."""
MODEL_LIMITS = Limits(memory_bytes=8 << 30, cpu_seconds=120)
"""As much as the limits of `renderer.load` admit: 100 MB of GLB with textures."""

TIMEOUT_S = 300
"""Of real time, on a busy machine."""
OUTPUT_BYTES = 64 * 1024


class Unusable(Exception):
    """The file is no picture or model, or none that can be used. The message continues a sentence with its name."""


@dataclasses.dataclass(frozen=True, slots=True)
class Model:
    """`facts`: "triangles" and "vertices"."""

    glb: bytes
    facts: Mapping[str, Any]


def received_picture(data: bytes, side: int, folder: Path, *, square: bool = False) -> bytes:
    """A PNG, JPEG, WebP or AVIF as an upright JPEG of at most `side` pixels a side, on white where it is transparent;
    `square`: its middle. Raises Unusable.
    """
    return _decoded("picture", data, [str(side), "square" if square else "whole"], PICTURE_LIMITS, folder)[0]


def received_model(data: bytes, extras: Mapping[str, Any], folder: Path) -> Model:
    """A GLB that the renderer can draw, centred on the ground, with `extras` in its asset.

    Raises Unusable.
    """
    glb, told = _decoded("model", data, [json.dumps(extras)], MODEL_LIMITS, folder)
    return Model(glb, json.loads(told))


def _decoded(kind: str, data: bytes, arguments: list[str], limits: Limits, folder: Path) -> tuple[bytes, bytes]:
    """What the child made of it, and what it told. `folder` may have other files."""
    source, made = folder / f"received-{kind}", folder / f"made-{kind}"
    source.write_bytes(data)
    made.mkdir()
    children: list[Child] = []

    def decode() -> bytes:
        return run(
            f"renderer.generate.received_{kind}", [str(source), str(made / kind), *arguments], limits=limits,
            environment={}, timeout_s=TIMEOUT_S, output_bytes=OUTPUT_BYTES, reach=Reach(reads=[source], writes=[made]),
            started=children.append,
        )  # fmt: skip

    def stop() -> None:
        for child in children:
            child.kill()

    try:
        told = awaited(decode, 2 * TIMEOUT_S, stop)
        return (made / kind).read_bytes(), told
    except ChildFailed as error:
        raise Unusable(str(error)) from error
