"""A small model without any symmetry, and training sets made of it at sizes that make tests quick."""

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from renderer.arrays import Float64
from renderer.scene.nodes import Contents
from renderer.spec.dataset import DatasetSpec
from tests.renderer.load.glb_builder import GlbBuilder
from tests.renderer.passes.scenes import sphere

SPEC = DatasetSpec(views=8, size=96, coverage="sphere")

Files = dict[str, bytes]


class Silent:
    """Hears nothing."""

    def on_stage(self, stage: str) -> None: ...

    def on_model(self, contents: Contents) -> None: ...

    def on_frame(self, done: int, total: int) -> None: ...


def save_model(folder: Path) -> Path:
    """A white ball, a red one beside it and a blue, stretched one above and in front."""
    builder = GlbBuilder()
    ball = sphere(0.5, rings=12)
    assert ball.normals is not None
    positions, normals = builder.add_accessor(ball.positions), builder.add_accessor(ball.normals)
    indices = builder.add_accessor(ball.indices, "uint16")
    for color, place, scale in (
        ((0.8, 0.8, 0.8), (3.0, 5.0, 0.0), (1.0, 1.0, 1.0)),
        ((0.8, 0.1, 0.1), (3.9, 5.2, 0.1), (0.6, 0.9, 0.6)),
        ((0.1, 0.1, 0.8), (2.9, 5.5, 0.5), (0.3, 0.8, 0.3)),
    ):
        factors = {"baseColorFactor": [*color, 1.0], "metallicFactor": 0.0, "roughnessFactor": 0.8}
        material = builder.add("materials", {"pbrMetallicRoughness": factors})
        mesh = builder.add_mesh({
            "attributes": {"POSITION": positions, "NORMAL": normals}, "indices": indices, "material": material
        })
        builder.show(mesh, translation=place, scale=scale)
    return builder.save(folder)


def read_zip(path: Path) -> Files:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def write_zip(files: Files, path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def picture(content: bytes) -> npt.NDArray[Any]:
    with Image.open(io.BytesIO(content)) as image:
        return np.asarray(image)


def change_pictures(files: Files, folder: str, change: Callable[[npt.NDArray[Any]], npt.NDArray[Any]]) -> None:
    """Replaces every picture of a folder by what `change` makes of its pixels."""
    for name in list(files):
        if name.startswith(f"{folder}/"):
            stream = io.BytesIO()
            Image.fromarray(np.ascontiguousarray(change(picture(files[name])))).save(stream, "PNG")
            files[name] = stream.getvalue()


def change_transforms(files: Files, change: Callable[[dict[str, Any]], None]) -> None:
    content = json.loads(files["transforms.json"])
    change(content)
    files["transforms.json"] = json.dumps(content).encode()


def change_poses(files: Files, change: Callable[[Float64], Float64]) -> None:
    def of_all(content: dict[str, Any]) -> None:
        for frame in content["frames"]:
            frame["transform_matrix"] = change(np.array(frame["transform_matrix"])).tolist()

    change_transforms(files, of_all)
