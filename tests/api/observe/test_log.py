"""Logs are read by more people than the farm's secrets are for."""

import logging

import pytest

from api.observe.log import Discreet


def line(message: str, *arguments: object, error: Exception | None = None) -> str:
    trace = (type(error), error, error.__traceback__) if error is not None else None
    record = logging.LogRecord("api", logging.INFO, __file__, 1, message, arguments, trace)
    return Discreet("%(message)s").format(record)


@pytest.mark.parametrize(
    ("said", "logged"),
    [
        ("no way to postgresql+psycopg://maker:se@cret@db:5432/farm", "no way to postgresql+psycopg://***@db:5432/farm"),
        ("Redis at redis://:secret@redis:6379/0 is gone", "Redis at redis://***@redis:6379/0 is gone"),
        ("PUT https://s3/b/k?X-Amz-Credential=me&X-Amz-Signature=secret&X-Amz-Date=1",
         "PUT https://s3/b/k?X-Amz-Credential=***&X-Amz-Signature=***&X-Amz-Date=1"),
        ("/storage/a?expires=1&signature=secret", "/storage/a?expires=1&signature=***"),
        ("https://example.com/hook?token=secret", "https://example.com/hook?token=***"),
        ("maker@example.com asked for https://example.com/a@b", "maker@example.com asked for https://example.com/a@b"),
    ],
)  # fmt: skip
def test_what_opens_something_is_left_out_of_urls(said: str, logged: str) -> None:
    assert line("%s", said) == logged


def test_tracebacks_are_no_exception() -> None:
    password = "secret"
    try:
        raise ValueError(f"no way to redis://:{password}@redis")
    except ValueError as error:
        logged = line("failed", error=error)
    assert "ValueError: no way to redis://***@redis" in logged
    assert ":secret@" not in logged
