"""`pirouette batch`: a file that lists models and settings -> a farm -> the files of all their renders."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import click
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from api.cli.jobs import MOST_JOBS, SETTING_KINDS, Job, check_settings, farm_options, run
from api.ids import is_id


class Row(BaseModel):
    """One render of the list."""

    model_config = ConfigDict(extra="forbid")

    model: str = Field(min_length=1)
    name: str | None = Field(None, pattern=r"^[^/\\\x00]+$")
    renderSettings: dict[str, Any] = {}


_ROWS = TypeAdapter(list[Row])


@click.command(name="batch")
@click.argument("file", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@farm_options
def command(file: Path, out: Path, url: str, token: str) -> None:
    """Have all renders in FILE made, and download their videos, posters and thumbnails (or stills, or datasets).

    FILE is a JSON list of objects with "model", "renderSettings" and "name", or a CSV table with the columns model,
    name and one for each setting. A model is a file, looked for from FILE's folder, or the id of one that the farm has.
    Only the model is required; the name is for the results, instead of the model's.
    """
    try:
        jobs = read_jobs(file)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint=str(file)) from error
    run(url, token, jobs, out)


def read_jobs(file: Path) -> list[Job]:
    """Raises ValueError that names the row at fault; the first is 1."""
    try:
        text = file.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError("not UTF-8 text") from error
    try:
        rows = _ROWS.validate_python(_table(text) if file.suffix.lower() == ".csv" else json.loads(text))
    except json.JSONDecodeError as error:
        raise ValueError(f"neither a .csv nor JSON: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        places = (f"row {place + 1}" if isinstance(place, int) else place for place in first["loc"])
        raise ValueError(": ".join([*places, first["msg"]])) from error
    if not 1 <= len(rows) <= MOST_JOBS:
        raise ValueError(f"{len(rows)} rows, where 1 to {MOST_JOBS} are possible")
    return [_job(row, number, file.parent) for number, row in enumerate(rows, 1)]


def _job(row: Row, number: int, folder: Path) -> Job:
    path = folder / row.model
    if not path.is_file() and not is_id(row.model):
        raise ValueError(f"row {number}: there is no file {path}")
    try:
        check_settings(row.renderSettings)
    except ValueError as error:
        raise ValueError(f"row {number}: {error}") from error
    return Job(path.resolve() if path.is_file() else row.model, row.renderSettings, row.name)


def _table(text: str) -> list[dict[str, Any]]:
    """Rows as JSON has them. Empty cells mean the default."""
    rows = []
    for number, cells in enumerate(csv.DictReader(io.StringIO(text, newline=""), restkey=""), 1):
        if "" in cells:
            raise ValueError(f"row {number}: more cells than columns")
        given = {column.strip(): cell.strip() for column, cell in cells.items() if cell and cell.strip()}
        about = {column: given.pop(column) for column in ("model", "name") if column in given}
        settings = {column: _value(column, cell, number) for column, cell in given.items()}
        rows.append({**about, "renderSettings": settings})
    return rows


def _value(column: str, cell: str, number: int) -> Any:
    if SETTING_KINDS.get(column) not in ("number", "integer", "boolean"):
        return cell
    try:
        return json.loads(cell.lower())
    except ValueError:
        raise ValueError(f"row {number}: {column} can't be {cell!r}") from None
