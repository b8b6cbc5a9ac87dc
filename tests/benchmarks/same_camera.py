"""The standard job with a camera and a light that other renderers can share: `python -m tests.benchmarks.same_camera`.

A camera is a JSON file: "fov_deg" (vertical, 35 degrees here), "elevation_deg" above the horizon, "distance" from the
"target", which is the middle of the model's "bounds"; also "position" at the first frame, "radius" about the vertical
axis, "floor", "near" and "far", in metres of the model. Where it has the radius of the model's bounding "sphere", ours
need not read the model for that. Other renderers turn the model, ours turns the camera and the light stands still: the
same pixels are shaded. The video is written to OUT/ours.mp4.
"""

import dataclasses
import json
import math
import tempfile
from pathlib import Path

import click
import numpy as np

from renderer.camera.framing import FIELD_OF_VIEW, fit_distance
from renderer.encode.ffmpeg import EncoderProcess
from renderer.encode.h264 import VIDEO_CRF, H264File, h264_arguments
from renderer.frames import ShotRenderer
from renderer.gl.context import open_device
from renderer.gl.sampling import SUPERSAMPLING
from renderer.load import load_model
from renderer.render import render_video
from renderer.scene.bounds import scene_bounds
from renderer.spec import Backdrop, FrameSpec, VideoVariant, parse_settings, plan_video
from tests.benchmarks.costs import STANDARD_FRAMES, Costs, StageListener

NAME = "ours.mp4"


def write_camera(model: Path, path: Path) -> None:
    """The camera of the standard job for `model`."""
    frames = plan_video(parse_settings({"framing": "sphere"})).frames
    bounds = scene_bounds(load_model(model), None)
    elevation, distance = math.radians(frames.elevation), fit_distance(bounds.radius, frames.width / frames.height)
    back = np.array([0.0, math.sin(elevation), math.cos(elevation)])
    camera = {
        "fov_deg": math.degrees(FIELD_OF_VIEW), "elevation_deg": frames.elevation, "distance": distance,
        "target": bounds.center.tolist(), "position": (bounds.center + distance * back).tolist(),
        "bounds": [bounds.low.tolist(), bounds.high.tolist()], "radius": bounds.radius, "floor": float(bounds.low[1]),
        "sphere": bounds.radius,
        "near": distance - 1.5 * bounds.radius, "far": distance + 12 * bounds.radius,
    }
    path.write_text(json.dumps(camera), encoding="utf-8")


def seen_by(camera: Path, model: Path, count: int) -> FrameSpec:
    """The standard job's frames, `count` of them around the model at constant speed, by the camera of a file."""
    given = json.loads(camera.read_text(encoding="utf-8"))
    if not math.isclose(given["fov_deg"], math.degrees(FIELD_OF_VIEW)):
        raise click.BadParameter(f"the field of view must be {math.degrees(FIELD_OF_VIEW):g} degrees")
    frames = plan_video(parse_settings({"easing": False, "framing": "sphere"})).frames
    radius = given.get("sphere") or scene_bounds(load_model(model), None).radius
    fitting = fit_distance(radius, frames.width / frames.height)
    return dataclasses.replace(
        frames, frame_count=count, elevation=given["elevation_deg"], zoom=given["distance"] / fitting
    )


def reference(model: Path, frames: FrameSpec, images: dict[str, Path], samples: int, path: Path) -> None:
    """The same video from more samples per pixel: drawn larger, then scaled down to the mean."""
    factor = samples // SUPERSAMPLING
    larger = dataclasses.replace(frames, width=frames.width * factor, height=frames.height * factor)
    video = H264File(path, frames.width, frames.height, VIDEO_CRF)
    command = h264_arguments(larger.width, larger.height, frames.fps, [video])
    with (
        ShotRenderer(open_device("auto"), load_model(model), larger, cache_dir=None, images=images) as shot,
        EncoderProcess(command) as process,
    ):
        for index in range(frames.frame_count):
            shot.draw(index)
            process.write(shot.read_yuv420(Backdrop()))
        process.finish()


@click.command()
@click.option("--model", required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--camera", required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path))
@click.option("--hdr", type=click.Path(exists=True, path_type=Path), help="Panorama to light by, not the studio.")
@click.option("--frames", "count", default=STANDARD_FRAMES, show_default=True)
@click.option("--samples", default=SUPERSAMPLING, show_default=True, type=click.IntRange(SUPERSAMPLING),
              help="A pixel's along each axis; even.")
@click.option("--cache", type=click.Path(file_okay=False, path_type=Path),
              help="Keeps light and shadows, as workers do.")
def main(
    model: Path, camera: Path, out: Path, hdr: Path | None, count: int, samples: int, cache: Path | None
) -> None:
    frames = seen_by(camera, model, count)
    images = {} if hdr is None else {hdr.name: hdr}
    frames = dataclasses.replace(frames, environment=None if hdr is None else hdr.name)
    if samples > SUPERSAMPLING:
        reference(model, frames, images, samples, out / NAME)
        return
    with tempfile.TemporaryDirectory(dir=out) as name:
        costs = Costs()
        made = render_video(
            model, frames, {"job": VideoVariant(Backdrop())}, Path(name), device=open_device("auto"), cache_dir=cache,
            listener=StageListener(costs), images=images, strips=False,
        )
        made["job"].video.replace(out / NAME)
    stages = {stage: round(cost.wall, 3) for stage, cost in costs.items()}
    click.echo(json.dumps({"frames": count, "stages_s": stages}))


if __name__ == "__main__":
    main()
