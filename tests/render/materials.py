"""What materials can do, each as one small model: the table of the goldens of materials."""

from collections.abc import Callable

from tests.render.exhibits import balls, chart, checker, ramp, signs, studs
from tests.renderer.load.glb_builder import Json

RED, BLUE, GOLD = (0.72, 0.06, 0.05, 1), (0.05, 0.16, 0.55, 1), (1.0, 0.72, 0.3, 1)
WHITE, GREY = (0.9, 0.9, 0.9, 1), (0.35, 0.35, 0.35, 1)
CHART = {"index": 0}
STRONG = {"emissiveStrength": 3}


def pbr(color: tuple[float, ...] = WHITE, metallic: float = 0.0, roughness: float = 0.4, **fields: object) -> Json:
    """A material of glTF's core; `fields` beside the metallic-roughness object."""
    surface = {"baseColorFactor": list(color), "metallicFactor": metallic, "roughnessFactor": roughness}
    return {"pbrMetallicRoughness": surface} | fields


def charted(**fields: object) -> Json:
    """The chart as base colour; `fields` beside it."""
    return {"pbrMetallicRoughness": {"baseColorTexture": CHART, "metallicFactor": 0, "roughnessFactor": 0.8}} | fields


def layered(name: str, *layers: Json, **plain: object) -> list[Json]:
    """One material for each object of the extension KHR_materials_`name`."""
    return [pbr(**plain, extensions={f"KHR_materials_{name}": layer}) for layer in layers]  # type: ignore[arg-type]


def mapped(**transform: object) -> Json:
    """The chart, moved by KHR_texture_transform."""
    reference = CHART | {"extensions": {"KHR_texture_transform": transform}}
    return {"pbrMetallicRoughness": {"baseColorTexture": reference, "metallicFactor": 0, "roughnessFactor": 0.8}}


def glass(volume: Json, roughness: float = 0.0, dispersion: float = 0.0) -> Json:
    extensions: Json = {"KHR_materials_transmission": {"transmissionFactor": 1}, "KHR_materials_volume": volume}
    if dispersion:
        extensions["KHR_materials_dispersion"] = {"dispersion": dispersion}
    return pbr((1, 1, 1, 1), roughness=roughness, extensions=extensions)


def glossy(color: list[float], specular: list[float], glossiness: float) -> Json:
    fields = {"diffuseFactor": color, "specularFactor": specular, "glossinessFactor": glossiness}
    return {"extensions": {"KHR_materials_pbrSpecularGlossiness": fields}}


