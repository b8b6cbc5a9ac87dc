"""/v1/ledger: where credits came from and what they went for."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated

from fastapi import Query
from pydantic import BaseModel, Field
from starlette.responses import Response

from api import clock
from api.domain.accounts import ledger
from api.domain.accounts.ledger import Entry
from api.errors import InvalidRequest
from api.http.dxgl.auth import Reader
from api.http.dxgl.failures import errors
from api.http.dxgl.paths import WindowDep, new_router
from api.http.dxgl.schemas import Listing, ListMeta, Timestamp
from api.http.params import Moment
from api.http.state import Farm, FarmDep
from api.http.tables import MEDIA_TYPE, csv_response

PIECE = 1000
"""Entries of a table that are read at once."""

router = new_router("account")


class Format(StrEnum):
    JSON = "json"
    CSV = "csv"


class LedgerLine(BaseModel):
    """A change of the balance: a grant of credits, a charge, or a refund of one."""

    id: int = Field(examples=[4711])
    kind: str = Field(examples=["charge"], description=", ".join(ledger.KINDS))
    credits: int = Field(description="Below zero where credits were taken", examples=[-4])
    subjectKind: str | None = Field(description="What it was for", examples=["render"])
    subjectId: str | None = Field(examples=["Xz7pQ4w8nR2k"])
    source: str | None = Field(description="Of a grant: signup or purchase", examples=[None])
    note: str = Field(examples=[""])
    createdAt: Timestamp

    @classmethod
    def of(cls, entry: Entry) -> "LedgerLine":
        return cls(
            id=entry.id, kind=entry.kind, credits=entry.amount, subjectKind=entry.subject_kind,
            subjectId=entry.subject_id, source=entry.source, note=entry.note, createdAt=entry.created_at,
        )  # fmt: skip


@router.get(
    "/ledger",
    response_model=Listing[LedgerLine],
    responses={200: {"content": {MEDIA_TYPE: {}}}, **errors()},
)
def list_ledger(
    principal: Reader,
    farm: FarmDep,
    window: WindowDep,
    kind: Annotated[str, Query(description=f"Only these, with commas between: {', '.join(ledger.KINDS)}")] = "",
    createdAfter: Annotated[Moment | None, Query(description="Only entries after this time")] = None,
    createdBefore: Annotated[Moment | None, Query(description="Only entries before this time")] = None,
    format: Annotated[Format, Query(description="csv is a table of all entries, without pages")] = Format.JSON,
) -> Listing[LedgerLine] | Response:
    """Beyond dx.gl's API: each change of the account's credits, newest first. Their sum is the balance."""
    kinds = tuple(name.strip() for name in kind.split(",") if name.strip())
    unknown = set(kinds) - set(ledger.KINDS)
    if unknown:
        raise InvalidRequest(f"kind must be of {', '.join(ledger.KINDS)}, not {sorted(unknown)[0]!r}", param="kind")
    if format == Format.CSV:
        rows = _all(farm, principal.account_id, kinds, createdAfter, createdBefore)
        return csv_response(tuple(LedgerLine.model_fields), (_row(entry) for entry in rows), filename="ledger.csv")
    with farm.database.read() as session:
        page = ledger.entries(
            session, principal.account_id, limit=window.limit, offset=window.offset, kinds=kinds,
            after=createdAfter, before=createdBefore,
        )  # fmt: skip
    return Listing(
        data=[LedgerLine.of(entry) for entry in page.items],
        meta=ListMeta(total=page.total, offset=window.offset, limit=window.limit),
    )


def _all(
    farm: Farm, account_id: str, kinds: tuple[str, ...], after: Moment | None, before: Moment | None
) -> Iterator[Entry]:
    """Piece by piece, so that a slow reader holds nothing."""
    below: int | None = None
    while True:
        with farm.database.read() as session:
            piece = ledger.entries(
                session, account_id, limit=PIECE, kinds=kinds, after=after, before=before, below=below
            ).items
        yield from piece
        if len(piece) < PIECE:
            return
        below = piece[-1].id


def _row(entry: Entry) -> tuple[object, ...]:
    return (
        entry.id, entry.kind, entry.amount, entry.subject_kind, entry.subject_id, entry.source, entry.note,
        clock.iso(entry.created_at),
    )  # fmt: skip
