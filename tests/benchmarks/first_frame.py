"""Draws one frame of a model twice, as a worker draws its first shot and the same again, and prints the moment of each
step as JSON: `python -m tests.benchmarks.first_frame MODEL CACHE`. The body of the processes that `startup` times.
"""

import json
import sys
import time
from pathlib import Path

from renderer.frames import ShotRenderer
from renderer.gl.context import open_device
from renderer.load import load_model
from renderer.spec import parse_settings, plan_video


def first_frames(model: Path, cache: Path) -> list[tuple[str, float]]:
    """Steps in their order, each with the moment of its end on the system's monotonic clock, in seconds."""
    moments = [("Python and imports", time.monotonic())]

    def done(step: str) -> None:
        moments.append((step, time.monotonic()))

    plan = plan_video(parse_settings({}))
    device = open_device("auto")
    done("device")
    for again in ("", " again"):
        scene = load_model(model)
        done(f"load{again}")
        with ShotRenderer(device, scene, plan.frames, cache_dir=cache) as shot:
            device.ctx.finish()
            done(f"upload, light, shadows{again}")
            shot.draw(0)
            shot.read_yuv420(plan.variant.backdrop)
            done(f"frame{again}")
    return moments


if __name__ == "__main__":
    print(json.dumps(first_frames(Path(sys.argv[1]), Path(sys.argv[2]))))
