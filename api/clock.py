"""Time as the service keeps it: aware UTC datetimes, cut to milliseconds because that is what the API shows."""

import datetime as dt


def now() -> dt.datetime:
    """The current time, aware, UTC, whole milliseconds."""
    moment = dt.datetime.now(dt.UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def iso(moment: dt.datetime) -> str:
    """``2026-02-15T20:00:00.000Z``"""
    return moment.astimezone(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
