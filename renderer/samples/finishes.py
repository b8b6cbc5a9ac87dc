"""The materials of the record player."""

import dataclasses
from typing import Self

from renderer.arrays import Float32
from renderer.samples.glb import Material
from renderer.samples.label import label_map
from renderer.samples.textures import brushed_maps, groove_maps, strobe_maps
from renderer.samples.wood import walnut_maps

_SEED = 3313


@dataclasses.dataclass(frozen=True, slots=True)
class Finishes:
    walnut: Material
    vinyl: Material
    label: Material
    strobe: Material
    brushed: Material
    aluminium: Material
    chrome: Material
    brass: Material
    satin: Material
    rubber: Material
    coral: Material
    ivory: Material
    glow: Material
    acrylic: Material
    acrylic_edge: Material

    @classmethod
    def made(cls, top_occlusion: Float32, track_gaps: tuple[float, ...]) -> Self:
        """All materials, their textures drawn anew; equal arguments give equal bytes."""
        wood = walnut_maps(_SEED, top_occlusion)
        brushed_surface, brushed_relief = brushed_maps(_SEED + 1)
        groove_surface, groove_relief = groove_maps(_SEED + 2, track_gaps)
        strobe_color, strobe_surface, strobe_relief = strobe_maps()
        silver = (0.79, 0.80, 0.81, 1.0)
        return cls(
            walnut=Material(
                "Walnut", color_map=wood.color, orm_map=wood.surface, occluded=True, normal_map=wood.relief
            ),
            vinyl=Material(
                "Vinyl", (0.012, 0.012, 0.013, 1.0), orm_map=groove_surface, occluded=True, normal_map=groove_relief
            ),
            label=Material("Label", color_map=label_map(_SEED + 3), roughness=0.62),
            strobe=Material(
                "Strobe rim", silver, 1.0, color_map=strobe_color, orm_map=strobe_surface, normal_map=strobe_relief
            ),
            brushed=Material("Brushed aluminium", silver, 1.0, orm_map=brushed_surface, normal_map=brushed_relief),
            aluminium=Material("Satin aluminium", silver, 1.0, 0.28),
            chrome=Material("Polished steel", (0.76, 0.76, 0.78, 1.0), 1.0, 0.09),
            brass=Material("Brass", (0.86, 0.64, 0.34, 1.0), 1.0, 0.22),
            satin=Material("Satin black", (0.018, 0.018, 0.020, 1.0), 0.0, 0.42),
            rubber=Material("Rubber", (0.022, 0.021, 0.021, 1.0), 0.0, 0.88),
            coral=Material("Coral", (0.74, 0.095, 0.035, 1.0), 0.0, 0.38),
            ivory=Material("Ivory", (0.80, 0.74, 0.62, 1.0), 0.0, 0.45),
            glow=Material("Glow", (0.10, 0.02, 0.005, 1.0), 0.0, 0.90, emissive=(1.0, 0.27, 0.045)),
            acrylic=Material("Smoked acrylic", (0.085, 0.060, 0.042, 0.22), 0.0, 0.06, blended=True, double_sided=True),
            acrylic_edge=Material("Acrylic edge", (0.16, 0.12, 0.09, 0.50), 0.0, 0.18, blended=True, double_sided=True),
        )