MATERIALS: dict[str, Callable[[], bytes]] = {
    "metallic-roughness": lambda: balls(
        pbr(RED, 0, 0.1), pbr(RED, 0, 0.7), pbr(GOLD, 1, 0.1), pbr(GOLD, 1, 0.5)),
    "metallic-roughness-texture": lambda: balls(
        *[{"pbrMetallicRoughness": {"metallicRoughnessTexture": {"index": 0}, "baseColorFactor": list(color),
                                    "metallicFactor": metallic, "roughnessFactor": roughness}}
          for color, metallic, roughness in ((GOLD, 1, 1), (GOLD, 1, 0.4), (BLUE, 0, 1), (RED, 0.5, 1))],
        pictures=[ramp((255, 255), (20, 255), (0, 255))]),
    "base-color-texture": lambda: signs(
        charted(), charted(alphaMode="MASK"), charted(emissiveFactor=[0.1, 0.1, 0.1]),
        {"pbrMetallicRoughness": {"baseColorTexture": CHART, "baseColorFactor": [1, 0.4, 0.4, 1], "metallicFactor": 0}},
        pictures=[chart()]),
    "samplers": lambda: signs(
        *[{"pbrMetallicRoughness": {"baseColorTexture": {
            "index": index, "extensions": {"KHR_texture_transform": {"scale": [2, 2], "offset": [-0.5, -0.5]}}},
            "metallicFactor": 0}} for index in range(4)],
        pictures=[chart(16)] * 4,
        samplers=[{"wrapS": 10497, "wrapT": 10497}, {"wrapS": 33648, "wrapT": 33648, "magFilter": 9729},
                  {"wrapS": 33071, "wrapT": 10497}, {"magFilter": 9728, "minFilter": 9728}]),
    "normal-texture": lambda: balls(
        *[pbr(GREY, roughness=0.3, normalTexture={"index": 0, "scale": scale}) for scale in (0, 0.5, 1, 2)],
        pictures=[studs()]),
    "occlusion-texture": lambda: balls(
        *[pbr(WHITE, roughness=0.3, occlusionTexture={"index": 0, "strength": strength})
          for strength in (0, 0.35, 0.7, 1)],
        pictures=[ramp((0, 255), (255, 255), (255, 255))]),
    "emissive": lambda: balls(
        pbr(GREY, emissiveFactor=[0.5, 0.1, 0]), pbr(GREY, emissiveFactor=[1, 1, 1], emissiveTexture={"index": 0}),
        pbr(GREY, emissiveFactor=[0.2, 0.5, 1], extensions={"KHR_materials_emissive_strength": STRONG}),
        pbr(GREY), pictures=[checker(8, (0, 0, 0), (255, 96, 16))]),
    "alpha-modes": lambda: signs(
        pbr((*RED[:3], 0.4), alphaMode="OPAQUE"), pbr((*RED[:3], 0.4), alphaMode="BLEND"),
        *[{"pbrMetallicRoughness": {"baseColorTexture": {"index": 0}, "metallicFactor": 0}, "alphaMode": "MASK",
           "alphaCutoff": cutoff} for cutoff in (0.2, 0.6)],
        pictures=[checker(6, (70, 130, 80, 255), (70, 130, 80, 120), (70, 130, 80, 20))], panel=True),
    "blended-balls": lambda: balls(
        *[pbr((*BLUE[:3], alpha), roughness=0.1, alphaMode="BLEND", doubleSided=double)
          for alpha, double in ((0.15, False), (0.5, False), (0.15, True), (0.5, True))], panel=True),
    "double-sided": lambda: signs(
        charted(), charted(), charted(doubleSided=True), charted(doubleSided=True), pictures=[chart()], turned=True),
    "texture-transform": lambda: signs(
        mapped(offset=[0.25, 0.25]), mapped(rotation=0.5), mapped(scale=[2, 3]),
        mapped(offset=[0.5, 0], rotation=0.785398, scale=[1.4, 1.4]), pictures=[chart()]),
    "unlit": lambda: balls(
        *[{"pbrMetallicRoughness": {"baseColorFactor": list(color)}, "extensions": {"KHR_materials_unlit": {}}}
          for color in (RED, WHITE, BLUE)],
        charted(extensions={"KHR_materials_unlit": {}}), pictures=[chart()]),
    "ior": lambda: balls(*layered("ior", *({"ior": ior} for ior in (1.0, 1.33, 1.8, 2.42)), color=BLUE, roughness=0.1)),
    "specular": lambda: balls(*layered(
        "specular", {"specularFactor": 0}, {"specularFactor": 0.5}, {},
        {"specularColorFactor": [4, 1.6, 0.4]}, color=BLUE, roughness=0.15)),
    "clearcoat": lambda: balls(*layered(
        "clearcoat", {}, {"clearcoatFactor": 0.5}, {"clearcoatFactor": 1},
        {"clearcoatFactor": 1, "clearcoatRoughnessFactor": 0.5}, color=RED, metallic=0.6, roughness=0.7)),
    "clearcoat-textures": lambda: balls(*layered(
        "clearcoat", {"clearcoatFactor": 1, "clearcoatTexture": {"index": 1}},
        {"clearcoatFactor": 1, "clearcoatRoughnessFactor": 1, "clearcoatRoughnessTexture": {"index": 1}},
        {"clearcoatFactor": 1, "clearcoatNormalTexture": {"index": 0}},
        {"clearcoatFactor": 1}, color=BLUE, metallic=0.4, roughness=0.6, normalTexture={"index": 0}),
        pictures=[studs(), ramp((0, 255), (0, 255), (0, 0))]),
    "sheen": lambda: balls(*layered(
        "sheen", {}, {"sheenColorFactor": [0.9, 0.5, 0.9], "sheenRoughnessFactor": 0.25},
        {"sheenColorFactor": [0.9, 0.5, 0.9], "sheenRoughnessFactor": 0.5},
        {"sheenColorFactor": [1, 1, 1], "sheenRoughnessFactor": 1}, color=(0.2, 0.03, 0.1, 1), roughness=0.9)),
    "anisotropy": lambda: balls(*layered(
        "anisotropy", {}, {"anisotropyStrength": 0.8}, {"anisotropyStrength": 0.8, "anisotropyRotation": 1.5708},
        {"anisotropyStrength": 1, "anisotropyRotation": 0.7854}, color=(0.8, 0.8, 0.82, 1), metallic=1, roughness=0.35,
        normalTexture={"index": 0, "scale": 0}), pictures=[studs()]),
    "iridescence": lambda: balls(*layered(
        "iridescence", {}, {"iridescenceFactor": 1, "iridescenceThicknessMaximum": 300},
        {"iridescenceFactor": 1, "iridescenceThicknessMaximum": 550},
        {"iridescenceFactor": 1, "iridescenceThicknessMinimum": 200, "iridescenceThicknessMaximum": 800,
         "iridescenceThicknessTexture": {"index": 0}}, color=(0.4, 0.4, 0.42, 1), metallic=1, roughness=0.15),
        pictures=[ramp((255, 255), (0, 255), (0, 0))]),
    "transmission": lambda: balls(
        *[pbr((0.95, 0.85, 0.6, 1), roughness=roughness,
              extensions={"KHR_materials_transmission": {"transmissionFactor": factor}})
          for factor, roughness in ((0.5, 0.0), (1, 0.0), (1, 0.25), (1, 0.5))], panel=True),
    "volume": lambda: balls(
        glass({"thicknessFactor": 0.6}),
        glass({"thicknessFactor": 0.8, "attenuationDistance": 0.5, "attenuationColor": [0.3, 0.8, 0.5]}),
        glass({"thicknessFactor": 0.8, "attenuationDistance": 0.15, "attenuationColor": [0.3, 0.8, 0.5]}),
        glass({"thicknessFactor": 0.8, "attenuationDistance": 0.5, "attenuationColor": [0.9, 0.5, 0.2]}, 0.3),
        panel=True),
    "dispersion": lambda: balls(
        *[glass({"thicknessFactor": 0.8}, dispersion=spread) for spread in (0, 1, 3, 8)], panel=True),
    "diffuse-transmission": lambda: signs(*layered(
        "diffuse_transmission", {}, {"diffuseTransmissionFactor": 0.5},
        {"diffuseTransmissionFactor": 1}, {"diffuseTransmissionFactor": 1, "diffuseTransmissionColorFactor": RED[:3]},
        roughness=0.9)),
    "specular-glossiness": lambda: balls(
        glossy([0.7, 0.1, 0.1, 1], [0.04] * 3, 0.9), glossy([0.7, 0.1, 0.1, 1], [0.04] * 3, 0.3),
        glossy([0, 0, 0, 1], [1, 0.72, 0.3], 0.85), glossy([0.1, 0.2, 0.5, 1], [0.3, 0.3, 0.3], 0.6)),
}
