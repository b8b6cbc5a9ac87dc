"""Stored specs: those from before there were versions are read, those of newer code are refused."""

import dataclasses
import json
from typing import Any, Protocol

import pytest

from renderer.errors import RendererError, UnknownSpecVersion
from renderer.spec import Backdrop, DatasetSpec, Foreground, FrameSpec, ImageVariant, VideoVariant


class Spec(Protocol):
    def to_json(self) -> dict[str, Any]: ...

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Spec": ...


SPECS: dict[str, Spec] = {
    "frames": FrameSpec(960, 540, 180, sweep_angle=540),
    "video": VideoVariant(
        Backdrop("#ff8800", 0.5), (640, 360), foreground=Foreground("abc123DEF456"), formats=("webp", "spin"),
        transparent=True,
    ),
    "image": ImageVariant(Backdrop(image="abc123DEF456"), "webp", transparent=True),
    "dataset": DatasetSpec(196, 1024, "sphere", material_variant="Red"),
}

each_spec = pytest.mark.parametrize("spec", SPECS.values(), ids=SPECS.keys())


@each_spec
def test_a_stored_spec_says_its_version_and_is_read_as_it_was(spec: Spec) -> None:
    stored = json.loads(json.dumps(spec.to_json()))
    assert stored["version"] == 3
    assert type(spec).from_json(stored) == spec


@each_spec
def test_a_spec_from_before_there_were_versions_is_read(spec: Spec) -> None:
    stored = json.loads(json.dumps(dataclasses.asdict(spec)))  # type: ignore[call-overload]
    assert "version" not in stored
    assert type(spec).from_json(stored) == spec


def test_frames_of_version_1_are_framed_as_they_were() -> None:
    stored = {"version": 1, "width": 960, "height": 540, "frame_count": 180}
    assert FrameSpec.from_json(stored).framing == "sphere"


@pytest.mark.parametrize("version", [1, 2])
def test_before_version_3_stills_showed_the_beginning_and_videos_had_no_other_formats(version: int) -> None:
    frames = {"version": version, "width": 960, "height": 540, "frame_count": 1, "animation": "*"}
    assert FrameSpec.from_json(frames).time == 0.0
    video = {**VideoVariant(Backdrop(), (960, 540)).to_json(), "version": version}
    del video["formats"], video["transparent"]
    assert VideoVariant.from_json(video) == VideoVariant(Backdrop(), (960, 540))


@each_spec
@pytest.mark.parametrize("version", [4, 0, "1", None])
def test_a_spec_of_another_version_is_refused(spec: Spec, version: object) -> None:
    with pytest.raises(UnknownSpecVersion, match="reads specs of version 3, not") as refused:
        type(spec).from_json({**spec.to_json(), "version": version, "from_the_future": True})
    assert isinstance(refused.value, RendererError)
    assert refused.value.code == "unknown_spec_version"
