"""Skins and animation clips (glTF 2.0, sections 3.7.3.3 and 3.11)."""

from collections.abc import Mapping

import numpy as np

from renderer.arrays import Float32
from renderer.checkpoints import checkpoint
from renderer.errors import InvalidModel, ModelTooLarge
from renderer.load import limits
from renderer.load.accessors import Accessors
from renderer.load.fields import Fields
from renderer.load.limits import Budget
from renderer.load.pointers import Target, pointed_at
from renderer.scene.nodes import Channel, Clip, Interpolation, Material, Path, Scene, Skin

WIDTHS: dict[Path, int] = {"translation": 3, "rotation": 4, "scale": 3, "visible": 1}
INTERPOLATIONS: dict[str, Interpolation] = {"STEP": "STEP", "LINEAR": "LINEAR", "CUBICSPLINE": "CUBICSPLINE"}
PATHS: dict[str, Path] = {"translation": "translation", "rotation": "rotation", "scale": "scale", "weights": "weights"}


def read_skin(fields: Fields, accessors: Accessors, node_count: int, budget: Budget) -> Skin:
    joints = fields.indices("joints", node_count)
    if not joints:
        raise fields.wrong("joints", "a list of at least one node")
    budget.take("joints", len(joints), limits.SKIN_JOINTS, fields.path)
    index = fields.optional_index("inverseBindMatrices", len(accessors))
    if index is None:
        return Skin(joints, np.broadcast_to(np.eye(4), (len(joints), 4, 4)).copy())
    found = accessors.floats(index, f"{fields.path}.inverseBindMatrices", (16,))
    if len(found) < len(joints):
        raise InvalidModel(f"{fields.path}.inverseBindMatrices has {len(found)} matrices for {len(joints)} joints")
    if np.abs(found).max() > limits.COORDINATE:
        raise InvalidModel(f"{fields.path}.inverseBindMatrices has numbers beyond {limits.COORDINATE:g}")
    matrices = found[: len(joints)].astype(np.float64).reshape(-1, 4, 4).transpose(0, 2, 1).copy()
    matrices[:, 3] = (0.0, 0.0, 0.0, 1.0)
    return Skin(joints, matrices)


def read_clips(
    root: Fields, accessors: Accessors, scene: Scene, materials: Mapping[int, int], budget: Budget
) -> tuple[list[Clip], dict[str, str]]:
    """All animations, with the channels that change something this renderer draws; and by name, what is wrong with
    those that can't be read. Nobody may have asked for these, so that the model is drawn, with a warning.

    Channels without a target, and morph weights of nodes that draw no morphed mesh, are left out; so are, with a
    warning, pointers to what can't be animated. Node meshes must be indices into the scene's by now; `materials` has
    the indices of the scene's materials by those of the file.
    """
    clips, broken = [], dict[str, str]()
    for number, fields in enumerate(root.children("animations")):
        name = fields.name(f"animation {number}")
        try:
            samplers, channel_fields = fields.children("samplers"), fields.children("channels")
            if len(channel_fields) > limits.CHANNELS:
                raise ModelTooLarge(
                    f"{fields.path} has {len(channel_fields):,} channels, and {limits.CHANNELS:,} are allowed"
                )
            read = (_read_channel(item, samplers, root, accessors, scene, materials, budget) for item in channel_fields)
            clips.append(Clip(name, [channel for channel in read if channel is not None]))
        except InvalidModel as error:
            broken.setdefault(name, str(error))
            scene.warnings.append(f'the animation "{name}" is left out: {error}')
    return clips, broken


def _read_channel(
    fields: Fields, samplers: list[Fields], root: Fields, accessors: Accessors, scene: Scene,
    materials: Mapping[int, int], budget: Budget,
) -> Channel | None:
    checkpoint()
    sampler = samplers[fields.index("sampler", len(samplers))]
    target = _target(fields.required_child("target"), root, scene, materials)
    if target is None:
        return None
    path, width = target.path, target.width
    if path != "material":
        mesh = scene.nodes[target.index].mesh
        width = len(scene.meshes[mesh].weights) if path == "weights" and mesh is not None else WIDTHS.get(path, 0)
    if not width:
        return None
    interpolation = INTERPOLATIONS.get(sampler.string("interpolation", "LINEAR"))
    if interpolation is None:
        raise sampler.wrong("interpolation", "one of " + ", ".join(INTERPOLATIONS))
    times = _times(sampler, accessors)
    budget.take("keyframes", len(times), limits.KEYFRAMES, sampler.path)
    values = _values(sampler, accessors, path, interpolation, len(times), width)
    if target.attribute == "emissive_factor":
        _keep_emission(scene.materials[target.index])
    if target.factor != 1:  # channels share a sampler's numbers
        budget.take_bytes(values.nbytes, fields.path)
        values = values * np.float32(target.factor)
    return Channel(target.index, path, interpolation, times, values, target.attribute)


def _target(fields: Fields, root: Fields, scene: Scene, materials: Mapping[int, int]) -> Target | None:
    """What a channel animates; None where that is nothing that is drawn."""
    path = fields.string("path")
    if path == "pointer":
        found = pointed_at(fields, root, materials, scene.materials)
        if found is None:
            scene.warnings.append(f"what {fields.path} points at stands still: it can't be animated here")
        return found
    node, known = fields.optional_index("node", len(scene.nodes)), PATHS.get(path)
    return None if node is None or known is None else Target(node, known)


def _keep_emission(material: Material) -> None:
    """Marks a material whose emission is 0 at first but animated, so that its emissive texture is not dropped."""
    if not any(material.emissive_factor):
        material.emissive_factor = (1e-9, 1e-9, 1e-9)


def _times(sampler: Fields, accessors: Accessors) -> Float32:
    user = f"{sampler.path}.input"
    times = accessors.floats(sampler.index("input", len(accessors)), user, (1,))[:, 0]
    if times[0] < 0 or times[-1] > limits.COORDINATE or (np.diff(times) < 0).any():
        raise InvalidModel(f"{user} must be rising times from 0 on")
    return times


def _values(
    sampler: Fields, accessors: Accessors, path: Path, interpolation: Interpolation, keys: int, width: int
) -> Float32:
    """(k, width), or (k, 3, width) for CUBICSPLINE. Weights come as scalars, `width` in a row per keyframe."""
    user = f"{sampler.path}.output"
    found = accessors.floats(sampler.index("output", len(accessors)), user, (1,) if path == "weights" else (width,))
    per_key = 3 if interpolation == "CUBICSPLINE" else 1
    if found.size != keys * per_key * width:
        raise InvalidModel(f"{user} has {found.size} numbers; {keys} keyframes need {keys * per_key * width}")
    if np.abs(found).max() > limits.COORDINATE:
        raise InvalidModel(f"{user} has numbers beyond {limits.COORDINATE:g}")
    return found.reshape((keys, 3, width) if per_key == 3 else (keys, width))
