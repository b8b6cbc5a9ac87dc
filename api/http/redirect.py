"""Large results straight from the storage: the answer to a download may be a signed link to where the file lies.

Such a link works until it expires, also where the render was deleted or its share taken back in the meantime.
"""

from starlette.responses import RedirectResponse, Response

from api.domain.kit.files import FileView
from api.http.ranges import Answer
from api.http.state import Farm

LARGE_BYTES = 1024 * 1024
"""What is smaller is sent sooner than a second request is made."""


def redirect_to_storage(
    farm: Farm, file: FileView, answered: Answer, *, method: str, filename: str | None
) -> Response | None:
    """A redirection to `file`, where `answered` would send its bytes; None where the farm sends them itself.

    Clients that follow it ask for the same range there.
    """
    settings = farm.settings
    if not settings.redirect_downloads or file.size < LARGE_BYTES or method != "GET" or answered.span is None:
        return None
    url = farm.storage.signed_download(
        file.key, seconds=settings.signed_link_seconds, filename=filename, content_type=file.content_type
    )
    return RedirectResponse(url, status_code=307, headers={"Cache-Control": "no-store"})
