"""A typed client of the farm's whole /v1 API, for the command line, the demo, the tests and other people's programs.

    with FarmClient("http://127.0.0.1:8080", token) as farm:
        uploaded = farm.models.upload(Path("chair.glb"), {"aspect": "16:9"})
        farm.renders.wait(uploaded.render_id)
        farm.renders.download(uploaded.render_id, "video", Path("chair.mp4"))

`farm.py` has the client itself, `models.py`, `renders.py`, `overlays.py` and `webhooks.py` one group of routes each,
`results.py` what they return, `errors.py` what they raise, and `transport.py` how requests are sent, repeated and
streamed.
"""

from api.client.errors import ClientError, FarmUnreachable, RenderFailed, RequestRefused, WaitTimeout
from api.client.farm import FarmClient
from api.client.renders import Asset
from api.client.results import (
    Account,
    Delivery,
    Generated,
    Health,
    Model,
    Outcome,
    Overlay,
    Progress,
    Quote,
    Render,
    RenderEvent,
    Upload,
)

__all__ = [
    "Account",
    "Asset",
    "ClientError",
    "Delivery",
    "FarmClient",
    "FarmUnreachable",
    "Generated",
    "Health",
    "Model",
    "Outcome",
    "Overlay",
    "Progress",
    "Quote",
    "Render",
    "RenderEvent",
    "RenderFailed",
    "RequestRefused",
    "Upload",
    "WaitTimeout",
]
