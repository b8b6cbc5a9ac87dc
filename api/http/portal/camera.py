"""/portal/api/camera: where the renderer's camera stands in each frame, for the preview in the browser.

The browser measures the model that it shows; the numbers are the renderer's own, so a preview is framed as the render.
"""

import dataclasses
from typing import Annotated, Any

import numpy as np
from fastapi import Depends
from pydantic import BaseModel, Field

from api.domain.renders.exact_pictures import shown
from api.errors import InvalidSettings
from api.http.body import body_of
from api.http.portal.auth import Signed
from api.http.portal.paths import new_router
from api.http.state import FarmDep
from renderer.camera.effects import EFFECTS, path_fit, shot_view
from renderer.camera.framing import FIELD_OF_VIEW, model_placement
from renderer.errors import SettingsError
from renderer.scene.bounds import LARGEST_RADIUS, Bounds
from renderer.spec import parse_settings
from renderer.spec.spelling import snake_case_keys

MOST_SAMPLES = 180
"""Frames of a path that are told: of longer ones evenly picked, and the browser draws between them."""
MOST_POINTS = 256
"""Of a model's outermost: twice as many as our pages send."""

router = new_router()

Coordinate = Annotated[float, Field(ge=-LARGEST_RADIUS, le=LARGEST_RADIUS, allow_inf_nan=False)]
Corner = Annotated[list[Coordinate], Field(min_length=3, max_length=3)]


class Measures(BaseModel):
    """The model's bounds in metres, as `renderer.scene.bounds.Bounds` has them: `radius` is about the box's centre.
    `points` are its outermost in many directions, at all moments of its animation; without them, what is told keeps the
    sphere in the picture, as stills and videos with the setting `framing` "sphere" do."""

    low: Corner
    high: Corner
    radius: float = Field(gt=0, le=LARGEST_RADIUS)
    points: list[Corner] = Field([], max_length=MOST_POINTS)
    renderSettings: dict[str, Any] = {}


class CameraPath(BaseModel):
    """`placement` is the model's matrix, column by column as three.js takes it; `fovY` is in degrees. A frame is eye,
    target and up, in metres, and null while the model is too small to be seen; `angles` are the camera's around the
    model, in degrees; `seconds` is how long the path takes."""

    width: int
    height: int
    fovY: float
    seconds: float
    placement: list[float]
    frames: list[list[float] | None]
    angles: list[float]


@router.post("/camera")
def camera_path(signed: Signed, farm: FarmDep, body: Annotated[Measures, Depends(body_of(Measures))]) -> CameraPath:
    """Raises InvalidSettings."""
    try:
        settings = parse_settings(snake_case_keys(body.renderSettings))
    except SettingsError as error:
        raise InvalidSettings(str(error), param=error.field) from None
    _, frames = shown(settings)
    low, high = np.array(body.low), np.array(body.high)
    bounds = Bounds((low + high) / 2, body.radius, low, high)
    placement, fit = model_placement(frames, bounds), None
    if body.points and frames.framing == "model":
        cloud = np.array(body.points) @ placement[:3, :3].T + placement[:3, 3]
        bounds = dataclasses.replace(bounds, low=cloud.min(axis=0), high=cloud.max(axis=0))
        fit = path_fit(frames, bounds, [cloud] * frames.frame_count)
    count = min(frames.frame_count, MOST_SAMPLES)
    picked = [index * frames.frame_count // count for index in range(count)]
    views = [shot_view(frames, bounds, index, fit) for index in picked]
    return CameraPath(
        width=frames.width, height=frames.height, fovY=float(np.degrees(FIELD_OF_VIEW)),
        seconds=frames.frame_count / frames.fps, placement=placement.T.ravel().tolist(),
        frames=[None if view is None else [*view.eye, *view.target, *view.up] for view in views],
        angles=[float(np.degrees(EFFECTS[frames.effect](frames, index).angle)) for index in picked],
    )  # fmt: skip
