"""What settings must keep to together. Each rule raises a ValueError that names the variables and says what to do.

Rules take all settings by name: they stand below the class that has them.
"""

import re
from collections.abc import Mapping
from typing import Any, TypeAlias

Values: TypeAlias = Mapping[str, Any]

_PASSWORD_OF_URL = re.compile(r"://[^/?#:@]*:([^/?#]*)@")
_ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:\d{1,5})?|https?://\[[0-9a-f:]+\](:\d{1,5})?")

KNOWN_TO_ALL = frozenset({
    "admin", "change-me", "change_me", "changeit", "changeme", "default", "example", "guest", "minioadmin", "pass",
    "password", "pirouette", "postgres", "redis", "root", "secret", "seaweedfs", "test",
})  # fmt: skip
"""Passwords of manuals, images and examples. A farm that isn't embedded doesn't start with one."""
_SECRETS = (
    "database_password", "database_url", "broker_url", "s3_secret_key", "metrics_token", "oidc_client_secret",
    "mail_url",
)  # fmt: skip

LARGEST = 1_000_000_000
"""Of numbers: columns of databases end at 2,147,483,647, and credits are added up."""
MOST_DAYS = 36_500
"""A hundred years: times before the year 1 can't be told."""


def _numbers_are_bounded(values: Values) -> None:
    for name, value in values.items():
        most = MOST_DAYS if name.endswith("_days") else LARGEST
        if isinstance(value, int | float) and value > most:
            raise ValueError(f"PIROUETTE_{name.upper()} must be at most {most}")


def _heartbeat_fits_lease(values: Values) -> None:
    if values["heartbeat_seconds"] * 2 > values["lease_seconds"]:
        raise ValueError("PIROUETTE_HEARTBEAT_SECONDS must be at most half of PIROUETTE_LEASE_SECONDS")


def _database_has_one_address(values: Values) -> None:
    if values["database_host"] and values["database_url"].get_secret_value():
        raise ValueError("set either PIROUETTE_DATABASE_URL or PIROUETTE_DATABASE_HOST, not both")


def _broker_has_an_address(values: Values) -> None:
    url = values["broker_url"].get_secret_value()
    if url and "://" not in url:
        raise ValueError("PIROUETTE_BROKER_URL must be a URL such as redis://redis:6379/0")


def _secrets_are_secret(values: Values) -> None:
    """What isn't embedded is reached by others, who know the passwords of manuals and examples, too."""
    for name in _SECRETS:
        value = values[name].get_secret_value()
        if name.endswith("_url"):
            value = "".join(_PASSWORD_OF_URL.findall(value))
        if value.lower() in KNOWN_TO_ALL:
            raise ValueError(
                f"PIROUETTE_{name.upper()} has a password that everybody knows; `openssl rand -hex 24` makes one"
            )


def _provider_is_agreed_with(values: Values) -> None:
    agreed = (values["oidc_issuer"], values["oidc_client_id"], values["oidc_client_secret"].get_secret_value())
    if any(agreed) and not all(agreed):
        raise ValueError(
            "PIROUETTE_OIDC_ISSUER, PIROUETTE_OIDC_CLIENT_ID and PIROUETTE_OIDC_CLIENT_SECRET belong together"
        )


def _mail_can_be_sent(values: Values) -> None:
    url = values["mail_url"].get_secret_value()
    if url and not re.match(r"smtps?://[^/]", url):
        raise ValueError("PIROUETTE_MAIL_URL must be a URL such as smtps://user:password@mail.example.com")
    if url and not (values["mail_from"] and values["public_url"]):
        # a link below the address that a request names would lead wherever its sender likes
        raise ValueError("PIROUETTE_MAIL_URL needs PIROUETTE_MAIL_FROM, and PIROUETTE_PUBLIC_URL for its links")


def _files_have_one_place(values: Values) -> None:
    if values["s3_bucket"] and values["storage_dir"] is not None:
        raise ValueError("set either PIROUETTE_S3_BUCKET or PIROUETTE_STORAGE_DIR, not both")
    if bool(values["s3_access_key"]) != bool(values["s3_secret_key"].get_secret_value()):
        raise ValueError("PIROUETTE_S3_ACCESS_KEY and PIROUETTE_S3_SECRET_KEY belong together")


_RULES = (
    _numbers_are_bounded,
    _heartbeat_fits_lease,
    _database_has_one_address,
    _broker_has_an_address,
    _secrets_are_secret,
    _provider_is_agreed_with,
    _mail_can_be_sent,
    _files_have_one_place,
)


def check(values: Values) -> None:
    for rule in _RULES:
        rule(values)


def origins(text: str, variable: str) -> tuple[str, ...]:
    """Those that stand in `text` with commas between. Raises ValueError for what no browser would send as an origin."""
    found = tuple(origin.strip().rstrip("/") for origin in text.split(",") if origin.strip())
    for origin in found:
        if origin != "*" and not _ORIGIN.fullmatch(origin):
            raise ValueError(f"{variable}: {origin!r} is no origin; write it like https://shop.example.com")
    return found


def ports(text: str, variable: str) -> tuple[int, ...]:
    """Those that stand in `text` with commas between. Raises ValueError for what is no port."""
    found = [port.strip() for port in text.split(",") if port.strip()]
    if not all(port.isdecimal() and 1 <= int(port) <= 65535 for port in found):
        raise ValueError(f"{variable} must be port numbers with commas between, such as 80,443,8443")
    return tuple(map(int, found))
