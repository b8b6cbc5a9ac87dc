"""GLBs that become USDZ, what Pixar's library and an independent reader (tinyusdz) find there, and what must hold for
all of them."""

import dataclasses
import io
import struct
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import tinyusdz
from pxr import Usd, UsdGeom, UsdShade, UsdValidation

from renderer.arrays import UInt8
from renderer.convert.usdz.package import convert_to_usdz
from renderer.load import load_model
from renderer.scene.nodes import Scene
from tests.renderer.load.glb_builder import GlbBuilder, Json, encoded

SQUARE = ((0.0, 0.0, 0.0), (1.0, 0.0, 0.0), (1.0, 1.0, 0.0), (0.0, 1.0, 0.0))
UVS = ((0.0, 1.0), (1.0, 1.0), (1.0, 0.0), (0.0, 0.0))


@dataclasses.dataclass(frozen=True)
class Made:
    """A USDZ with the stage in it, and the scene it was made from."""

    path: Path
    notes: tuple[str, ...]
    scene: Scene
    stage: Any

    def of_type(self, kind: str) -> list[Any]:
        return [prim for prim in self.stage.Traverse() if prim.GetTypeName() == kind]

    @property
    def meshes(self) -> list[Any]:
        return [UsdGeom.Mesh(prim) for prim in self.of_type("Mesh")]

    def bounds(self) -> list[list[float]]:
        """The corners of what the stage shows first, in metres."""
        box = UsdGeom.BBoxCache(Usd.TimeCode.EarliestTime(), [UsdGeom.Tokens.default_])
        found = box.ComputeWorldBound(self.stage.GetPseudoRoot()).ComputeAlignedRange()
        return [list(found.GetMin()), list(found.GetMax())]

    @property
    def files(self) -> Mapping[str, bytes]:
        """All but the stage."""
        with zipfile.ZipFile(self.path) as archive:
            return {name: archive.read(name) for name in archive.namelist()[1:]}

    def surface(self, mesh: int = 0) -> "Surface":
        material = UsdShade.MaterialBindingAPI(self.meshes[mesh]).ComputeBoundMaterial()[0]
        return Surface(self, material.ComputeSurfaceSource()[0])


@dataclasses.dataclass(frozen=True)
class Surface:
    """What a mesh's UsdPreviewSurface is connected to."""

    made: Made
    shader: Any

    def has(self, name: str) -> bool:
        return bool(self.shader.GetInput(name))

    def value(self, name: str) -> Any:
        """A number, or a colour as a tuple, to six digits."""
        assert not self.shader.GetInput(name).HasConnectedSource()
        found = self.shader.GetInput(name).Get()
        return round(found, 6) if isinstance(found, float) else tuple(round(part, 6) for part in found)

    def texture(self, name: str) -> tuple[Any, str]:
        """The UsdUVTexture of an input, and which of its outputs that takes."""
        source, output, _ = self.shader.GetInput(name).GetConnectedSource()
        shader = UsdShade.Shader(source.GetPrim())
        assert shader.GetShaderId() == "UsdUVTexture"
        return shader, output

    def pixels(self, name: str) -> UInt8:
        """Of an input's image, as it is stored."""
        file = self.texture(name)[0].GetInput("file").Get().path
        return np.asarray(PIL.Image.open(io.BytesIO(self.made.files[file])))

    def st(self, name: str) -> str:
        """The primvar that an input's texture lies by."""
        source = UsdShade.Shader(self.texture(name)[0].GetInput("st").GetConnectedSource()[0].GetPrim())
        assert source.GetShaderId() == "UsdPrimvarReader_float2"
        found: str = source.GetInput("varname").Get()
        return found


