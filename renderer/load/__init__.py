"""Loading: a model file of unknown origin in, a `Scene` of checked and decoded data out."""

from renderer.load.gltf import load_model

__all__ = ["load_model"]
