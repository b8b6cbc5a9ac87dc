"""Settings that could not work are refused at the start, by their names."""

import pytest

from api.settings import Settings


@pytest.mark.parametrize("ports", ["http", "0", "80;443", "65536", "-1"])
def test_ports_for_downloads_are_numbers(ports: str) -> None:
    with pytest.raises(ValueError, match="PIROUETTE_INGEST_PORTS"):
        Settings(ingest_ports=ports)
