"""/portal/api/camera tells where the renderer's own camera stands."""

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from renderer.camera.effects import path_fit, shot_view
from renderer.camera.framing import model_placement
from renderer.scene.bounds import Bounds
from renderer.spec import parse_settings, plan_image, plan_video
from renderer.spec.spelling import snake_case_keys
from tests.api.http.portal.browser import PersonsBrowser, code

BOX = {"low": [-1, 0, -2], "high": [1, 3, 2], "radius": 2.5}


EFFECTS = ("turntable", "hero-spin", "showcase", "zoom-orbit", "reveal")


def ask(boss: PersonsBrowser, points: Sequence[Sequence[float]] = (), **settings: object) -> dict[str, Any]:
    answer = boss.post("/portal/api/camera", **BOX, points=points, renderSettings=settings)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def test_its_numbers_are_the_renderers(boss: PersonsBrowser) -> None:
    low, high = np.array([-1.0, 0.0, -2.0]), np.array([1.0, 3.0, 2.0])
    bounds = Bounds((low + high) / 2, 2.5, low, high)
    for effect in EFFECTS:
        told = ask(boss, effect=effect, aspect="9:16", rotateY=30, zoom=1.2, length=3)
        settings = {"effect": effect, "aspect": "9:16", "rotate_y": 30, "zoom": 1.2, "length": 3}
        frames = plan_video(parse_settings(settings)).frames
        assert len(told["frames"]) == len(told["angles"]) == frames.frame_count == 90
        for index in (0, 17, 89):
            view = shot_view(frames, bounds, index)
            expected = None if view is None else pytest.approx([*view.eye, *view.target, *view.up])
            assert told["frames"][index] == expected, (effect, index)


def test_the_model_itself_is_framed_where_its_points_are_told(boss: PersonsBrowser) -> None:
    corners = [[x, y, z] for x in (-1.0, 1.0) for y in (0.0, 3.0) for z in (-2.0, 2.0)]
    low, high = np.array(BOX["low"]), np.array(BOX["high"])
    bounds = Bounds((low + high) / 2, 2.5, low, high)
    for settings in {}, {"panX": 90}, {"effect": "zoom-orbit"}, {"output": "image", "camera": "top"}:
        told = ask(boss, points=corners, length=3, **settings)
        spec = parse_settings(snake_case_keys({"length": 3, **settings}))
        frames = (plan_image if spec.output == "image" else plan_video)(spec).frames
        placement = model_placement(frames, bounds)
        cloud = np.array(corners) @ placement[:3, :3].T + placement[:3, 3]
        placed = Bounds(bounds.center, 2.5, cloud.min(axis=0), cloud.max(axis=0))
        fit = path_fit(frames, placed, [cloud] * frames.frame_count)
        view = shot_view(frames, placed, 0, fit)
        assert view is not None
        assert told["frames"][0] == pytest.approx([*view.eye, *view.target, *view.up]), settings
    sphere = ask(boss, points=corners, framing="sphere")["frames"]
    assert sphere == ask(boss)["frames"] == ask(boss, framing="sphere")["frames"]


def test_long_paths_are_told_in_part(boss: PersonsBrowser) -> None:
    told = ask(boss, length=30)
    assert (len(told["frames"]), told["seconds"]) == (180, 30)
    assert ask(boss, output="image", camera="top")["frames"][0][1] > 3
    assert len(ask(boss, output="dataset")["frames"]) == 180


def test_what_is_no_measure_is_refused(boss: PersonsBrowser) -> None:
    for wrong in ('"radius": 0', '"radius": 1e999', '"low": [0, 0]', '"low": ["x", 0, 0]', '"high": [1e300, 1, 1]'):
        body = f'{json.dumps(BOX)[:-1]}, {wrong}}}'
        assert code(boss.request("POST", "/portal/api/camera", content=body)) == (400, "invalid_request"), wrong


def test_a_wrong_setting_is_named(boss: PersonsBrowser) -> None:
    answer = boss.post("/portal/api/camera", **BOX, renderSettings={"zoom": 9})
    assert code(answer) == (400, "invalid_settings")
