"""`pirouette`, with orders of small pictures: the same work in a hundredth of the pixels.

    python -m tests.hostile.small_pictures serve

Only the server needs this: it writes an order's size into its spec, and the workers that it starts, which are the
ordinary ones, draw what specs say.
"""

import dataclasses

import renderer.spec
from renderer.spec import FrameSpec, VideoPlan
from renderer.spec.dataset import DATASET_TIERS
from renderer.spec.plan import plan_preview
from renderer.spec.tiers import QUALITY_TIERS

SHORT_SIDE, LONG_SIDE = 36, 64
VIEWS, VIEW_SIDE = 4, 48


def small_preview() -> VideoPlan:
    plan = plan_preview()
    return dataclasses.replace(
        plan, frames=FrameSpec(width=LONG_SIDE, height=SHORT_SIDE, frame_count=2, fps=plan.frames.fps, easing=False)
    )


def main() -> None:
    for name, tier in QUALITY_TIERS.items():
        QUALITY_TIERS[name] = dataclasses.replace(tier, short_side=SHORT_SIDE, long_side=LONG_SIDE)
    for name in DATASET_TIERS:
        DATASET_TIERS[name] = VIEWS, VIEW_SIDE
    renderer.spec.plan_preview = small_preview
    from api.cli import main as pirouette  # what it imports by name must be small by now
    from api.domain.renders import plans

    plans.DATASET_PART_PIXELS = VIEWS * VIEW_SIDE**2 // 2
    pirouette()


if __name__ == "__main__":
    main()
