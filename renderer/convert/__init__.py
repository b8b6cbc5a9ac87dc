"""Conversion: a model that came in several files, or is no glTF, leaves as one GLB; any leaves as USDZ for AR viewers.

`renderer.convert.usdz.package` needs usd-core, so that only who asks for a USDZ imports it.
"""

from renderer.convert.glb import convert_to_glb

__all__ = ["convert_to_glb"]
