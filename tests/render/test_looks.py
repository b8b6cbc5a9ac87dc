"""Light, ground, background, framing and effects of whole shots, compared with their golden pictures."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from renderer.spec import ANCHORS, SETTINGS
from tests.render.conftest import Draw
from tests.render.exhibits import balls, ramp
from tests.render.film import Film
from tests.render.looks import LOOKS, still_life
from tests.render.materials import GOLD, GREY, pbr
from tests.render.structures import skinned
from tests.support.goldens import Goldens

TONE_MAPPINGS = next(row.choices for row in SETTINGS if row.name == "tone_mapping")


@pytest.mark.parametrize("name", LOOKS)
def test_a_look_is_as_it_was_when_it_was_approved(name: str, film: Film, golden: Goldens) -> None:
    look = LOOKS[name]
    golden(f"look-{name}", np.concatenate(film(still_life(), look.settings, moments=look.moments), axis=1))


@pytest.mark.parametrize("name", TONE_MAPPINGS)
def test_a_tone_mapping_is_as_it_was_when_it_was_approved(name: str, draw: Draw, golden: Goldens) -> None:
    glowing = balls(
        *[pbr(GREY, emissiveFactor=color, extensions={"KHR_materials_emissive_strength": {"emissiveStrength": 4}})
          for color in ([1, 0.1, 0.02], [0.1, 0.3, 1], [0.3, 0.3, 0.3])], pbr(GOLD, 1, 0.1))
    golden(f"tone-mapping-{name}", draw(glowing, tone_mapping=name))


def test_glass_before_a_shadow_is_as_it_was_when_it_was_approved(film: Film, golden: Goldens) -> None:
    frames = film(still_life(clear=True), {"aspect": "1:1", "reflector": True, "bg_color": "#d8dce0"},
                  moments=(0.0, 0.4))
    golden("look-glass", np.concatenate(frames, axis=1))


def test_an_animated_shot_is_as_it_was_when_it_was_approved(film: Film, golden: Goldens) -> None:
    """The post bends, and its shadow follows."""
    frames = film(skinned(), {"animation": "Bend", "length": 3, "aspect": "1:1", "animation_speed": 0.3},
                  moments=(0.0, 0.4, 0.8))
    golden("look-animation", np.concatenate(frames, axis=1))


def test_a_background_image_is_cropped_at_each_anchor_as_approved(film: Film, golden: Goldens, tmp_path: Path) -> None:
    """One row for an image that is too tall and one for one that is too wide; a column for each anchor."""
    images = {}
    for name, size in (("t" * 12, (60, 120)), ("w" * 12, (240, 60))):
        images[name] = tmp_path / f"{name}.png"
        Image.fromarray(ramp((255, 40), (30, 230), (60, 220))).resize(size).save(images[name])
    rows = []
    for name in images:
        chosen = [{"bg_image_id": name, "bg_align": anchor, "zoom": 2} for anchor in ANCHORS]
        frames = [film(still_life(), settings, images=images)[0][::2, ::2] for settings in chosen]
        rows.append(np.concatenate(frames, axis=1)[:52])
    golden("look-background-anchors", np.concatenate(rows))
