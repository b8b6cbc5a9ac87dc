"""What people get wrong in settings and on the command line, told in a line instead of a traceback."""

import difflib
from collections.abc import Iterator, Mapping

from api.errors import FarmError
from api.storage.base import StorageUnavailable

PREFIX = "PIROUETTE_"
OF_COMMANDS = ("PIROUETTE_TOKEN", "PIROUETTE_URL")
"""Variables that are no settings of a farm, but options of the commands that talk to one."""


def unknown_variables(environment: Mapping[str, str]) -> Iterator[str]:
    """A warning of each variable that looks like a setting and is none."""
    given = [name for name in environment if name.upper().startswith(PREFIX) and name not in OF_COMMANDS]
    if not given:
        return
    from api.settings import Settings  # takes as long to import as the rest of `pirouette submit`

    known = [*(name.removeprefix(PREFIX) for name in OF_COMMANDS), *(name.upper() for name in Settings.model_fields)]
    for name in sorted(given):
        rest = name.upper().removeprefix(PREFIX)
        if rest not in known:
            near = difflib.get_close_matches(rest, known, 1)  # all have the prefix, which would make them alike
            yield f"there is no setting {name}" + (f"; do you mean {PREFIX}{near[0]}?" if near else "")


def explained(error: Exception) -> str | None:
    """What is wrong, if it is with a setting, a file, the database or the storage; None for faults of this program."""
    if isinstance(error, FarmError):
        cause = error.__cause__
        return explained(cause) if isinstance(cause, Exception) else error.message
    if isinstance(error, OSError) and not isinstance(error, BrokenPipeError):  # click ends for that one by itself
        place = f"{error.filename}: " if error.filename else ""
        return f"{place}{error.strerror or error}"

    from alembic.util import CommandError
    from pydantic import ValidationError
    from sqlalchemy.exc import DBAPIError, SQLAlchemyError

    if isinstance(error, ValidationError) and error.title == "Settings":
        lines = ([*(f"{PREFIX}{name}".upper() for name in each["loc"]), each["msg"]] for each in error.errors())
        return "\n".join(": ".join(line).replace("Value error, ", "") for line in lines)
    if isinstance(error, SQLAlchemyError):
        reason = str(error.orig if isinstance(error, DBAPIError) else error).strip().partition("\n")[0]
        return f"The farm's database ({PREFIX}DATABASE_URL) can't be used: {reason}"
    if isinstance(error, CommandError):
        return f"The farm's database is of another version of Pirouette: {error}. Install the newest that has used it"
    if isinstance(error, StorageUnavailable) or (isinstance(error, ValueError) and PREFIX in str(error)):
        return str(error)
    return None
