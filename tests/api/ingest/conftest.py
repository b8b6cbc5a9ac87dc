"""A server to download from."""

from collections.abc import Iterator

import pytest

from tests.support.origin import Origin, running_origin


@pytest.fixture
def origin() -> Iterator[Origin]:
    with running_origin() as running:
        yield running
