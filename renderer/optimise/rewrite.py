"""A document and what is left of its triangles -> here -> the same document with these, and all else as it was.

No entry of a list moves: a new accessor takes the place of one that only parts used, a new buffer view that of one that
only such accessors used, and what is more is appended. So references in extensions that this renderer doesn't know stay
right. Buffer views that were compressed are stored decoded.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from renderer.gltf.glb import Json
from renderer.load.draco import NAME as DRACO
from renderer.load.instancing import NAME as INSTANCING
from renderer.optimise.draco import Stream, Streams
from renderer.optimise.draft import ARRAY_BUFFER, ELEMENT_ARRAY_BUFFER, Draft, remove_extensions
from renderer.optimise.rest import Rest

UNSIGNED_SHORT, UNSIGNED_INT = 5123, 5125
_SMALLEST_VIEW = 4  # bytes, of a view that nothing is left for
_RESTART = 65535
"""As an index of 16 bits it would restart a primitive."""


def rewrite(draft: Draft, rests: Sequence[Rest], streams: Streams) -> list[Json]:
    """Puts what is left of all parts in place of what was there; the primitives that draw it. A primitive of which
    nothing is left goes, and a mesh without primitives, too. `streams` has parts, by their numbers, as Draco has them.
    """
    document = draft.document
    own = {place for rest in rests for place in rest.part.primitives}
    primitives = {(mesh, number): primitive for mesh, fields in enumerate(document["meshes"])
                  for number, primitive in enumerate(fields.get("primitives", ()))}
    slots = _Slots(draft, [primitives[place] for place in own],
                   [primitive for place, primitive in primitives.items() if place not in own])
    left = []
    for number, rest in enumerate(rests):
        if len(rest.indices):
            drawing = [primitives[place] for place in rest.part.primitives]
            _put(draft, slots, rest, drawing, streams.get(number))
            left += drawing
    if streams:
        draft.require(DRACO)
    slots.clear()
    _remove(document, {place for rest in rests if not len(rest.indices) for place in rest.part.primitives})
    return left


def _put(draft: Draft, slots: "_Slots", rest: Rest, primitives: Iterable[Json], stream: Stream | None) -> None:
    accessors = draft.document["accessors"]
    kept = rest if stream is None else Rest(rest.part, stream.attributes, stream.indices)
    made: dict[int, int] = {}  # one accessor may serve as two attributes
    for name, rows in kept.attributes.items():
        former = rest.part.attributes[name][0]
        if former not in made:
            made[former] = slots.accessor(former)
            draft.put(made[former], rows, ARRAY_BUFFER, slots.view() if stream is None else None)
    indices = slots.accessor(rest.part.index_accessor)
    narrow = int(kept.indices.max()) < _RESTART
    accessors[indices] |= {"componentType": UNSIGNED_SHORT if narrow else UNSIGNED_INT, "type": "SCALAR"}
    rows = kept.indices.reshape(-1, 1)
    draft.put(indices, rows, ELEMENT_ARRAY_BUFFER, slots.view() if stream is None else None)
    packed = None if stream is None else {
        "bufferView": draft.put_bytes(stream.data, slots.view()), "attributes": stream.identifiers
    }
    for primitive in primitives:
        primitive.pop("mode", None)
        primitive["indices"] = indices
        for owner in (primitive["attributes"], *primitive.get("targets", ())):
            owner.update({semantic: made[accessor] for semantic, accessor in owner.items()})
        if packed is not None:
            primitive.setdefault("extensions", {})[DRACO] = packed


class _Slots:
    """Where new accessors and buffer views go: in the place of those that only the parts' primitives used."""

    def __init__(self, draft: Draft, own: Sequence[Json], others: Sequence[Json]) -> None:
        self._draft = draft
        document = draft.document
        accessors = document["accessors"]
        packed = {primitive["extensions"][DRACO]["bufferView"] for primitive in own
                  if DRACO in primitive.get("extensions", {})}
        for primitive in own:
            remove_extensions(primitive, (DRACO,))
        elsewhere = {index for primitive in others for index in of_primitive(primitive)} | set(_of_others(document))
        self._free = {index for primitive in own for index in of_primitive(primitive)} - elsewhere
        kept = [accessor for index, accessor in enumerate(accessors) if index not in self._free]
        shared = set(_views({**document, "accessors": kept}))
        freed = set(_views([accessors[index] for index in self._free])) | packed
        self._free_views = sorted(freed - shared, reverse=True)

    def accessor(self, former: int | None) -> int:
        """The number of an accessor to be filled, which says of itself what the `former` one does but for its data."""
        accessors = self._draft.document["accessors"]
        if former is not None and former in self._free:
            self._free.remove(former)
            return former
        accessors.append({} if former is None else dict(accessors[former]))
        return len(accessors) - 1

    def view(self) -> int:
        return self._free_views.pop() if self._free_views else len(self._draft.views)

    def clear(self) -> None:
        """What is free still loses its data, but not its number."""
        for index in self._free:
            accessor = self._draft.document["accessors"][index]
            self._draft.document["accessors"][index] = {
                "componentType": accessor["componentType"], "type": accessor["type"], "count": 1,
            }
        while self._free_views and self._free_views[0] == len(self._draft.views) - 1:  # the last of all
            del self._free_views[0], self._draft.views[-1], self._draft.document["bufferViews"][-1]
        for view in self._free_views:
            self._draft.put_bytes(bytes(_SMALLEST_VIEW), view)


