"""URLs that strangers give, brought to their usual form."""

import httpx

from api.net.guard import Refused


def parse_url(text: str, *, base: httpx.URL | None = None) -> httpx.URL:
    """An http or https URL without credentials; relative to `base` if given. The host is not judged here.

    Raises Refused.
    """
    what = "The URL" if base is None else "The address that the URL redirects to"
    try:
        url = httpx.URL(text.strip()) if base is None else base.join(text)
    except (httpx.InvalidURL, ValueError):
        raise Refused(f"{what} is malformed") from None
    if url.scheme not in ("http", "https"):
        raise Refused(f"{what} must begin with http:// or https://")
    if url.userinfo:
        raise Refused(f"{what} must not contain a user name or password")
    if not url.raw_host or (url.port is not None and not 0 < url.port < 65536):
        raise Refused(f"{what} is malformed")
    return url
