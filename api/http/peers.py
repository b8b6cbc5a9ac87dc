"""Whose requests are counted together: clients by their addresses, and the proxies that speak for others."""

import functools
import ipaddress
import urllib.parse

from starlette.types import Scope

UNKNOWN = "-"
"""A client whose address nobody knows, as the log names it too."""

_LONGEST = 45  # characters of an address: IPv6 with an IPv4 tail; a proxy may say anything


@functools.lru_cache(maxsize=4096)
def client_of(host: str) -> str:
    """Who counts as one client: an IPv4 address, or the /64 network of an IPv6 address, of which one customer has all.

    A text that is no address stands for itself, as one word, and cut.
    """
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return urllib.parse.quote(host[:_LONGEST])[:_LONGEST] or UNKNOWN
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.IPv6Network((address, 64), strict=False))


class Proxies:
    """Servers whose word on their clients' addresses is taken: addresses and networks of PIROUETTE_TRUSTED_PROXIES."""

    def __init__(self, text: str) -> None:
        """`text` has commas between. Raises ValueError."""
        self.names = tuple(part.strip() for part in text.split(",") if part.strip())
        try:
            self._networks = tuple(ipaddress.ip_network(name) for name in self.names)
        except ValueError as error:
            raise ValueError(f"PIROUETTE_TRUSTED_PROXIES has addresses and CIDR networks: {error}") from None

    def __contains__(self, host: str) -> bool:
        if not self._networks:
            return False
        try:
            address = ipaddress.ip_address(host)
        except ValueError:
            return False
        return any(address in network for network in self._networks)


def client_in(scope: Scope) -> str:
    """Whose request it is, as `client_of` names clients."""
    return client_of(scope["client"][0]) if scope.get("client") else UNKNOWN