def of_primitive(primitive: Json) -> Iterator[int]:
    """The accessors that a primitive refers to."""
    yield from primitive["attributes"].values()
    for target in primitive.get("targets", ()):
        yield from target.values()
    if "indices" in primitive:
        yield primitive["indices"]


def _of_others(document: Json) -> Iterator[int]:
    """The accessors that what is no primitive refers to."""
    for animation in document["animations"]:
        for sampler in animation.get("samplers", ()):
            yield from (sampler["input"], sampler["output"])
    for skin in document["skins"]:
        if "inverseBindMatrices" in skin:
            yield skin["inverseBindMatrices"]
    for node in document["nodes"]:
        yield from node.get("extensions", {}).get(INSTANCING, {}).get("attributes", {}).values()


def _views(value: Any) -> Iterator[int]:
    """The buffer views that a JSON value refers to, extensions included: they all call it by this key."""
    if isinstance(value, dict):
        for key, each in value.items():
            if key == "bufferView" and isinstance(each, int):
                yield each
            else:
                yield from _views(each)
    elif isinstance(value, list):
        for each in value:
            yield from _views(each)


def _remove(document: Json, gone: set[tuple[int, int]]) -> None:
    """Removes the primitives `gone`, and meshes that have no others, with what nodes say of those."""
    if not gone:
        return
    for mesh, fields in enumerate(document["meshes"]):
        fields["primitives"] = [primitive for number, primitive in enumerate(fields.get("primitives", ()))
                                if (mesh, number) not in gone]
    kept = [mesh for mesh, fields in enumerate(document["meshes"]) if fields["primitives"]]
    numbers = {mesh: number for number, mesh in enumerate(kept)}
    document["meshes"] = [document["meshes"][mesh] for mesh in kept]
    bare = set()
    for index, node in enumerate(document["nodes"]):
        mesh = node.get("mesh")
        if mesh in numbers:
            node["mesh"] = numbers[mesh]
        elif mesh is not None:
            bare.add(index)
            for key in ("mesh", "skin", "weights"):
                node.pop(key, None)
            remove_extensions(node, (INSTANCING,))
    for animation in document["animations"]:
        animation["channels"] = [
            channel for channel in animation.get("channels", ())
            if channel["target"].get("path") != "weights" or channel["target"].get("node") not in bare
        ]
    document["animations"] = [animation for animation in document["animations"] if animation["channels"]]
