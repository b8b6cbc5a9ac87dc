"""What the integration tests share: a small model, a customer, and what must hold of every render that is done."""

import dataclasses
import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from standardwebhooks import Webhook

from api.client import Upload
from tests.renderer.load.glb_builder import GlbBuilder
from tests.support.farm import Farm
from tests.support.origin import answer, running_origin
from tests.support.waiting import HANG_S, wait_for

LENGTH_S = 3
SETTINGS = {"length": LENGTH_S, "aspect": "1:1", "bgColor": "#ff8800", "shadows": False}
FILES = {"video.mp4", "thumb.mp4", "strip.webp", "web.mp4", "poster.png", "poster_full.png"}


def box_glb(height: float = 1.0, variants: Mapping[str, list[float]] = MappingProxyType({})) -> bytes:
    """A red box, thin, so that there is little to draw. `variants` are colours (RGBA, linear) by name."""
    corners = [(x, y, z) for x in (-0.03, 0.03) for y in (0.0, height) for z in (-0.03, 0.03)]
    quads = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    builder, extension = GlbBuilder(), "KHR_materials_variants"
    positions = builder.add_accessor(corners, min=list(corners[0]), max=list(corners[-1]))
    indices = builder.add_accessor([corner for a, b, c, d in quads for corner in (a, b, c, a, c, d)], "uint16")
    materials = [
        builder.add("materials", {"pbrMetallicRoughness": {"baseColorFactor": colour}})
        for colour in ([0.8, 0.1, 0.1, 1], *variants.values())
    ]
    primitive: dict[str, Any] = {"attributes": {"POSITION": positions}, "indices": indices, "material": materials[0]}
    if variants:
        named = {"variants": [{"name": name} for name in variants]}
        builder.document |= {"extensionsUsed": [extension], "extensions": {extension: named}}
        mappings = [{"material": each, "variants": [number]} for number, each in enumerate(materials[1:])]
        primitive["extensions"] = {extension: {"mappings": mappings}}
    builder.show(builder.add_mesh(primitive))
    return builder.glb()


@dataclasses.dataclass
class Customer:
    """Somebody with credits who has uploaded the box before."""

    farm: Farm
    token: str
    upload: Upload

    def __post_init__(self) -> None:
        self.client = self.farm.client(self.token)

    def reconnect(self) -> None:
        """After a restart: the server has another address."""
        self.client.close()
        self.client = self.farm.client(self.token)

    def order(self) -> str:
        """A paid render of the box; its id."""
        return self.client.renders.create(self.upload.model_id, SETTINGS).id

    def order_and_be_told(self) -> None:
        """A paid render of the box whose end is told to a server of the customer's, who verifies the message."""
        with running_origin() as origin:
            origin.answers["/done"] = answer()
            render_id = self.client.renders.create(
                self.upload.model_id, SETTINGS, notify_url=f"{origin.url}/done"
            ).id
            wait_for(lambda: origin.requests, "the notification")
            [request], [body] = origin.requests, origin.bodies
            headers = dict(line.split(": ", 1) for line in request.strip().split("\r\n")[1:])
            event = Webhook(self.client.webhooks.secret()).verify(body, headers)
        assert (event["event"], event["data"]["id"], event["data"]["status"]) == ("render.done", render_id, "done")

    def check_done(self, render_id: str, *, attempt: int) -> None:
        """Waits until the render is done, and checks that `attempt` made it: one charge, one set of valid files."""
        self.client.renders.wait(render_id, timeout=HANG_S, poll_seconds=0.1)
        check_settled(self.farm, render_id, attempt=attempt)


def first_upload(farm: Farm, box: Path) -> tuple[str, Upload]:
    """A new account's token, and what its upload of the box made."""
    token = farm.new_account(credits=1000)
    with farm.client(token) as client:
        return token, client.models.upload(box, SETTINGS)


def check_settled(farm: Farm, render_id: str, *, attempt: int) -> None:
    assert farm.ledger(render_id) == [("charge", -1)]
    wait_for(lambda: farm.stored_attempts(render_id) == [str(attempt)], "the other attempts' files to go")
    folder = farm.settings.files_dir / "renders" / render_id / str(attempt)
    assert {path.name for path in folder.iterdir()} == FILES
    assert probe(folder / "video.mp4") == (540, 540, LENGTH_S * 30)


def probe(video: Path) -> tuple[int, int, int]:
    """Width, height and number of frames, after decoding all of them without an error."""
    done = subprocess.run(
        ["ffprobe", "-v", "error", "-count_frames", "-select_streams", "v", "-of", "json",
         "-show_entries", "stream=width,height,nb_read_frames", str(video)],
        capture_output=True, check=True,
    )
    assert done.stderr == b""
    stream = json.loads(done.stdout)["streams"][0]
    return stream["width"], stream["height"], int(stream["nb_read_frames"])


