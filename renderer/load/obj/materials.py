"""The materials that an OBJ's faces name, looked up in its MTL files, as glTF materials: matte (roughness 1) unless the
file says otherwise, as those of scans don't.

What no file defines is white; but the grey of other models that say nothing where no file came along at all.
"""

import posixpath
from collections.abc import Sequence

import pygltflib

from renderer.errors import ModelTooLarge
from renderer.gltf.builder import GltfBuilder
from renderer.load import limits
from renderer.load.fields import printable
from renderer.load.files import LoneFile, ModelFiles
from renderer.load.limits import Budget
from renderer.load.obj.files import Directory
from renderer.load.obj.mtl import ObjMaterial, read_mtl, without_number
from renderer.load.obj.textures import Shown, Textures
from renderer.load.single_mesh import GREY


class Materials:
    """Writes the materials that primitives ask for into `gltf`, each once.

    `libraries` are the arguments of the OBJ's mtllib statements; `named` says whether its faces name materials.
    """

    def __init__(
        self, files: ModelFiles, libraries: Sequence[str], gltf: GltfBuilder, warnings: list[str], *, named: bool
    ) -> None:
        self._files = files
        self._alone = isinstance(files, LoneFile)
        self._directory = Directory(files)
        self._gltf = gltf
        self._warnings = warnings
        self._budget = Budget()
        self._library = self._read(libraries)
        if not named and len(self._library) == 1:
            [(name, only)] = self._library.items()
            self._library[""] = only
            warnings.append(f"no face names a material: all have the material file's only one, {printable(name)!r}")
        self._commented = {without_number(name): each for name, each in reversed(self._library.items())}
        self._materials: dict[tuple[str, bool], int] = {}
        self._textures = Textures(files, self._directory, gltf, self._budget, warnings)
        self._shown: dict[str, Shown] = {}

    def get(self, name: str) -> ObjMaterial:
        """Where none of that name is defined, one that says nothing."""
        if self._alone:
            return ObjMaterial(name, "", (GREY, GREY, GREY))
        found = self._library.get(name) or self._commented.get(without_number(name))
        return found or ObjMaterial(name, "")

    def shown(self, name: str) -> Shown:
        """The material's maps. Raises ModelTooLarge."""
        if name not in self._shown:
            self._shown[name] = self._textures.shown(self.get(name))
        return self._shown[name]

    def use(self, name: str, *, colored: bool) -> int:
        """The index of the glTF material; `colored` where vertex colours take the place of Kd. Raises ModelTooLarge."""
        if (name, colored) not in self._materials:
            if name and not self._alone and not self.get(name).file:
                self._gltf.missing += 1
                self._warnings.append(f"material {printable(name)!r} is defined nowhere: it becomes a white one")
            self._materials[name, colored] = self._gltf.add(self._entry(name, colored))
        return self._materials[name, colored]

    def _read(self, libraries: Sequence[str]) -> dict[str, ObjMaterial]:
        """The materials of all MTL files that are named; where none of them is there, of the archive's only MTL."""
        if self._alone:
            if libraries:
                self._gltf.missing += 1
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

    def _entry(self, name: str, colored: bool) -> pygltflib.Material:
        material, shown = self.get(name), self.shown(name)
        paths = shown.paths
        color = (1.0, 1.0, 1.0) if colored or "texture" in paths else material.color
        dark = "emissive map" in material.maps and shown.emission is None  # not white all over
        surface = pygltflib.PbrMetallicRoughness(
            baseColorFactor=[*color, material.opacity],
            metallicFactor=1.0 if "metalness map" in paths else material.metallic,
            roughnessFactor=1.0 if "roughness map" in paths else material.roughness,
            baseColorTexture=shown.color,
            metallicRoughnessTexture=shown.metal_and_roughness,
        )
        return pygltflib.Material(
            name=printable(material.name), pbrMetallicRoughness=surface,
            normalTexture=shown.normals,
            emissiveFactor=[0.0] * 3 if dark else list(material.emission), emissiveTexture=shown.emission,
            alphaMode=pygltflib.BLEND if material.opacity < 1 or "opacity map" in paths else pygltflib.OPAQUE,
            doubleSided=True,  # OBJ knows no back faces, and scans are rarely closed
        )
