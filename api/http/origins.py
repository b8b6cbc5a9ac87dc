"""Whether a request that brings a cookie comes from a page of this server: browsers send cookies along with requests
that pages of other servers make, too.
"""

from urllib.parse import urlsplit

from fastapi import Request

from api.errors import Forbidden


def require_own_page(request: Request) -> None:
    """Raises Forbidden unless the browser says that a page of this server sent the request.

    Every browser says so, in the header Origin, of whatever isn't GET or HEAD. Only host and port are compared: a proxy
    that ends TLS may not tell the scheme, but passes the host on that people typed.
    """
    origin = request.headers.get("origin", "")
    host = request.headers.get("host", "")
    if not host or urlsplit(origin).netloc.lower() != host.lower():
        raise Forbidden("The request was not sent by a page of this server")
