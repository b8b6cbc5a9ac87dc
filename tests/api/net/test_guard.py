"""Every address that leads inside is refused, however it is written, and only the allow-list opens a door."""

import asyncio
import contextlib
import ipaddress
import logging
import socket
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from api.net.guard import (
    MAX_ADDRESSES,
    WEB_PORTS,
    Address,
    AllowList,
    Guard,
    Refused,
    is_plain,
    is_public,
    parse_address,
    system_look_up,
)

PUBLIC = [
    "1.1.1.1", "8.8.8.8", "11.0.0.1", "99.255.255.255", "100.63.255.255", "100.128.0.1", "126.255.255.255",
    "128.0.0.1", "168.63.129.15", "169.253.255.255", "172.15.255.255", "172.32.0.0", "192.0.1.1", "192.167.255.255",
    "192.169.0.0", "198.17.255.255", "198.20.0.1", "223.255.255.255",
    "2001:200::1", "2001:4860:4860::8888", "2600:1f18::1", "2606:4700:4700::1111", "2a00:1450:4001:81b::200e",
    "2001:db7:ffff::1", "2003::1", "3ffe::1",
]  # fmt: skip

SPECIAL = {
    "this network": "0.0.0.0/8",
    "private 10": "10.0.0.0/8",
    "carrier-grade NAT": "100.64.0.0/10",
    "loopback": "127.0.0.0/8",
    "link-local": "169.254.0.0/16",
    "private 172": "172.16.0.0/12",
    "protocol assignments": "192.0.0.0/24",
    "documentation 1": "192.0.2.0/24",
    "6to4 relay": "192.88.99.0/24",
    "private 192": "192.168.0.0/16",
    "benchmarking": "198.18.0.0/15",
    "documentation 2": "198.51.100.0/24",
    "documentation 3": "203.0.113.0/24",
    "multicast": "224.0.0.0/4",
    "reserved": "240.0.0.0/4",
    "unspecified and loopback 6": "::/127",
    "IPv4-compatible": "::/96",
    "IPv4-mapped": "::ffff:0:0/96",
    "IPv4-translated": "::ffff:0:0:0/96",
    "NAT64": "64:ff9b::/96",
    "local NAT64": "64:ff9b:1::/48",
    "discard": "100::/64",
    "Teredo": "2001::/32",
    "benchmarking 6": "2001:2::/48",
    "ORCHID": "2001:10::/28",
    "ORCHIDv2": "2001:20::/28",
    "documentation 6": "2001:db8::/32",
    "6to4": "2002::/16",
    "documentation 6 new": "3fff::/20",
    "unassigned": "4000::/3",
    "segment routing": "5f00::/16",
    "unique local": "fc00::/7",
    "link-local 6": "fe80::/10",
    "site-local": "fec0::/10",
    "multicast 6": "ff00::/8",
}

METADATA = {
    "AWS, Google, Azure, DigitalOcean, OpenStack": "169.254.169.254",
    "AWS containers": "169.254.170.2",
    "AWS by IPv6": "fd00:ec2::254",
    "Google by IPv6": "fd20:ce::254",
    "OpenStack by IPv6": "fe80::a9fe:a9fe",
    "Azure's host": "168.63.129.16",
    "Oracle": "192.0.0.192",
    "Alibaba": "100.100.100.200",
    "Tencent": "169.254.0.23",
    "Scaleway": "169.254.42.42",
}

any_v4 = st.integers(0, 2**32 - 1).map(IPv4Address)
any_v6 = st.one_of(st.integers(0, 2**128 - 1), st.integers(0x2 << 124, (0x4 << 124) - 1)).map(IPv6Address)


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("network", SPECIAL.values(), ids=SPECIAL.keys())
@settings(max_examples=20)
@given(data=st.data())
def test_no_address_of_a_special_network_is_public(network: str, data: st.DataObject) -> None:
    block = ipaddress.ip_network(network)
    assert not is_public(block[0])
    assert not is_public(block[-1])
    assert not is_public(block[data.draw(st.integers(0, block.num_addresses - 1))])


