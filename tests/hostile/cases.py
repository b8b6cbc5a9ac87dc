"""The hostile files that are sent to a farm: the n-th of a kind under a seed, always the same bytes.

Each is a sound file (`bases`) that was changed (`mutate`): mostly in one of its layers, sometimes in several.
"""

import dataclasses
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Literal

from tests.hostile import bases
from tests.hostile.bases import Parts
from tests.hostile.mutate import containers, documents, objects, pictures
from tests.hostile.mutate.plain import ANY, any_of, floats

Way = Literal["model", "background", "environment"]
"""How a file comes in: as a model, or as an overlay that a render of a sound model shows or is lit by."""


@dataclasses.dataclass(frozen=True, slots=True)
class Case:
    """A file to be sent, and the order that comes with it: `settings` as dx.gl spells them.

    `ends` are the ends it may come to, None for any that harms nobody: see `verdict.End` and the codes of errors.
    `cancelled`: the sender changes their mind as soon as the order is taken.
    """

    name: str
    kind: str
    way: Way
    file_name: str
    data: bytes
    settings: Mapping[str, Any]
    ends: frozenset[str] | None = None
    cancelled: bool = False


def _layers(rng: random.Random, names: Sequence[str]) -> frozenset[str]:
    """Those to be changed: mostly one, so that the change isn't hidden behind another."""
    return frozenset(rng.choice(names) for _ in range(rng.choice((1, 1, 1, 2))))


def _glb_of(rng: random.Random, parts: Parts, layers: frozenset[str]) -> bytes:
    document, binary = parts.document, parts.binary
    if "document" in layers:
        document = documents.mutated(rng, document)
    if "numbers" in layers:
        binary = floats(rng, binary)
    if "stream" in layers:
        place = rng.choice(parts.streams)
        stream = any_of(ANY)(rng, binary[place.start : place.stop])[: len(place)].ljust(len(place), b"\0")
        binary = binary[: place.start] + stream + binary[place.stop :]
    text = documents.text_of(document)
    if "text" in layers:
        text = documents.mutated_text(rng, text)
    data = containers.glb(rng, text, binary, lie="container" in layers)
    return any_of(ANY)(rng, data) if "bytes" in layers else data


def _glb(rng: random.Random) -> tuple[str, bytes]:
    parts = bases.glb_parts() if rng.random() < 0.5 else bases.parts_of(bases.layered(rng))
    layers = _layers(rng, ("document", "document", "document", "text", "container", "bytes", "numbers"))
    return "model.glb", _glb_of(rng, parts, layers)


def _gltf_zip(rng: random.Random) -> tuple[str, bytes]:
    document, beside = bases.loose_gltf()
    layers = _layers(rng, ("document", "document", "text", "archive", "archive", "beside", "bytes"))
    if "document" in layers:
        document = documents.mutated(rng, document)
    text = documents.text_of(document)
    if "text" in layers:
        text = documents.mutated_text(rng, text)
    if "beside" in layers:
        beside = {name: any_of(ANY)(rng, data) for name, data in beside.items()}
    data = containers.zip_archive(rng, {**beside, "model.gltf": text}, lie="archive" in layers)
    return "model.zip", any_of(ANY)(rng, data) if "bytes" in layers else data


def _obj_zip(rng: random.Random) -> tuple[str, bytes]:
    files = dict(bases.SCAN)
    layers = _layers(rng, ("scan.obj", "scan.obj", "scan.mtl", "wood.png", "archive", "bytes"))
    for name in sorted(layers & files.keys()):
        change = any_of(ANY) if name == "wood.png" or rng.random() < 0.1 else objects.mutated
        files[name] = change(rng, files[name])
    data = containers.zip_archive(rng, files, lie="archive" in layers)
    return "scan.zip", any_of(ANY)(rng, data) if "bytes" in layers else data