def make(folder: Path, model: GlbBuilder | Path) -> Made:
    """The USDZ of a model; all that every USDZ must have is checked."""
    source = model if isinstance(model, Path) else model.save(folder)
    target = folder / f"model {len(list(folder.iterdir()))}.usdz"  # usd-core keeps what it has read under a name
    notes = convert_to_usdz(source, target)
    made = Made(target, notes, load_model(source), Usd.Stage.Open(str(target)))
    assert complaints(made.stage) == []
    check_package(target)
    check_stage(made)
    return made


def complaints(stage: Any) -> list[str]:
    """What usd-core's validators, all thirty of them, find wrong."""
    validators = UsdValidation.ValidationRegistry().GetOrLoadAllValidators()
    found = UsdValidation.ValidationContext(validators).Validate(stage)
    return [f"{error.GetName()}: {error.GetMessage()}" for error in found]


def check_package(path: Path) -> None:
    """The USDZ File Format Specification: nothing compressed, data at multiples of 64 bytes, the stage first."""
    data = path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        entries = archive.infolist()
    assert entries[0].filename == "model.usdc"
    for entry in entries:
        name, extra = struct.unpack_from("<HH", data, entry.header_offset + 26)
        assert entry.compress_type == zipfile.ZIP_STORED
        assert (entry.header_offset + 30 + name + extra) % 64 == 0
        assert Path(entry.filename).suffix in (".usdc", ".png", ".jpg")


def check_stage(made: Made) -> None:
    """What AR viewers need to show something, and what an independent reader finds in it."""
    stage = made.stage
    assert (UsdGeom.GetStageUpAxis(stage), UsdGeom.GetStageMetersPerUnit(stage)) == ("Y", 1.0)
    assert stage.GetDefaultPrim().GetPath() == "/Root"
    for mesh in made.meshes:
        points = np.array(mesh.GetPointsAttr().Get())
        np.testing.assert_allclose(mesh.GetExtentAttr().Get(), (points.min(axis=0), points.max(axis=0)), rtol=1e-6)
    for data in made.files.values():
        with PIL.Image.open(io.BytesIO(data)) as picture:
            assert max(picture.size) <= 2048
            assert picture.mode != "RGBA" or np.asarray(picture)[..., 3].min() < 255
    read = render_scene(made.path)
    assert triangles(read) == sum(len(mesh.GetFaceVertexCountsAttr().Get()) for mesh in made.meshes)


def render_scene(path: Path) -> Any:
    """The package as tinyusdz reads it."""
    return tinyusdz.tydra.convert_to_render_scene(tinyusdz.load_bytes(path.read_bytes()))


def triangles(read: Any) -> int:
    counts = [np.asarray(mesh.face_vertex_counts) for mesh in read.meshes()]
    assert all((count == 3).all() for count in counts)
    return sum(map(len, counts))


def square(material: Json | None = None, **attributes: object) -> GlbBuilder:
    """Two triangles in the xy plane that face z, with TEXCOORD_0; `attributes` are further ones by name. The material,
    if there is one, may use textures that are added to the builder later."""
    builder = GlbBuilder()
    named: dict[str, Any] = {"POSITION": SQUARE, "TEXCOORD_0": UVS, "NORMAL": [(0, 0, 1)] * 4} | attributes
    primitive: Json = {
        "attributes": {name: builder.add_accessor(values) for name, values in named.items()},
        "indices": builder.add_accessor((0, 1, 2, 0, 2, 3), "uint16"),
    }
    if material is not None:
        primitive["material"] = builder.add("materials", material)
    builder.show(builder.add_mesh(primitive))
    return builder


def picture(*color: int, size: int = 4) -> bytes:
    return encoded(PIL.Image.new({1: "L", 3: "RGB", 4: "RGBA"}[len(color)], (size, size), color))


def gradient(size: int = 16) -> UInt8:
    """RGBA that differs in all channels."""
    x, y = np.meshgrid(np.arange(size), np.arange(size))
    scale = 255 // (size - 1)
    return np.stack((x * scale, y * scale, (x + y) * scale // 2, 255 - x * scale), axis=2).astype(np.uint8)
