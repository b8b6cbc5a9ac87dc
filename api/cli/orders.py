"""What was ordered for a folder of results, kept beside them so that nothing is paid for twice.

    .pirouette/orders/<key>.json      one request to the farm: written before it is sent, and with its answer after
    .pirouette/results/<name>.json    which render the files called <name> are of

Each is replaced as a whole, so that a program that is killed at any moment leaves the old one or the new one. A request
whose answer isn't known is sent again under its key, which the farm answers without charging anew; when the farm has
forgotten the key, the renders themselves are looked for.
"""

import datetime as dt
import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

FOLDER = ".pirouette"

KEY_LASTS = dt.timedelta(hours=23)
"""A farm answers a repeated request by its key for 24 hours; an hour is for clocks that differ."""

Kept = TypeVar("Kept", bound=BaseModel)


class Order(BaseModel):
    """One render. `key` tells it from others that one may want into the folder; `sha256` is its model's, if it was a
    file. `model_id` is None as long as the farm hasn't got the file.
    """

    model_config = ConfigDict(frozen=True)

    key: str
    name: str
    sha256: str | None
    model_id: str | None
    settings: dict[str, Any]


class Request(BaseModel):
    """One request that orders `renders`, whose ids are None until they are known, or where a render is gone.
    `file` is what it uploads. `key` is its Idempotency-Key, `account` the id of who pays.
    """

    model_config = ConfigDict(frozen=True)

    version: Literal[1] = 1
    key: str
    account: str
    sent_at: dt.datetime
    file: str | None = None
    orders: tuple[Order, ...]
    answered: bool = False
    renders: tuple[str | None, ...] = ()

    def answer(self, renders: Sequence[str | None]) -> "Request":
        return self.model_copy(update={"answered": True, "renders": tuple(renders)})

    @property
    def may_be_repeated(self) -> bool:
        """The farm still knows the key, if it ever did."""
        return dt.datetime.now(dt.UTC) - self.sent_at < KEY_LASTS


class Result(BaseModel):
    """The files of a render that are here: their sizes by their names."""

    render: str
    files: dict[str, int]


class OrderBook:
    """The orders for the folder `out`. Its methods raise OSError, and ValueError where a file isn't theirs."""

    def __init__(self, out: Path) -> None:
        self._out = out
        self._orders = out / FOLDER / "orders"
        self._results = out / FOLDER / "results"

    def requests(self, account: str) -> list[Request]:
        """Those of an account, the oldest first."""
        found = (_read(file, Request) for file in self._orders.glob("*.json"))
        return sorted((each for each in found if each.account == account), key=lambda each: each.sent_at)

    def put(self, request: Request) -> None:
        _write(self._orders / f"{request.key}.json", request)

    def drop(self, request: Request) -> None:
        """The request never arrived."""
        (self._orders / f"{request.key}.json").unlink(missing_ok=True)

    def put_result(self, name: str, result: Result) -> None:
        _write(self._results / f"{name}.json", result)

    def drop_result(self, name: str) -> None:
        """The files of this name are about to be others'."""
        (self._results / f"{name}.json").unlink(missing_ok=True)

    def files(self, name: str, render: str) -> list[Path]:
        """The render's files, if all of them are here under this name."""
        file = self._results / f"{name}.json"
        if not file.exists():
            return []
        result = _read(file, Result)
        paths = {self._out / each: size for each, size in result.files.items()}
        whole = all(path.is_file() and path.stat().st_size == size for path, size in paths.items())
        return list(paths) if result.render == render and whole else []


def order_key(model: str, settings: Mapping[str, Any], earlier: int) -> str:
    """`model` is a file's hash or a model's id, `earlier` how many of the same stand before it in the list."""
    return _hash(model, dict(settings), earlier)


def request_key(account: str, orders: Sequence[Order], earlier: int) -> str:
    """`earlier` counts the requests that had any of these orders before, and whose renders are gone."""
    return _hash(account, [order.key for order in orders], earlier)


def _hash(*parts: object) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:40]


def _read(file: Path, kind: type[Kept]) -> Kept:
    try:
        return kind.model_validate_json(file.read_bytes())
    except ValidationError as error:
        raise ValueError(f"{file} is not of this program's: {error.errors()[0]['msg']}") from error


def _write(file: Path, value: BaseModel) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f"{os.getpid()}.part")
    with part.open("w", encoding="utf-8") as out:
        out.write(value.model_dump_json(indent=1))
        out.flush()
        os.fsync(out.fileno())
    part.replace(file)
