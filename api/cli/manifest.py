"""A file that lists models and settings -> jobs, all of it checked before anything is sent."""

import csv
import io
import itertools
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from api.cli.jobs import SETTING_KINDS, Job, Mistakes, check_file, check_settings
from api.ids import is_id

DELIMITERS = ",;\t"
"""Spreadsheets write semicolons where the comma is in numbers."""


class Row(BaseModel):
    """One render of the list."""

    model_config = ConfigDict(extra="forbid")

    model: str = Field(min_length=1)
    name: str | None = Field(None, pattern=r"^[^/\\\x00]+$")
    renderSettings: dict[str, Any] = {}


def read_jobs(file: Path) -> list[Job]:
    """Raises Mistakes, a line for each row at fault; the first is 1."""
    try:
        text = file.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Mistakes([f"{file}: not UTF-8 text"]) from error
    is_table = file.suffix.lower() in (".csv", ".tsv")
    rows: Sequence[Any] = _table(text) if is_table else _listed(file, text)
    if not rows:
        raise Mistakes([f"{file}: there is no row"])
    jobs, mistakes = [], []
    for number, row in enumerate(rows, 1):
        try:
            jobs.append(_job(_typed(row) if is_table else row, number, file.parent))
        except ValueError as error:
            model = row.get("model") if isinstance(row, Mapping) else None
            mistakes.append(f"{file}, row {number}{f' ({model})' if model else ''}: {error}")
    if mistakes:
        raise Mistakes(mistakes)
    return jobs


def _listed(file: Path, text: str) -> Sequence[Any]:
    try:
        rows = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Mistakes([f"{file}: neither a .csv nor JSON: {error}"]) from error
    if not isinstance(rows, list):
        raise Mistakes([f"{file}: not a JSON list"])
    return rows


def _job(given: object, number: int, folder: Path) -> Job:
    """Raises ValueError."""
    try:
        row = Row.model_validate(given)
    except ValidationError as error:
        raise ValueError("; ".join(_told(each) for each in error.errors())) from error
    check_settings(row.renderSettings)
    path = folder / row.model
    if path.is_file():
        check_file(path)
        return Job(path.resolve(), row.renderSettings, row.name, number)
    if not is_id(row.model):
        raise ValueError(f"there is no file {path}")
    return Job(row.model, row.renderSettings, row.name, number)


def _told(error: ErrorDetails) -> str:
    """What is wrong with a row, which may not be one at all, or with one of its fields."""
    field = str(error["loc"][0]) if error["loc"] else ""
    told = _TOLD.get(error["type"])
    return f"{field}: {error['msg']}" if told is None else told.format(field)


_TOLD = {
    "model_type": "not a JSON object", "missing": "there is no {}", "extra_forbidden": "there is no field {}",
    "string_pattern_mismatch": "{} can't have slashes",
}  # fmt: skip
"""By pydantic's types of errors, with the field's name."""


def _table(text: str) -> list[dict[str, str]]:
    """The cells of each row by their columns, without the empty ones, which mean defaults; "" has what is over."""
    header = text.partition("\n")[0]
    delimiter = max(DELIMITERS, key=header.count)
    columns, *rows = [*csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)] or [[]]
    columns = [column.strip() for column in columns]
    return [
        {column: cell.strip() for column, cell in itertools.zip_longest(columns, row, fillvalue="") if cell.strip()}
        for row in rows
        if row
    ]


def _typed(cells: Mapping[str, str]) -> dict[str, Any]:
    """A table's row as a list in JSON has it. Raises ValueError."""
    if "" in cells:
        raise ValueError("more cells than columns")
    about = {column: cell for column, cell in cells.items() if column in ("model", "name")}
    settings = {column: _value(column, cell) for column, cell in cells.items() if column not in about}
    return {**about, "renderSettings": settings}


def _value(column: str, cell: str) -> Any:
    if SETTING_KINDS.get(column) not in ("number", "integer", "boolean"):
        return cell
    try:
        return json.loads(cell.lower().replace(",", "."))
    except ValueError:
        raise ValueError(f"{column} can't be {cell!r}") from None
