"""The project's own sample model, drawn by code alone: a record player in walnut, aluminium and acrylic.

    geometry: profile + ring -> mesh                       |
    noise, occlusion -> wood, textures, label -> finishes  |-> plinth, turntable, tonearm, cover -> record_player -> glb
    lettering: strokes for label and plinth                |

``python -m renderer.samples out.glb`` writes it.
"""

from renderer.samples.record_player import write_sample

__all__ = ["write_sample"]
