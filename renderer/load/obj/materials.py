"""The materials that an OBJ's faces name, looked up in its MTL files, as glTF materials: matte, roughness 1.

What no file defines is white; but the grey of other models that say nothing where no file came along at all.
"""

import posixpath
from collections.abc import Sequence

import pygltflib

from renderer.errors import ModelTooLarge, ResourceMissing
from renderer.gltf.builder import GltfBuilder
from renderer.load import limits
from renderer.load.fields import printable
from renderer.load.files import LoneFile, ModelFiles
from renderer.load.limits import Budget
from renderer.load.obj.files import Directory, image_for_gltf
from renderer.load.obj.mtl import MapKd, ObjMaterial, read_mtl
from renderer.load.single_mesh import GREY


class Materials:
    """Writes the materials that primitives ask for into `gltf`, each once.

    `libraries` are the arguments of the OBJ's mtllib statements.
    """

    def __init__(self, files: ModelFiles, libraries: Sequence[str], gltf: GltfBuilder, warnings: list[str]) -> None:
        self._files = files
        self._alone = isinstance(files, LoneFile)
        self._directory = Directory(files)
        self._gltf = gltf
        self._warnings = warnings
        self._budget = Budget()
        self._library = self._read(libraries)
        self._materials: dict[tuple[str, bool], int] = {}
        self._textures: dict[tuple[str, bool], int] = {}

    def get(self, name: str) -> ObjMaterial:
        """Where none of that name is defined, one that says nothing."""
        if self._alone:
            return ObjMaterial(name, "", (GREY, GREY, GREY))
        return self._library.get(name, ObjMaterial(name, ""))

    def use(self, name: str, *, colored: bool) -> int:
        """The index of the glTF material; `colored` where vertex colours take the place of Kd.

        Raises ResourceMissing for a texture that isn't in the archive.
        """
        if (name, colored) not in self._materials:
            if name and name not in self._library and not self._alone:
                self._warnings.append(f"material {printable(name)!r} is defined nowhere: it becomes a white one")
            self._materials[name, colored] = self._gltf.add(self._entry(self.get(name), colored))
        return self._materials[name, colored]

    def _read(self, libraries: Sequence[str]) -> dict[str, ObjMaterial]:
        """The materials of all MTL files that are named; where none of them is there, of the archive's only MTL."""
        if self._alone:
            if libraries:
                names = ", ".join(repr(printable(name)) for name in libraries[: limits.MTL_FILES])
                self._warnings.append(f"the materials, in {names}, did not come along: send the OBJ in a ZIP with them")
            return {}
        folder = posixpath.dirname(self._files.model)
        files: dict[str, None] = {}  # in order, each once
        missing: list[str] = []
        for argument in dict.fromkeys(libraries):
            whole = self._directory.find(argument.strip('"'), folder)  # a name may hold spaces
            for name in [argument] if whole else argument.split()[: limits.MTL_FILES]:
                found = whole or self._directory.find(name.strip('"'), folder)
                if found:
                    files[found] = None
                else:
                    missing.append(name)
        if len(files) + len(missing) > limits.MTL_FILES:
            raise ModelTooLarge(f"{printable(self._files.model)} names more than {limits.MTL_FILES} material files")
        present = [name for name in self._files if name.lower().endswith(".mtl")]
        if not files and len(present) == 1:
            files[present[0]] = None
        else:
            self._warnings += [f"the material file {printable(name)!r} is not in the ZIP" for name in missing]
        library: dict[str, ObjMaterial] = {}
        for file in files:
            data = self._files.read(file)
            self._budget.take("bytes of material files", len(data), limits.MTL_BYTES, printable(file))
            library = read_mtl(data, file, self._warnings) | library
        return library

    def _entry(self, material: ObjMaterial, colored: bool) -> pygltflib.Material:
        color = (1.0, 1.0, 1.0) if colored or material.texture else material.color
        surface = pygltflib.PbrMetallicRoughness(baseColorFactor=[*color, material.opacity], metallicFactor=0.0)
        if material.texture:
            surface.baseColorTexture = self._texture_info(material, material.texture)
        return pygltflib.Material(
            name=printable(material.name), pbrMetallicRoughness=surface,
            alphaMode=pygltflib.BLEND if material.opacity < 1 or material.masked else pygltflib.OPAQUE,
            doubleSided=True,  # OBJ knows no back faces, and scans are rarely closed
        )

    def _texture_info(self, material: ObjMaterial, texture: MapKd) -> pygltflib.TextureInfo:
        file = self._directory.find(texture.name, posixpath.dirname(material.file))
        if file is None:
            raise ResourceMissing(
                f'texture "{printable(texture.name)}", named by material "{printable(material.name)}" in '
                f"{printable(posixpath.basename(material.file))}, is not in the ZIP"
            )
        info = pygltflib.TextureInfo(index=self._texture(file, texture.clamped))
        if (texture.scale, texture.offset) != ((1.0, 1.0), (0.0, 0.0)):
            # glTF's v points down: 1 - (s (1 - v) + o) = s v + (1 - s - o)
            offset = [texture.offset[0], 1.0 - texture.scale[1] - texture.offset[1]]
            info.extensions = {"KHR_texture_transform": {"offset": offset, "scale": list(texture.scale)}}
        return info

    def _texture(self, file: str, clamped: bool) -> int:
        if (file, clamped) not in self._textures:
            data = self._files.read(file)
            self._budget.take("bytes of textures", len(data), limits.RESOURCE_BYTES, printable(file))
            wrap = pygltflib.CLAMP_TO_EDGE if clamped else pygltflib.REPEAT
            sampler = pygltflib.Sampler(
                magFilter=pygltflib.LINEAR, minFilter=pygltflib.LINEAR_MIPMAP_LINEAR, wrapS=wrap, wrapT=wrap
            )
            name = printable(file)
            image = self._gltf.add_image(image_for_gltf(data, name, self._budget), name)
            texture = pygltflib.Texture(sampler=self._gltf.add(sampler), source=image)
            self._textures[file, clamped] = self._gltf.add(texture)
        return self._textures[file, clamped]
