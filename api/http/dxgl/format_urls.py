"""Where the formats of a finished video are, as a render tells of them."""

from api.domain.renders.renders import RenderView
from api.domain.renders.states import RenderStatus


def format_urls(view: RenderView) -> dict[str, str]:
    """Paths on this server by format. The settings are taken apart only where they name formats, as few renders' do: a
    page asks fifty times, so their text, as either database keeps JSON, is looked at first."""
    told = view.settings_json
    if ('"formats":["' not in told and '"formats": ["' not in told) or view.status != RenderStatus.DONE:
        return {}
    paths = {name: "strip?quality=full" if name == "strip" else name for name in view.settings.get("formats", ())}
    return {name: f"/v1/renders/{view.id}/{path}" for name, path in paths.items()}
