"""A new user with Glossi's two documents: 16 pictures and ProRes shots of two models, step by step and by one job, and
told by webhook of each end.
"""

import io
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import PIL.Image
import pytest

from tests.integration.glossi.customer import GlossiCustomer, two_colour_glb
from tests.support.farm import Farm
from tests.support.origin import Origin, answer, running_origin
from tests.support.waiting import wait_for

pytestmark = pytest.mark.nightly

CAMERAS = ("Front View", "Three-Quarter View", "Side View", "Top View")
VARIANTS = ("Default", "Blue")
HEIGHTS = {"chair.glb": 1.1, "table.glb": 1.2}
SIZE = (1280, 720)


@pytest.fixture
def receiver() -> Iterator[Origin]:
    """The user's server."""
    with running_origin() as origin:
        origin.answers |= {"/all": answer(), "/job": answer()}
        yield origin


@pytest.fixture
def user(farm: Farm) -> Iterator[GlossiCustomer]:
    user = GlossiCustomer.of(farm)
    yield user
    user.delete_projects()


@pytest.fixture
def template(user: GlossiCustomer, receiver: Origin) -> str:
    """With short shots. The user is told of all events."""
    events = ["model.processed", "project.created", "render.complete", "job.complete", "render.failed", "job.failed"]
    user.ask("PUT", "/webhooks", {"url": f"{receiver.url}/all", "events": events, "enabled": True})
    return user.template(*CAMERAS, shots=True, shadows=True)


def told(receiver: Origin, event: str, path: str = "/all") -> dict[str, Any]:
    """The data of such events that have come to this path, by job."""
    return {
        data["jobId"]: data
        for request, body in zip(receiver.requests, receiver.bodies, strict=True)
        if request.startswith(f"POST {path} ") and json.loads(body)["event"] == event
        for data in [json.loads(body)["data"]]
    }


def check_pictures(renders: list[dict[str, Any]]) -> None:
    """The pictures of one model, from all cameras in both variants: each is another one, and the variants' colours are
    those of the model."""
    assert [each["name"] for each in renders] == [f"{camera} - {each}" for each in VARIANTS for camera in CAMERAS]
    pictures = []
    for each in renders:
        assert (each["fileType"], each["isVideo"]) == ("PNG", False)
        with PIL.Image.open(io.BytesIO(httpx.get(each["downloadUrl"]).content)) as picture:
            assert (picture.format, picture.size) == ("PNG", SIZE)
            pictures.append(np.asarray(picture.convert("RGB")).astype(int))
    assert len({picture.tobytes() for picture in pictures}) == len(pictures)
    for red, blue in zip(pictures[:4], pictures[4:], strict=True):
        assert (red[..., 0] - red[..., 2]).max() > 60
        assert (blue[..., 2] - blue[..., 0]).max() > 60


def check_shots(renders: list[dict[str, Any]], names: list[str], folder: Path) -> None:
    """The videos of one model: ProRes 4444 with an alpha that has the model in it, and nothing around it."""
    assert [each["name"] for each in renders] == names
    for each in renders:
        assert (each["fileType"], each["isVideo"], each["filePath"][-4:]) == ("PRORES", True, ".mov")
        movie = folder / "shot.mov"
        movie.write_bytes(httpx.get(each["downloadUrl"]).content)
        entries = "stream=codec_name,profile,pix_fmt,width,height,nb_read_frames"
        show = ["ffprobe", "-v", "error", "-count_frames", "-of", "json", "-show_entries", entries, str(movie)]
        [stream] = json.loads(subprocess.run(show, capture_output=True, check=True).stdout)["streams"]
        assert (stream["codec_name"], stream["profile"], stream["width"], stream["height"]) == ("prores", "4444", *SIZE)
        assert stream["pix_fmt"].startswith("yuva444p")
        assert stream["nb_read_frames"] == "90"
        take = ["ffmpeg", "-v", "error", "-i", str(movie), "-frames:v", "1", "-vf", "alphaextract,format=gray"]
        raw = subprocess.run([*take, "-f", "rawvideo", "-"], capture_output=True, check=True).stdout
        alpha = np.frombuffer(raw, np.uint8).reshape(SIZE[::-1])
        assert (alpha[0].max(), alpha[:, 0].max(), alpha.max()) == (0, 0, 255)


def test_step_by_step(user: GlossiCustomer, template: str, receiver: Origin, tmp_path: Path) -> None:
    wanted = [{"fileName": name, "fileType": "glb"} for name in HEIGHTS]
    models = user.post("/models", models=wanted)["models"]
    for model, height in zip(models, HEIGHTS.values(), strict=True):
        user.upload(model["uploadUrl"], two_colour_glb(height))
        user.post(f"/models/{model['modelId']}/confirm", fileType="glb")
    ids = [model["modelId"] for model in models]
    user.wait_until_ready(*ids)
    projects = user.post("/projects", modelIds=ids, templateId=template, createPerModel=True)["projects"]
    project_ids = [project["projectId"] for project in projects]
    pictures, shots = (
        [job["jobId"] for job in user.post("/renders", projectIds=project_ids, settings=settings)["jobs"]]
        for settings in (
            {"renderShots": False, "imageQuality": 0},
            {"renderBookmarks": False, "renderVariants": False, "videoQuality": 2, "videoResolution": 0},
        )
    )
    complete = wait_for(
        lambda: found if len(found := told(receiver, "render.complete")) == 4 else None, "all ends to be told"
    )
    assert complete.keys() == {*pictures, *shots}
    for job_id in pictures:
        renders = user.get(f"/renders/{job_id}")["renders"]
        assert complete[job_id]["renderIds"] == [each["id"] for each in renders]
        check_pictures(renders)
    for job_id in shots:
        check_shots(user.get(f"/renders/{job_id}")["renders"], ["360 Spin - Default"], tmp_path)
    with user.farm.client(user.token) as client:
        assert client.account().credits == 1000 - 16 - 2 * 8


def test_by_one_job(user: GlossiCustomer, template: str, receiver: Origin, tmp_path: Path) -> None:
    job = user.post(
        "/jobs", models=[{"fileName": name, "fileType": "glb"} for name in HEIGHTS], templateId=template,
        webhookUrl=f"{receiver.url}/job",
        renderSettings={
            "renderBookmarks": True, "renderShots": True, "imageQuality": 0, "videoQuality": 2, "videoResolution": 0,
        },
    )  # fmt: skip
    for model, height in zip(job["models"], HEIGHTS.values(), strict=True):
        user.upload(model["uploadUrl"], two_colour_glb(height))
    assert user.ask("POST", f"/jobs/{job['jobId']}/confirm-uploads")["modelsConfirmed"] == 2
    ended = wait_for(lambda: told(receiver, "job.complete", "/job"), "the job's end to be told")
    assert ended == wait_for(lambda: told(receiver, "job.complete"), "the same to be told to the other URL")
    results = user.get(f"/jobs/{job['jobId']}")["results"]
    assert ended[job["jobId"]]["results"] == [{name: each[name] for name in ("model", "project")} for each in results]
    assert [each["project"]["name"] for each in results] == ["Chair Project", "Table Project"]
    for each in results:
        check_pictures([render for render in each["renders"] if not render["isVideo"]])
        videos = [render for render in each["renders"] if render["isVideo"]]
        check_shots(videos, [f"360 Spin - {variant}" for variant in VARIANTS], tmp_path)
    with user.farm.client(user.token) as client:
        assert client.account().credits == 1000 - 16 - 4 * 8
