"""Fixtures: servers that stand for the world outside, one of them with a certificate."""

import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from tests.support.origin import Origin, running_origin


@pytest.fixture
def origin() -> Iterator[Origin]:
    with running_origin() as running:
        yield running


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def secure_origin(authority: trustme.CA) -> Iterator[tuple[Origin, list[str | None]]]:
    """A server with a certificate for models.example, and the names its clients asked for by SNI."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("models.example").configure_cert(context)
    asked: list[str | None] = []
    context.sni_callback = lambda connection, name, _: asked.append(name)
    with running_origin(tls=context) as running:
        yield running, asked


@pytest.fixture
def trusted(authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path.with_name("authority.pem")
    authority.cert_pem.write_to_path(str(path))
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
