"""The schema by Alembic: the only module that sees /migrations."""

import functools

import alembic.command
import alembic.config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

import migrations

MIGRATION_LOCK = 0x7069726F  # "piro"; any number that no other program takes on the same PostgreSQL database


def migrate(engine: Engine) -> None:
    """Brings the schema to the newest version. Of several processes at once, one does the work, the rest wait."""
    config = _config()
    with engine.begin() as connection:  # on SQLite this is BEGIN IMMEDIATE, the lock itself
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
        config.attributes["connection"] = connection
        alembic.command.upgrade(config, "head")


def is_current(connection: Connection) -> bool:
    """Whether the schema is of the newest version."""
    return MigrationContext.configure(connection).get_current_heads() == _heads()


def version_of(connection: Connection) -> str:
    """The schema's; "" of a database without one."""
    return ",".join(MigrationContext.configure(connection).get_current_heads())


def is_known(version: str) -> bool:
    """Whether this code can bring a schema of that version to its own: a newer one is unknown."""
    scripts = ScriptDirectory.from_config(_config())
    return version in {script.revision for script in scripts.walk_revisions()}


@functools.cache
def _heads() -> tuple[str, ...]:
    """The newest version by the files, which don't change while a process runs."""
    return tuple(ScriptDirectory.from_config(_config()).get_heads())


def _config() -> alembic.config.Config:
    config = alembic.config.Config()
    config.set_main_option("script_location", migrations.__path__[0].replace("%", "%%"))
    return config
