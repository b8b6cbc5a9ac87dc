"""What a worker and its child log can be read in the database: the last of it, without secrets."""

import logging
import os

import pytest

from api.domain.work import logs
from api.observe import recent
from api.observe.recent import Recent
from api.worker.parent import log
from api.worker.parent.bench import Bench
from api.worker.parent.log import LogKeeper, passed_on
from tests.support.statements import recorded_statements
from tests.support.waiting import wait_for


def record(message: str, level: int = logging.INFO, error: Exception | None = None) -> logging.LogRecord:
    trace = (type(error), error, None) if error is not None else None
    return logging.LogRecord("api", level, __file__, 1, message, (), trace)


def test_the_last_lines_and_the_last_error_are_kept_without_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Recent()
    for number in range(recent.LINES + 5):
        kept.emit(record(f"line {number}"))
    assert len(kept.lines()) == recent.LINES
    assert kept.lines()[-1].endswith(f"INFO    line {recent.LINES + 4}")
    assert Recent().last_error is None
    kept.emit(record("no way to redis://:secret@redis", logging.ERROR, ValueError("redis://:secret@redis")))
    kept.emit(record("all is well"))
    kept.add("child: GET https://s3/b?X-Amz-Signature=secret")
    assert kept.last_error is not None
    assert kept.last_error[0] == "no way to redis://***@redis"
    assert "secret" not in "".join(kept.lines())
    kept.emit(record("x" * 10_000, logging.ERROR))
    kept.add("y" * 10_000)
    assert max(map(len, kept.lines())) < recent.LINE_CHARS + 10


def test_they_are_written_when_there_is_something_new_and_not_too_often(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = Recent()
    keeper = LogKeeper(bench.database, "w", kept)

    def written() -> list[str]:
        with bench.database.read() as session:
            return [line.rpartition("    ")[2] for line in logs.read(session, "w")]

    with recorded_statements() as statements:
        keeper.write()
    assert statements == []
    kept.emit(record("one"))
    keeper.write()
    assert written() == ["one"]
    kept.emit(record("two"))
    keeper.write()
    assert written() == ["one"]
    keeper.write(at_once=True)
    assert written() == ["one", "two"]
    monkeypatch.setattr(log, "WRITE_SECONDS", 0)
    with recorded_statements() as statements:
        keeper.write()
    assert statements == []


def test_what_a_child_writes_to_its_stderr_is_heard_and_passed_on(capfd: pytest.CaptureFixture[str]) -> None:
    heard: list[str] = []
    written = passed_on(heard.append)
    os.write(written, b"one\ntw")
    os.write(written, b"o \xff\n")
    wait_for(lambda: len(heard) == 2, "both lines")
    assert heard == ["one", "two \N{REPLACEMENT CHARACTER}"]
    assert capfd.readouterr().err.startswith("one\n")
    os.close(written)