def _mesh_zip(rng: random.Random) -> tuple[str, bytes]:
    name, data = rng.choice(bases.MESHES)
    change = any_of(ANY) if rng.random() < 0.7 else objects.mutated
    return "mesh.zip", containers.zip_archive(rng, {name: change(rng, data)}, lie=False)


def _compressed(rng: random.Random, several: Sequence[Parts]) -> tuple[str, bytes]:
    layers = _layers(rng, ("stream", "stream", "stream", "document"))
    return "model.glb", _glb_of(rng, rng.choice(several), layers)


def _picture(rng: random.Random, kind: str) -> bytes:
    return pictures.mutated(rng, kind, rng.choice(bases.pictures(kind)))


MODELS: Mapping[str, Callable[[random.Random], tuple[str, bytes]]] = {
    "glb": _glb,
    "gltf-zip": _gltf_zip,
    "obj-zip": _obj_zip,
    "mesh-zip": _mesh_zip,
    "draco": lambda rng: _compressed(rng, bases.draco_parts()),
    "meshopt": lambda rng: _compressed(rng, bases.meshopt_parts()),
    "ktx2": lambda rng: ("model.glb", bases.textured(_picture(rng, "ktx2"), "ktx2")),
    "avif": lambda rng: ("model.glb", bases.textured(_picture(rng, "avif"), "avif")),
}
"""A file name and bytes, of the kinds that are models or are only read inside of one."""

OVERLAYS: Mapping[str, Way] = {
    "png": "background", "jpeg": "background", "webp": "background", "hdr": "environment", "exr": "environment",
}  # fmt: skip
"""Kinds that come as overlays. Every second one of those that may be a texture too is one."""

SHARES: Mapping[str, int] = {
    "glb": 20, "gltf-zip": 12, "obj-zip": 12, "mesh-zip": 4, "draco": 8, "meshopt": 8, "ktx2": 7, "avif": 5, "png": 7,
    "jpeg": 6, "webp": 6, "hdr": 2, "exr": 3,
}  # fmt: skip
"""Of a hundred inputs: how many are of the kind."""


def case(seed: int, kind: str, number: int) -> Case:
    """The `number`-th input of the kind."""
    rng = random.Random(f"{seed} {kind} {number}")
    name = f"{kind}-{number}"
    if kind in MODELS:
        file_name, data = MODELS[kind](rng)
        return Case(name, kind, "model", file_name, data, _settings(rng, kind))
    data, way = _picture(rng, kind), OVERLAYS[kind]
    if way == "background" and number % 2:
        return Case(name, kind, "model", "model.glb", bases.textured(data, kind), _settings(rng, kind))
    return Case(name, kind, way, f"picture.{kind}", data, STILL)


def cases(seed: int, count: int) -> Iterator[Case]:
    """`count` inputs, each kind's share of them, mixed."""
    numbers = dict.fromkeys(SHARES, 0)
    order = [kind for kind, share in SHARES.items() for _ in range(share)]
    rng = random.Random(seed)
    for at in range(count):
        if at % len(order) == 0:
            rng.shuffle(order)
        kind = order[at % len(order)]
        yield case(seed, kind, numbers[kind])
        numbers[kind] += 1


STILL: Mapping[str, Any] = {"output": "image", "aspect": "1:1", "shadows": False}


def _settings(rng: random.Random, kind: str) -> dict[str, Any]:
    """A still mostly: it is drawn soonest. Videos and training sets have ways of their own through the renderer."""
    output = rng.choice(("image",) * 8 + ("video", "dataset"))
    chosen = {
        **STILL, "output": output, "length": 3, "shadows": rng.random() < 0.2, "reflector": rng.random() < 0.1,
        "transparent": rng.random() < 0.2, "tiltX": rng.choice((0, 0, 0, 45, -90)),
        "zoom": rng.choice((1, 1, 0.5, 2)),
    }  # fmt: skip
    if kind == "glb" and rng.random() < 0.3:
        chosen |= rng.choice(({"animation": "*"}, {"materialVariant": "Other"}))
    return chosen
