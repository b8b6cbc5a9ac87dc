"""Optimisation: a model leaves as a GLB with fewer triangles that looks the same."""

from renderer.optimise.model import Report, optimise_model

__all__ = ["Report", "optimise_model"]
