"""Logs are read by more people than the farm's secrets are for."""

import json
import logging
import sys
import threading

import pytest

from api.observe import log
from api.observe.log import Discreet, Structured


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


def told(record: logging.LogRecord) -> dict[str, object]:
    line = Structured("worker 7").format(record)
    assert "\n" not in line
    found: dict[str, object] = json.loads(line)
    return found


def record(message: str, *arguments: object, **more: object) -> logging.LogRecord:
    made = logging.LogRecord("api.http", logging.WARNING, __file__, 1, message, arguments, None)
    vars(made).update(more)
    return made


def test_in_json_a_record_says_what_it_is_about() -> None:
    with log.about(task="t1", attempt=2):
        with log.about(segment="s1"):
            both = told(record("It %s", "broke"))
        one = told(record("It ends"))
    assert both.pop("time")
    assert both == {
        "level": "WARNING", "role": "worker 7", "logger": "api.http", "message": "It broke", "task": "t1",
        "attempt": 2, "segment": "s1",
    }  # fmt: skip
    assert ("task" in one, "segment" in one, "task" in told(record("Later"))) == (True, False, False)


def test_what_one_thread_is_about_is_nobody_elses() -> None:
    heard: list[dict[str, object]] = []
    with log.about(task="t1"):
        other = threading.Thread(target=lambda: heard.append(told(record("Elsewhere"))))
        other.start()
        other.join()
    assert "task" not in heard[0]


def test_in_json_fields_of_a_record_are_fields_and_a_traceback_is_one_line_without_secrets() -> None:
    try:
        raise ValueError('no way to redis://:hush@redis, "quoted"')
    except ValueError:
        failed = record("failed at redis://:hush@redis", exc_info=sys.exc_info(), fields={"status": 500})
    found = told(failed)
    assert found["status"] == 500
    assert found["message"] == "failed at redis://***@redis"
    assert 'ValueError: no way to redis://***@redis, "quoted"' in str(found["exception"])
    assert "hush" not in str(found)