@pytest.mark.parametrize("address", METADATA.values(), ids=METADATA.keys())
def test_no_metadata_service_is_public(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@given(any_v4 | any_v6)
@example(IPv6Address("2001:4860:4860::8888"))
def test_what_python_knows_to_be_special_is_not_public(address: Address) -> None:
    special = (
        address.is_private or address.is_loopback or address.is_link_local or address.is_multicast
        or address.is_reserved or address.is_unspecified
    )  # fmt: skip
    assert not (is_public(address) and special)


@given(any_v4)
@example(IPv4Address("8.8.8.8"))
@example(IPv4Address("127.0.0.1"))
def test_an_address_that_carries_an_ipv4_address_is_never_public(inner: IPv4Address) -> None:
    low = int(inner)
    assert not is_public(IPv6Address(low))
    assert not is_public(IPv6Address(0xFFFF << 32 | low))
    assert not is_public(IPv6Address(int(IPv6Address("64:ff9b::")) | low))
    assert not is_public(IPv6Address(0x2002 << 112 | low << 80))
    assert not is_public(IPv6Address(0x20010000 << 96 | (low ^ 0xFFFFFFFF)))
    for tunnel in (0x5EFE, 0x02005EFE):
        assert not is_public(IPv6Address(int(IPv6Address("2a00:1450::")) | tunnel << 32 | low))


def test_an_address_with_a_zone_is_not_public() -> None:
    assert is_public(IPv6Address("2606:4700::1"))
    assert not is_public(IPv6Address("2606:4700::1%eth0"))


@pytest.mark.parametrize(
    "host", ["example.com", "a.b-c.example", "xn--bcher-kva.example", "minio", "my_bucket.s3.example", "1.example",
             "0x7f.example", "8.8.8.8", "127.0.0.1", "::1", "2606:4700::1111", "a" * 63 + ".example", "1e100.net"]
)  # fmt: skip
def test_plain_hosts_pass(host: str) -> None:
    assert is_plain(host)


@pytest.mark.parametrize(
    "host", [
        "", ".", "example.com.", "localhost.", ".example.com", "a..b", "127.0.0.1.", "a" * 64 + ".example", "a." * 127,
        "2130706433", "0", "127.1", "127.0.1", "0177.0.0.1", "0x7f.0.0.1", "0x7f000001", "017700000001", "0x", "1.0x",
        "127.0.0.01", "127.0.0.256", "127.0.0.1.1", "1.2.3.4.5", "example.1", "127.0.0.0x1",
        "[::1]", "::1]", "::g", "1::2::3", "Example.com", "bücher.example", "１２７.0.0.1", "127。0。0。1", "ⓛocalhost",
        "exa mple", "example%2ecom", "%31", "a\0b", "a\nb", "user@host", "host:80", "-a.example", "a-.example", "a/b",
    ],
)  # fmt: skip
def test_odd_spellings_are_refused(host: str) -> None:
    assert not is_plain(host)
    with pytest.raises(Refused, match="usual spelling"):
        resolve(host, 80, ["1.1.1.1"])


@given(st.from_regex(r"((0x)?[0-9a-f]{1,11}\.?){1,4}", fullmatch=True))
@example("0x7f.1")
@example("010.0.0.1")
def test_what_c_reads_as_an_address_passes_as_dotted_decimals_only(host: str) -> None:
    try:
        packed = socket.inet_aton(host)
    except OSError:
        return
    assert is_plain(host) == (socket.inet_ntoa(packed) == host)


@given(any_v4 | any_v6)
def test_every_address_in_its_usual_spelling_is_read_back(address: Address) -> None:
    assert is_plain(str(address))
    assert parse_address(str(address)) == address


def test_the_allow_list_names_hosts_addresses_and_networks() -> None:
    allowed = AllowList.parse(" minio, 10.1.0.0/16,,192.168.7.7 ,FD00::/8, Models.Internal,", "PIROUETTE_INGEST_ALLOW")
    assert allowed.hosts == {"minio", "models.internal"}
    assert allowed.networks == (IPv4Network("10.1.0.0/16"), IPv4Network("192.168.7.7/32"), IPv6Network("fd00::/8"))
    assert AllowList.parse("", "PIROUETTE_INGEST_ALLOW") == AllowList(frozenset(), ())


@pytest.mark.parametrize(
    "entry", ["10.0.0.1/8", "10.0.0.0/33", "127.1", "*.internal", "http://minio", "minio:9000", "a b"]
)
def test_a_malformed_allow_list_is_told_by_its_entry(entry: str) -> None:
    with pytest.raises(ValueError, match="PIROUETTE_INGEST_ALLOW: '") as raised:
        AllowList.parse(f"minio,{entry}", "PIROUETTE_INGEST_ALLOW")
    assert repr(entry) in str(raised.value)


def resolve(
    host: str, port: int, answer: list[str] | OSError, allow: str = "", public_ports: tuple[int, ...] = WEB_PORTS
) -> list[str]:
    asked = []

    async def look_up(name: str) -> list[str]:
        asked.append(name)
        if isinstance(answer, OSError):
            raise answer
        return answer

    guard = Guard(AllowList.parse(allow, "PIROUETTE_INGEST_ALLOW"), look_up, public_ports)
    addresses = asyncio.run(guard.resolve(host, port))
    assert asked in ([host], [])
    return addresses


def test_a_public_host_resolves_to_its_addresses_in_order() -> None:
    addresses = ["2606:4700::1111", "1.1.1.1", "1.1.1.1", "1.0.0.1"]
    assert resolve("models.example", 443, addresses) == ["2606:4700::1111", "1.1.1.1", "1.0.0.1"]
    assert resolve("8.8.8.8", 80, OSError("an address is not looked up")) == ["8.8.8.8"]


def test_no_more_addresses_are_tried_than_makes_sense() -> None:
    assert len(resolve("models.example", 443, [f"1.1.1.{i}" for i in range(100)])) == MAX_ADDRESSES


@pytest.mark.parametrize("answers", [["10.0.0.5"], ["1.1.1.1", "10.0.0.5"], ["::ffff:1.1.1.1"], ["fe80::1%2"], []])
def test_one_bad_address_refuses_the_host(answers: list[str], caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO), pytest.raises(Refused):
        resolve("models.example", 443, answers)


@pytest.mark.parametrize("port", [1, 22, 8080, 6379, 65535])
def test_public_hosts_are_reached_on_web_ports_only(port: int) -> None:
    with pytest.raises(Refused, match="port 80 or 443"):
        resolve("models.example", port, ["1.1.1.1"])


def test_a_listed_host_may_be_anywhere_and_others_may_not() -> None:
    assert resolve("minio", 9000, ["10.0.0.5"], "minio") == ["10.0.0.5"]
    with pytest.raises(Refused):
        resolve("minio.example", 9000, ["10.0.0.5"], "minio")
    with pytest.raises(Refused):
        resolve("10.0.0.5", 9000, [], "minio")


def test_a_listed_network_admits_its_addresses_and_no_others() -> None:
    assert resolve("models.internal", 9000, ["10.1.2.3"], "10.1.0.0/16") == ["10.1.2.3"]
    assert resolve("10.1.2.3", 80, [], "10.1.0.0/16") == ["10.1.2.3"]
    for address in ("10.2.0.0", "::ffff:10.1.2.3", "64:ff9b::a01:203"):
        with pytest.raises(Refused):
            resolve("models.internal", 80, ["10.1.2.3", address], "10.1.0.0/16")


def test_without_public_ports_only_what_is_listed_is_reached() -> None:
    assert resolve("10.1.2.3", 8080, [], "10.1.0.0/16", ()) == ["10.1.2.3"]
    assert resolve("shop.internal", 80, ["10.1.2.3"], "10.1.0.0/16", ()) == ["10.1.2.3"]
    for answer in (["1.1.1.1"], ["10.1.2.3", "1.1.1.1"]):
        with pytest.raises(Refused, match="https://"):
            resolve("shop.example", 80, answer, "10.1.0.0/16", ())


@pytest.mark.parametrize(
    ("host", "port", "allow", "refused"),
    [
        ("shop.example", 443, "", False), ("shop.example", 8443, "", True), ("shop.example", 8443, "10.0.0.0/8", False),
        ("shop.example", 8443, "shop.example", False), ("shop.example", 8443, "other.example", True),
        ("8.8.8.8", 443, "", False), ("10.0.0.5", 443, "", True), ("10.0.0.5", 8443, "10.0.0.0/8", False),
        ("127.1", 443, "127.0.0.0/8", True), ("::ffff:127.0.0.1", 443, "127.0.0.0/8", True),
    ],
)  # fmt: skip
def test_what_no_name_server_could_save_is_refused_at_sight(host: str, port: int, allow: str, refused: bool) -> None:
    async def look_up(name: str) -> list[str]:
        raise AssertionError("nobody is asked")

    guard = Guard(AllowList.parse(allow, "PIROUETTE_WEBHOOK_ALLOW"), look_up)
    with pytest.raises(Refused) if refused else contextlib.nullcontext():
        guard.refuse_at_sight(host, port)


def test_unknown_and_internal_hosts_look_the_same_from_outside(caplog: pytest.LogCaptureFixture) -> None:
    messages = set()
    with caplog.at_level(logging.INFO, logger="api.net.guard"):
        for answer in (OSError("name or service not known"), ["10.0.0.5"], ["169.254.169.254"]):
            with pytest.raises(Refused) as raised:
                resolve("db.internal", 80, answer)
            messages.add(str(raised.value))
    assert messages == {"The URL does not lead to a public address on port 80 or 443"}
    assert "10.0.0.5" in caplog.text
    assert "not known" in caplog.text


@pytest.mark.parametrize("host", ["models.example", "shop.example.com"])
def test_a_name_that_does_not_resolve_is_told_as_such(host: str) -> None:
    with pytest.raises(Refused, match=f"host {host} does not resolve"):
        resolve(host, 80, OSError("name or service not known"))


def test_other_ports_are_admitted_by_setting() -> None:
    assert resolve("models.example", 8443, ["1.1.1.1"], "", (443, 8443)) == ["1.1.1.1"]
    for host, port, address in (("models.example", 80, "1.1.1.1"), ("models.example", 8443, "10.0.0.5")):
        with pytest.raises(Refused, match="on port 443 or 8443"):
            resolve(host, port, [address], "", (443, 8443))


def test_the_systems_resolver_is_asked() -> None:
    assert set(asyncio.run(system_look_up("localhost"))) <= {"127.0.0.1", "::1"}
    with pytest.raises(Refused):
        asyncio.run(Guard(AllowList.parse("", "PIROUETTE_INGEST_ALLOW")).resolve("localhost", 80))
