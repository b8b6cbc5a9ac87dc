"""The table of `renderer/README.md`: python -m tests.reference MODELS_FOLDER [--out FOLDER] [NAME ...]

Needs Chromium (Debian: `apt install chromium`) and three.js (`npm ci` in this folder). Writes one sheet for each model:
this renderer, three.js, and their FLIP difference. Ends with 1 where a picture is beyond its limit.
"""

import argparse
import dataclasses
import sys
from pathlib import Path

import flip_evaluator
import numpy as np
from PIL import Image

from renderer.arrays import UInt8
from renderer.gl.context import open_device
from renderer.lighting.photograph import exposed, load_photograph
from renderer.panoramas import read_panorama
from tests.reference.browser import open_browser
from tests.reference.measures import Ablation, Likeness, ablation, likeness, without_extension
from tests.reference.views import our_picture, shot_of


@dataclasses.dataclass(frozen=True, slots=True)
class Subject:
    """A model, the extension that it is about, and whether its outline is opaque."""

    name: str
    extension: str = ""
    opaque: bool = True


SUBJECTS = (
    Subject("DamagedHelmet"), Subject("Duck"), Subject("CesiumMilkTruck"), Subject("Fox"), Subject("NormalTangentTest"),
    Subject("AlphaBlendModeTest", opaque=False), Subject("BoxMeshopt"), Subject("MaterialVariants"), Subject("cat"),
    Subject("jet-fighter"), Subject("morph-stress-test"), Subject("simple-instancing"),
    Subject("chess-board", "KHR_materials_clearcoat"), Subject("ClearCoatTest", "KHR_materials_clearcoat"),
    Subject("SpecularTest", "KHR_materials_specular"),
    Subject("AnisotropyRotationTest", "KHR_materials_anisotropy"),
    Subject("TransmissionRoughnessTest", "KHR_materials_transmission", opaque=False),
    Subject("AttenuationTest", "KHR_materials_volume", opaque=False),
)

IOU = 0.995
FLIP, FLIP_EXTENSION = 0.20, 0.30
BIAS = 10.0
CORRELATION, RATIO = 0.5, (0.4, 2.5)
"""Limits: how far correct renderers are apart in Khronos's own comparison of renderers, or less."""


def verdict(subject: Subject, alike: Likeness, changed: Ablation | None) -> list[str]:
    """What is beyond its limit; nothing, where all is well."""
    flip = FLIP_EXTENSION if subject.extension else FLIP
    found = {
        "outline": subject.opaque and alike.iou < IOU, "FLIP": alike.flip > flip,
        "bias": max(map(abs, alike.bias)) > BIAS,
        "correlation": changed is not None and changed.correlation < CORRELATION,
        "magnitude": changed is not None and not RATIO[0] <= changed.ratio <= RATIO[1],
    }
    return [name for name, beyond in found.items() if beyond]


def row(subject: Subject, alike: Likeness, changed: Ablation | None) -> str:
    outline = f"{alike.iou:.4f}" if subject.opaque else ""
    bias = " ".join(f"{channel:+.1f}" for channel in alike.bias)
    change = "" if changed is None else f"{changed.correlation:.2f}, {changed.ratio:.2f}"
    cells = [subject.name, subject.extension.removeprefix("KHR_materials_"), f"{alike.ssim:.3f}", f"{alike.flip:.3f}",
             bias, outline, change, ", ".join(verdict(subject, alike, changed)) or "yes"]
    return "| " + " | ".join(cells) + " |"


def sheet(ours: UInt8, theirs: UInt8) -> Image.Image:
    errors, _, _ = flip_evaluator.evaluate(
        theirs.astype(np.float32) / 255, ours.astype(np.float32) / 255, "LDR", True, True, True, {})
    return Image.fromarray(np.concatenate([ours, theirs, (errors * 255).astype(np.uint8)], axis=1))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", type=Path, help="folder of the GLBs and of royal_esplanade_1k.hdr")
    parser.add_argument("names", nargs="*", help="models to draw; all of them where none is named")
    parser.add_argument("--out", type=Path, default=Path("out/reference"), help="folder for the sheets")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    hdr = options.models / "royal_esplanade_1k.hdr"
    device = open_device("software")
    panorama = read_panorama(hdr)
    intensity = float(exposed(panorama).mean() / panorama.radiance.mean())
    environment = load_photograph(device, hdr, None)
    good = True
    print("| model | extension | SSIM | FLIP | bias R G B | outline | change: correlation, ratio | within limits |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    with open_browser(hdr) as browser:

        def both(glb: bytes) -> tuple[UInt8, UInt8, UInt8, UInt8]:
            shot = shot_of(glb, intensity)
            theirs = browser.draw(shot)
            return *our_picture(device, environment, shot), theirs.rgb, theirs.alpha

        for subject in SUBJECTS:
            if options.names and subject.name not in options.names:
                continue
            glb = (options.models / f"{subject.name}.glb").read_bytes()
            ours, our_alpha, theirs, their_alpha = both(glb)
            alike = likeness(ours, theirs, our_alpha, their_alpha)
            changed = None
            if subject.extension:
                plain, _, their_plain, _ = both(without_extension(glb, subject.extension))
                changed = ablation((ours, plain), (theirs, their_plain), (our_alpha > 127) | (their_alpha > 127))
            sheet(ours, theirs).save(options.out / f"{subject.name}.png")
            print(row(subject, alike, changed), flush=True)
            good = good and not verdict(subject, alike, changed)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
