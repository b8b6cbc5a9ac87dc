"""Links that lead back to the farm, whole: whoever gets one need not know where it came from."""

from fastapi import Request

from api.settings import Settings


def absolute(request: Request, settings: Settings, url: str) -> str:
    """`url` as it is if it is whole; else, a path, below PIROUETTE_PUBLIC_URL, or below what the request was sent to.
    """
    return below(settings.public_url or str(request.base_url), url)


def below(base: str, url: str) -> str:
    """`url` as it is if it is whole; else, a path, below the URL `base`."""
    return f"{base.rstrip('/')}{url}" if url.startswith("/") else url
