"""No storage and no broker is asked for anything while a transaction is open: it may hold locks that all wait for."""

import contextlib
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from celery import Celery

from api.db.session import Database
from api.storage.local import LocalStorage
from api.storage.s3 import S3Storage

STORAGE_CALLS = (
    "writer", "put_file", "copy", "read", "stat", "local_path", "delete", "delete_prefix", "entries", "tidy",
    "ping",
)  # fmt: skip


class OutsideCall(AssertionError):
    """A test found I/O inside a transaction."""


def forbid_calls_in_transactions(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on such a call raises OutsideCall, in the thread of the transaction."""
    open_here = threading.local()

    def counted(begin: Callable[..., Any]) -> Callable[..., Any]:
        @contextlib.contextmanager
        def counting(*arguments: Any) -> Iterator[Any]:
            with begin(*arguments) as session:
                open_here.count = getattr(open_here, "count", 0) + 1
                try:
                    yield session
                finally:
                    open_here.count -= 1

        return counting

    def checked(call: Callable[..., Any], name: str) -> Callable[..., Any]:
        def checking(*arguments: Any, **named: Any) -> Any:
            if getattr(open_here, "count", 0):
                raise OutsideCall(f"{name} is called inside a transaction")
            return call(*arguments, **named)

        return checking

    for name in ("begin_as", "read", "read_rows"):
        monkeypatch.setattr(Database, name, counted(getattr(Database, name)))
    for storage in (LocalStorage, S3Storage):
        for name in STORAGE_CALLS:
            monkeypatch.setattr(storage, name, checked(getattr(storage, name), f"{storage.__name__}.{name}"))
    for name in ("send_task", "connection_for_write"):
        monkeypatch.setattr(Celery, name, checked(getattr(Celery, name), f"Celery.{name}"))
