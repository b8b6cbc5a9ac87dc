"""A farm of the first schema: the rows that its code (commit 5bf1bb3) wrote, and what its API answered about them.

first_schema.json was recorded: that code took orders, drew some of them, failed at some, and stopped in the middle of
others. Afterwards ids got readable names, and times by the database's clock fixed values; leases never run out by
themselves. An account's renders are counted by triggers, so its two counts are 0 until its renders are inserted.
"""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import alembic.command
import alembic.config
import orjson
import sqlalchemy as sa

import migrations

Rows = list[dict[str, Any]]

TOKENS = {name: f"dxgl_sk_{letter * 43}" for name, letter in {"maker": "m", "other": "o", "revoked": "r"}.items()}
"""What the accounts' owners hold; the rows have the hashes."""

KEYED_ORDER = {"modelId": "modelChair00", "renderSettings": {"aspect": "1:1", "length": 4}}
"""The request that was answered under the idempotency key "order-1"."""

_DATA = json.loads(Path(__file__).with_name("first_schema.json").read_text())


def _full(value: Any) -> Any:
    """JSON that many rows have nearly the same is written as what differs from one of the texts in "like"."""
    if isinstance(value, dict) and "like" in value:
        changes = {key: changed for key, changed in value.items() if key != "like"}
        return _DATA["like"][value["like"]] | changes
    return value


def _table(table: list[list[Any]]) -> Rows:
    """The first list names the columns."""
    columns, *rows = table
    return [dict(zip(columns, map(_full, row), strict=True)) for row in rows]


ROWS: dict[str, Rows] = {name: _table(table) for name, table in _DATA["rows"].items()}
"""By table. What a row doesn't have, the database makes."""

_SETTINGS = {row["id"]: row["settings"] for row in ROWS["renders"]}
RENDERS: dict[str, dict[str, Any]] = {
    shown["id"]: shown | {"renderSettings": _SETTINGS[shown["id"]]} for shown in _table(_DATA["renders"])
}
"""What GET /v1/renders/:id answered, by id."""

ANSWERS: dict[str, Any] = _DATA["answers"]
"""What other paths answered; of renders in lists only their ids."""


def fill(url: str) -> None:
    """Makes the tables of the first schema in an empty database, and their rows."""
    engine = sa.create_engine(url, json_serializer=lambda value: orjson.dumps(value).decode())
    with engine.begin() as connection:
        config = alembic.config.Config()
        config.set_main_option("script_location", migrations.__path__[0])
        config.attributes["connection"] = connection
        alembic.command.upgrade(config, "0001")
        known = sa.MetaData()
        known.reflect(connection)
        for name, rows in ROWS.items():
            table = known.tables[name]
            for row in rows:
                connection.execute(sa.insert(table).values(
                    {column: _typed(table.c[column], value) for column, value in row.items() if value is not None}
                ))  # fmt: skip
    engine.dispose()


def _typed(column: sa.Column[Any], value: Any) -> Any:
    return dt.datetime.fromisoformat(value + "+00:00") if isinstance(column.type, sa.DateTime) else value


def content(key: str, size: int) -> bytes:
    """What the file of that storage key holds."""
    return (key.encode() * size)[:size]


def store_files(folder: Path) -> None:
    """Writes all files that the rows name, as the storage in a local folder has them."""
    files = {row["storage_key"]: row["file_size"] for table in ("models", "overlays") for row in ROWS[table]}
    for row in ROWS["renders"] + ROWS["segments"]:
        files |= {file["key"]: file["size"] for file in row["files"].values()}
    for key, size in files.items():
        path = folder / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content(key, size))
