"""What to render, as plain frozen data: importable without GL, hashable, JSON-serialisable.

    settings (JSON)  -> parse_settings        -> RenderSettings   what the user asked, complete with defaults
    RenderSettings   -> plan.plan_video       -> VideoPlan        frames to draw + the encodings made of them
                        plan.plan_image       -> ImagePlan        one frame + the files made of it
"""

from renderer.spec.dataset import DatasetSpec
from renderer.spec.frames import (
    ANCHORS,
    Backdrop,
    Foreground,
    FrameSpec,
    H264Encoder,
    ImagePlan,
    ImageVariant,
    VideoPlan,
    VideoVariant,
)
from renderer.spec.pictures import PictureSpec
from renderer.spec.plan import plan_dataset, plan_image, plan_preview, plan_video
from renderer.spec.settings import SETTINGS, RenderSettings, parse_settings
from renderer.spec.stills import Angle, StillsSpec, StillVariant
from renderer.spec.tiers import QUALITY_TIERS

__all__ = [
    "ANCHORS",
    "QUALITY_TIERS",
    "SETTINGS",
    "Angle",
    "Backdrop",
    "DatasetSpec",
    "Foreground",
    "FrameSpec",
    "H264Encoder",
    "ImagePlan",
    "ImageVariant",
    "PictureSpec",
    "RenderSettings",
    "StillVariant",
    "StillsSpec",
    "VideoPlan",
    "VideoVariant",
    "parse_settings",
    "plan_dataset",
    "plan_image",
    "plan_preview",
    "plan_video",
]
