"""Conversion: a model that came in several files, or is no glTF, leaves as one GLB."""

from renderer.convert.glb import convert_to_glb

__all__ = ["convert_to_glb"]
