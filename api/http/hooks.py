"""URLs that users name for events to be sent to."""

from api.domain.webhooks.targets import MAX_URL_LENGTH
from api.errors import InvalidUrl
from api.http.state import Farm
from api.net.guard import Refused


def hook_url(farm: Farm, text: str, *, param: str) -> str:
    """The URL in its usual form. Raises InvalidUrl, about the field `param`, for what the farm never sends to."""
    try:
        url = farm.sender.checked(text)
    except Refused as error:
        raise InvalidUrl(str(error), param=param) from None
    if len(url) > MAX_URL_LENGTH:
        raise InvalidUrl(f"The URL has up to {MAX_URL_LENGTH} characters, not {len(url)}", param=param)
    return url
