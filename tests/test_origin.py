"""The tests' own HTTP server leaves no connection open when it stops: the next test would fail for it."""

import contextlib
import gc
import socket
import sys

import pytest

from tests.support.origin import running_origin

CLIENTS = 60
"""Fewer than asyncio accepts in one round of its loop."""


def test_connections_that_come_while_it_stops_are_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    left: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda unraisable: left.append(unraisable.exc_value))
    for _ in range(10):
        with contextlib.ExitStack() as clients:
            with running_origin() as origin:
                for _ in range(CLIENTS):
                    clients.enter_context(socket.create_connection(("127.0.0.1", origin.port)))
            gc.collect()
    assert not left
