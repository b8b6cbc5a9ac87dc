"""The client's part for /v1/overlays: images to show behind or before models, and panoramas to light them, by their id
as the settings bgImageId, fgImageId and environmentId."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from api.client.results import Overlay
from api.client.transport import OnProgress, Transport, ignore_progress

Layer = Literal["background", "foreground", "environment"]


class Overlays:
    """All methods raise FarmUnreachable and RequestRefused."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def upload(
        self,
        path: Path,
        *,
        layer: Layer = "background",
        name: str | None = None,
        description: str | None = None,
        alignment: str = "top-left",
        on_progress: OnProgress = ignore_progress,
    ) -> Overlay:
        """Sends a PNG, JPEG or WebP or, for the layer "environment", a panorama in HDR or EXR.

        `alignment` is the part that cropping spares, such as "bottom-center".
        """
        fields = {"layer": layer, "name": name, "description": description, "alignment": alignment}
        given = {field: value for field, value in fields.items() if value is not None}
        return Overlay.of(self._transport.send_file("/overlays", path, given, on_progress, key=None))

    def list(self, layer: Layer | None = None) -> Iterator[Overlay]:
        """The account's own and the published ones, newest first. Pages are asked for as the iterator gets to them."""
        wanted = {"layer": layer} if layer else {}
        return (Overlay.of(each) for each in self._transport.pages("/overlays", 100, **wanted))

    def delete(self, overlay_id: str) -> None:
        self._transport.data("DELETE", f"/overlays/{overlay_id}", repeatable=False)
