"""Programs that many materials share: few of them, and the same picture."""

import itertools
from typing import Any

import numpy as np
import pytest

from renderer.errors import ModelTooLarge
from renderer.gl.context import Device
from renderer.gl.resources import GpuScene
from renderer.passes import sharing
from renderer.passes.sharing import MOST_PROGRAMS, shared_defines
from renderer.scene.nodes import (
    AlphaMode,
    Clearcoat,
    DiffuseTransmission,
    Iridescence,
    Material,
    Node,
    Scene,
    Sheen,
    Specular,
    Transmission,
    Volume,
)
from tests.renderer.passes.scenes import flat_image, quad, scene_of, sphere, texture
from tests.renderer.passes.stage import picture, sloping_light

LAYERS: dict[str, Any] = {
    "clearcoat": Clearcoat(1.0, roughness_factor=0.2), "sheen": Sheen((0.8, 0.2, 0.2), roughness_factor=0.4),
    "iridescence": Iridescence(1.0), "diffuse_transmission": DiffuseTransmission(0.5),
    "transmission": Transmission(0.7), "volume": Volume(0.2), "specular": Specular(0.4),
}  # fmt: skip


def programs(device: Device, scene: Scene) -> list[dict[str, str]]:
    """The different ones."""
    gpu_scene = GpuScene(device, scene)
    try:
        found = shared_defines(gpu_scene.drawables).values()
    finally:
        gpu_scene.release()
    return [dict(each) for each in {tuple(sorted(one.items())) for one in found}]


def every_combination() -> list[Material]:
    return [
        Material(
            alpha_mode=alpha, double_sided=sides,
            **{name: layer for (name, layer), on in zip(LAYERS.items(), chosen, strict=True) if on},
        )
        for alpha in AlphaMode for sides in (False, True) for chosen in itertools.product((False, True), repeat=7)
    ]  # fmt: skip


def test_a_model_with_few_materials_has_programs_of_their_own(device: Device) -> None:
    scene = scene_of((quad(), Material()), (quad(), Material(clearcoat=LAYERS["clearcoat"])), (quad(), Material()))
    found = programs(device, scene)
    assert sorted("CLEARCOAT" in one for one in found) == [False, True]
    assert all("ANY_LAYERS" not in one for one in found)


def test_768_combinations_of_layers_take_a_dozen_programs(device: Device) -> None:
    materials = every_combination()
    assert len(materials) == 768
    found = programs(device, scene_of(*((quad(), material) for material in materials)))
    assert len(found) <= 12


def test_what_still_takes_too_many_programs_is_refused(device: Device) -> None:
    """Each texture is read at coordinates of its own set or of its own transform: no two materials are alike."""
    names = [f"{name}_texture" for name in ("base_color", "metallic_roughness", "normal", "occlusion", "emissive")]
    materials = []
    for chosen in itertools.product((0, 1, 2), repeat=len(names)):
        fields: dict[str, Any] = {name: texture(use - 1) for name, use in zip(names, chosen, strict=True) if use}
        materials.append(Material(emissive_factor=(1, 1, 1), **fields))
    images = [flat_image(9, 9, 9, 255), flat_image(9, 9, 9, 255, size=8)]
    with pytest.raises(ModelTooLarge, match=rf"need \d+ different shaders, and {MOST_PROGRAMS} are allowed"):
        programs(device, scene_of(*((quad(), material) for material in materials), images=images))


def test_too_many_ways_to_read_textures_are_refused(device: Device) -> None:
    """Software rasterisers compile a program anew for each."""
    ways = [
        {"wrap_s": wrap_s, "wrap_t": wrap_t, "min_filter": min_filter, "mag_filter": mag_filter}
        for wrap_s in (33071, 10497) for wrap_t in (33071, 10497)
        for min_filter in (9728, 9729) for mag_filter in (9728, 9729)
    ]  # fmt: skip
    materials = [
        Material(base_color_texture=texture(0, **base), emissive_texture=texture(1, **glow), emissive_factor=(1, 1, 1))
        for base in ways for glow in ways
    ]  # fmt: skip
    images = [flat_image(9, 9, 9, 255), flat_image(9, 9, 9, 255, size=8), flat_image(9, 9, 9, 255, size=7)]
    parts = [(quad(), material) for material in materials]
    assert len(programs(device, scene_of(*parts, images=images))) <= 2
    odd = Material(base_color_texture=texture(2), emissive_texture=texture(1), emissive_factor=(1, 1, 1))
    with pytest.raises(ModelTooLarge, match="textures in 257 ways, and 256 are allowed"):
        programs(device, scene_of(*parts, (quad(), odd), images=images))


def test_shared_programs_draw_the_same_picture(device: Device, monkeypatch: pytest.MonkeyPatch) -> None:
    """A ball without layers, one of half a metal, some with one or two, and one with all."""
    half_metal = Material(base_color_factor=(0.9, 0.5, 0.1, 1), metallic_factor=0.5, roughness_factor=0.4)
    alone = (("clearcoat",), ("sheen", "specular"), ("iridescence", "diffuse_transmission"), ("transmission",))
    fields = [{}, *({name: LAYERS[name] for name in names} for names in alone), LAYERS]
    materials = [half_metal, Material(unlit=True, base_color_factor=(0.2, 0.4, 0.6, 1))]
    materials += [Material(metallic_factor=0.1, roughness_factor=0.3, base_color_factor=(0.6, 0.4, 0.3, 0.8),
                           alpha_mode=AlphaMode.BLEND if number % 2 else AlphaMode.OPAQUE, **each)
                  for number, each in enumerate(fields)]
    places = [(x, y, 0.0) for y in (0.45, 0.15, -0.15, -0.45) for x in (-0.3, 0.0, 0.3)]
    nodes = [Node("", mesh=mesh, translation=place, scale=(0.3,) * 3)
             for mesh, place in zip(range(len(materials)), places, strict=False)]
    scene = scene_of(*((sphere(rings=12), material) for material in materials), nodes=nodes)

    own = programs(device, scene)
    expected = picture(device, scene, light=sloping_light(device))
    monkeypatch.setattr(sharing, "MOST_PROGRAMS", len(own) - 1)
    shared = programs(device, scene)
    together = picture(device, scene, light=sloping_light(device))
    assert len(shared) < len(own)
    assert expected[..., 3].any()
    assert np.abs(together.astype(int) - expected.astype(int)).max() <= 1
