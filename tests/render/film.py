"""From render settings to frames: the path of every render (parse, plan, load, draw, composite), only smaller."""

import contextlib
import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from renderer.arrays import UInt8
from renderer.frames import ShotRenderer
from renderer.gl.context import Device
from renderer.load import load_model
from renderer.spec import FrameSpec, ImageVariant, parse_settings, plan_image, plan_video

SMALLER = 5
"""The frames' sides are those of the tier over this: 192x108 for the cheapest tier at 16:9."""

Film = Callable[..., list[UInt8]]


@pytest.fixture
def film(device: Device, light_cache: Path, tmp_path: Path) -> Iterator[Film]:
    """film(glb, settings, moments=..., images=...) -> a frame for each moment, from 0 (first) to 1 (last).

    Frames are (h, w, 3), or (h, w, 4) with straight alpha for a transparent still. Settings that ask for the same shot
    share one, so that its shadows are cast once.
    """
    with contextlib.ExitStack() as owned:
        shots: dict[tuple[bytes, FrameSpec], ShotRenderer] = {}

        def film(
            glb: bytes, settings: Mapping[str, Any], *, moments: Sequence[float] = (0.0,),
            images: Mapping[str, Path] = {},
        ) -> list[UInt8]:
            chosen = parse_settings(settings)
            plan = plan_image(chosen) if chosen.output == "image" else plan_video(chosen)
            variant = plan.variant
            spec = dataclasses.replace(
                plan.frames, width=plan.frames.width // SMALLER, height=plan.frames.height // SMALLER)
            if (glb, spec) not in shots:
                path = tmp_path / "model.glb"
                path.write_bytes(glb)
                scene = load_model(path, spec.material_variant)
                shots[glb, spec] = owned.enter_context(
                    ShotRenderer(device, scene, spec, cache_dir=light_cache, images=images))
            shot = shots[glb, spec]
            frames = []
            for moment in moments:
                shot.draw(round(moment * (spec.frame_count - 1)))
                clear = isinstance(variant, ImageVariant) and variant.transparent
                frames.append(shot.read_straight(variant.foreground) if clear
                              else shot.read_rgb(variant.backdrop, variant.foreground))
            return frames

        yield film
