"""Where a request may go: public unicast addresses on web ports, and what an allow-list of the farm's names.

`is_plain` judges how a host is spelt, `is_public` an address, and `Guard.resolve` turns a host into addresses that
have passed. Whoever connects must connect to those very addresses and never ask the name server again.

What is public is decided by tables of our own: the `is_global` of Python's ipaddress changed between patch releases
(CVE-2024-4032) and calls NAT64, IPv4-mapped and Azure's host addresses public. Addresses with an IPv4 address inside
are refused whatever is inside: no public name resolves to one, and which IPv4 host they reach is for some gateway to
say. A farm behind DNS64 names its prefix in the allow-list.
"""

import dataclasses
import ipaddress
import logging
import re
import socket
from collections.abc import Awaitable, Callable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Self

import anyio

Address = IPv4Address | IPv6Address
LookUp = Callable[[str], Awaitable[list[str]]]

WEB_PORTS = (80, 443)
MAX_ADDRESSES = 8
"""Of a name, tried one after the other."""

# https://www.iana.org/assignments/iana-ipv4-special-registry, and the two multicast and reserved blocks.
_SPECIAL_V4 = tuple(
    IPv4Network(block)
    for block in (
        "0.0.0.0/8",  # this network; 0.0.0.0 connects to the own machine
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # shared between a carrier and its customers; Alibaba's metadata
        "127.0.0.0/8",  # loopback
        "168.63.129.16/32",  # Azure's virtual host, beside the registry
        "169.254.0.0/16",  # link-local; the metadata of most clouds
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments; Oracle's metadata
        "192.0.2.0/24",  # documentation
        "192.31.196.0/24",  # AS112
        "192.52.193.0/24",  # AMT
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",  # private
        "192.175.48.0/24",  # AS112
        "198.18.0.0/15",  # benchmarking
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved; broadcast
    )
)

# https://www.iana.org/assignments/ipv6-address-space: all unicast that IANA has given out is in here. What is not:
# loopback, unspecified, unique local (AWS's and Google's metadata), link-local, multicast, IPv4-mapped ::ffff:0:0/96,
# IPv4-compatible ::/96, NAT64 64:ff9b::/96 and 64:ff9b:1::/48, discard, segment routing.
_UNICAST_V6 = IPv6Network("2000::/3")

# https://www.iana.org/assignments/iana-ipv6-special-registry, the part in 2000::/3.
_SPECIAL_V6 = tuple(
    IPv6Network(block)
    for block in (
        "2001::/23",  # protocol assignments: Teredo 2001::/32, benchmarking 2001:2::/48, ORCHID, anycast services
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4
        "2620:4f:8000::/48",  # AS112
        "3fff::/20",  # documentation
    )
)

_ISATAP = (0x00005EFE, 0x02005EFE)  # RFC 5214, 6.1: the middle of the address, an IPv4 address follows

_NAME = re.compile(r"(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")

# https://www.iana.org/assignments/special-use-domain-names, ICANN's .internal, and what networks use of old.
_INTERNAL = (
    ".internal", ".local", ".localhost", ".home.arpa", ".in-addr.arpa", ".ip6.arpa", ".test", ".onion", ".alt",
    ".lan", ".home", ".corp", ".intranet", ".private", ".localdomain",
)  # fmt: skip

log = logging.getLogger(__name__)


class Refused(Exception):
    """No request goes to this URL or host. The message may be shown to whoever named it."""


def is_public(address: Address) -> bool:
    """Whether the address is one that anybody on the Internet may reach, and leads to a single host."""
    if isinstance(address, IPv4Address):
        return not any(address in block for block in _SPECIAL_V4)
    return (
        address.scope_id is None
        and address in _UNICAST_V6
        and not any(address in block for block in _SPECIAL_V6)
        and (int(address) >> 32 & 0xFFFFFFFF) not in _ISATAP
    )


