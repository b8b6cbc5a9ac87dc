"""A USD file opened without what lies outside of it."""

import functools
from pathlib import Path
from typing import Any

from pxr import Sdf, Usd

from renderer.errors import InvalidModel, ModelTooLarge
from renderer.load.archive import Archive
from renderer.load.fields import printable

MOST_LAYERS = 500

LAYERS = (".usd", ".usda", ".usdc")

Notes = dict[str, None]
"""Warnings, in order and each once."""


class Package:
    """A USD layer, or a USDZ with the files in it, which are checked as those of any ZIP are."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._archive = Archive(path.read_bytes()) if path.suffix == ".usdz" else None

    def member(self, resolved: str) -> str | None:
        """The name in the USDZ of the file that usd-core finds at `resolved`; None for one that isn't there."""
        prefix = f"{self.path}["
        if self._archive is None or not (resolved.startswith(prefix) and resolved.endswith("]")):
            return None
        name = resolved.removeprefix(prefix)[:-1]
        return name if name in self._archive else None

    def read(self, member: str) -> bytes:
        if self._archive is None:
            raise KeyError(member)
        return self._archive.read(member)


def open_stage(package: Package, notes: Notes) -> Any:
    """The Usd.Stage. References, payloads and layers that lie elsewhere are taken out first, and noted."""
    root = Sdf.Layer.FindOrOpen(str(package.path))
    if root is None:
        raise InvalidModel("the USD can't be read: it is broken, or of a newer version")
    layers = [root]
    seen = {root.identifier}
    for layer in layers:
        layer.SetPermissionToEdit(True)
        for reference in layer.GetCompositionAssetDependencies():
            inner = _inner_layer(package, layer.ComputeAbsolutePath(reference))
            if inner is None:
                layer.UpdateCompositionAssetDependency(reference, "")
                notes[f"{printable(reference)!r} is not in the file, and is left out"] = None
            elif inner.identifier not in seen:
                seen.add(inner.identifier)
                layers.append(inner)
        if len(layers) > MOST_LAYERS:
            raise ModelTooLarge(f"the USD has more than {MOST_LAYERS} layers")
        layer.Traverse(Sdf.Path.absoluteRootPath, functools.partial(_drop_clips, layer))
    return Usd.Stage.Open(root)


def _inner_layer(package: Package, resolved: str) -> Any:
    """The layer in the package; None for all others, and for formats that aren't USD's own."""
    member = package.member(resolved)
    return Sdf.Layer.FindOrOpen(resolved) if member is not None and member.lower().endswith(LAYERS) else None


def _drop_clips(layer: Any, path: Any) -> None:
    """Value clips are files that are opened when a value is asked for."""
    prim = layer.GetPrimAtPath(path) if path.GetPrimOrPrimVariantSelectionPath() == path else None
    for key in ("clips", "clipSets"):
        if prim is not None and prim.HasInfo(key):
            prim.ClearInfo(key)