def parse_address(host: str) -> Address | None:
    """The address, if `host` is one in its usual spelling, IPv6 without brackets."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def is_plain(host: str) -> bool:
    """Whether the host is an address in its usual spelling or a DNS name in lower-case ASCII.

    What resolvers read in ways of their own is not: octal, hexadecimal, short and integer IPv4 addresses (the rule
    is WHATWG URL's: a last label that is a number), a dot at the end, escapes.
    """
    if parse_address(host) is not None:
        return True
    return _NAME.fullmatch(host) is not None and _NUMBER.fullmatch(host.split(".")[-1]) is None


def is_internal(name: str) -> bool:
    """Whether only a network of its own can have given the name out: it has no dot, or a domain that is nobody's."""
    return "." not in name or name.endswith(_INTERNAL)


@dataclasses.dataclass(frozen=True, slots=True)
class AllowList:
    """Hosts and networks that are admitted on any port although they aren't public."""

    hosts: frozenset[str]
    networks: tuple[IPv4Network | IPv6Network, ...]

    @classmethod
    def parse(cls, text: str, setting: str) -> Self:
        """From names, addresses and CIDR networks between commas. Raises ValueError, which names the `setting`."""
        hosts: set[str] = set()
        networks: list[IPv4Network | IPv6Network] = []
        for entry in filter(None, (part.strip().lower() for part in text.split(","))):
            try:
                networks.append(ipaddress.ip_network(entry))
            except ValueError as error:
                if not is_plain(entry):
                    raise ValueError(
                        f"{setting}: {entry!r} is no host name, address or CIDR network ({error})"
                    ) from None
                hosts.add(entry)
        return cls(frozenset(hosts), tuple(networks))

    def admits(self, host: str, address: Address) -> bool:
        return host in self.hosts or any(address in network for network in self.networks)


async def system_look_up(host: str) -> list[str]:
    """All addresses of a name as the system's resolver gives them. Raises OSError."""
    infos = await anyio.to_thread.run_sync(
        lambda: socket.getaddrinfo(host, None, type=socket.SOCK_STREAM), abandon_on_cancel=True
    )
    return [str(address[0]) for _, _, _, _, address in infos]


@dataclasses.dataclass(frozen=True, slots=True)
class Guard:
    """Turns hosts into addresses that may be connected to. `look_up` asks the name servers.

    Public addresses are admitted on `public_ports`; without any, only what the allow-list names is.
    """

    allowed: AllowList
    look_up: LookUp = system_look_up
    public_ports: tuple[int, ...] = WEB_PORTS

    def refuse_at_sight(self, host: str, port: int) -> None:
        """Raises Refused for what `resolve` would refuse whatever the name servers say. Asks nobody."""
        if not is_plain(host):
            raise Refused("The URL leads to a host that is no name or IP address in its usual spelling")
        address = parse_address(host)
        if address is not None:
            fits = self._admits(host, address, port)
        else:
            fits = port in self.public_ports or host in self.allowed.hosts or bool(self.allowed.networks)
        if not fits:
            raise self._refusal

    async def resolve(self, host: str, port: int) -> list[str]:
        """The addresses of `host`, in the resolver's order. A single one that isn't admitted refuses them all.

        Raises Refused. A name that doesn't resolve is told as such, because it is mostly misspelt. Only for names that
        nobody on the Internet can have (`is_internal`) it is told as one that leads to no public address: a stranger
        must not learn which internal hosts exist. The reason is in the log.
        """
        self.refuse_at_sight(host, port)
        try:
            spelt = [host] if parse_address(host) else await self.look_up(host)
        except (OSError, UnicodeError) as error:
            log.info("No request to %s: %s", host, error)
            if is_internal(host):
                raise self._refusal from None
            raise Refused(f"The URL's host {host} does not resolve: no name server knows an address of it") from None
        addresses = [ipaddress.ip_address(each) for each in dict.fromkeys(spelt)][:MAX_ADDRESSES]
        for address in addresses:
            if not self._admits(host, address, port):
                log.warning("No request to %s: it leads to %s port %d", host, address, port)
                raise self._refusal
        if not addresses:
            raise self._refusal
        return [str(address) for address in addresses]

    def _admits(self, host: str, address: Address, port: int) -> bool:
        return self.allowed.admits(host, address) or (is_public(address) and port in self.public_ports)

    @property
    def _refusal(self) -> Refused:
        if not self.public_ports:
            return Refused("The URL must begin with https://")
        ports = " or ".join(map(str, self.public_ports))
        return Refused(f"The URL does not lead to a public address on port {ports}")
