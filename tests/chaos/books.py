"""What must hold when a farm is at rest, whatever happened to it before: nothing lost, doubled or wrongly charged."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Container, Iterator, Sequence
from unittest import mock

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from api.db.tables import (
    Account,
    Flow,
    FlowInput,
    FlowStep,
    LedgerEntry,
    Model,
    Render,
    RenderJob,
    Segment,
    Task,
    Upload,
    Workflow,
)
from api.domain.generations.states import UNFINISHED as UNFINISHED_FLOWS
from api.domain.kit.failures import CANCELLED
from api.domain.projects.states import AT_WORK
from api.domain.removal import leftovers
from api.domain.watching import files
from api.queue.broker import make_celery
from api.queue.sweep import collect_once, sweep_once
from api.storage.open import open_storage
from tests.chaos.customers import Customer
from tests.support.farm import Farm
from tests.support.waiting import wait_for

WHOLE = {"done", "COMPLETED", "completed"}
"""The statuses of what is paid for."""


class Books:
    """Of the accounts of these customers; `all_files`: nobody else has files."""

    def __init__(self, farm: Farm, customers: Sequence[Customer], *, all_files: bool) -> None:
        self.farm = farm
        self.customers = customers
        self.accounts = [customer.account_id for customer in customers]
        self._all_files = all_files

    def findings(self) -> list[str]:
        """What is wrong, a line for each. Waits until the farm is at rest."""
        try:
            wait_for(lambda: not self._at_work(), "the farm's rest")
        except AssertionError:
            return [f"stuck: {each}" for each in self._at_work()]
        cancelled = {subject_id for customer in self.customers for kind, subject_id, _ in customer.ended
                     if kind == "cancelled"}
        with self.farm.database.read() as session:
            return [*_wrong_balances(session), *wrongly_charged(session, self.accounts, cancelled),
                    *self._miscounted(session), *self._wrong_files()]  # fmt: skip

    def _at_work(self) -> list[str]:
        """What has not come to its end."""
        with self.farm.database.read() as session:
            return [
                f"{table.__tablename__} {row}"
                for table, condition in (
                    (Segment, Segment.state.in_(("waiting", "pending", "running"))),
                    (Flow, Flow.state.in_(UNFINISHED_FLOWS)),
                    (RenderJob, RenderJob.status == "QUEUED"),
                    (Workflow, Workflow.status.in_(AT_WORK)),
                )
                for row in session.scalars(select(table.id).where(condition, table.account_id.in_(self.accounts)))
            ]

    def _miscounted(self, session: Session) -> Iterator[str]:
        """There is a row for each order, and no second one."""
        for customer in self.customers:
            for name, rows in (
                ("renders", select(func.count()).where(Render.account_id == customer.account_id, Render.credits > 0)),
                ("flows", select(func.count()).where(Flow.account_id == customer.account_id)),
                ("workflows", select(func.count()).where(Workflow.account_id == customer.account_id)),
            ):
                if (there := session.scalar(rows)) != customer.ordered[name]:
                    yield f"lost or doubled: {customer.ordered[name]} {name} were ordered, {there} are there"
            ended = [each_id for kind, each_id, status in customer.ended if status == "done" and kind != "usdz"]
            still = set(session.scalars(select(Render.id).where(Render.id.in_(ended), Render.status == "done")))
            for render_id in set(ended) - still:
                yield f"lost: render {render_id} was done, and isn't any more"

    def _wrong_files(self) -> Iterator[str]:
        """Each file that a row names is there and, after the sweep, no other."""
        storage = open_storage(self.farm.settings)

        def unneeded() -> set[str]:
            with mock.patch.object(leftovers, "GRACE", dt.timedelta(0)), make_celery(self.farm.settings) as celery:
                sweep_once(self.farm.database, storage, celery, self.farm.settings)
                collect_once(self.farm.database, storage, self.farm.settings)
            named, own = self._named()
            return {key for key in stored_keys(self.farm) if self._is_own(key, own)} - named

        try:
            wait_for(lambda: not unneeded(), "the last files to be deleted")
        except AssertionError:
            yield from (f"file without row: {key}" for key in sorted(unneeded()))
        named, own = self._named()
        for key in named - stored_keys(self.farm):
            if self._is_own(key, own):
                yield f"row without file: {key}"

    def _named(self) -> tuple[set[str], set[str]]:
        """The keys that rows name, and the ids of all that files of these accounts may be of."""
        with self.farm.database.read() as session:
            own = set()
            for column, condition in (
                (Model.id, self._of(Model.account_id)), (Render.id, self._of(Render.account_id)),
                (Task.id, self._of(Task.account_id)), (Upload.id, self._of(Upload.account_id)),
                (FlowInput.id, FlowInput.flow_id.in_(select(Flow.id).where(self._of(Flow.account_id)))),
                (FlowStep.task_id, FlowStep.task_id.in_(select(Task.id).where(self._of(Task.account_id)))),
            ):  # fmt: skip
                own |= set(session.scalars(select(column).where(condition)))
            return set(files.named(session)), own

    def _of(self, account: InstrumentedAttribute[str]) -> ColumnElement[bool]:
        return account.in_(self.accounts)

    def _is_own(self, key: str, own: set[str]) -> bool:
        return self._all_files or key.split("/")[1].partition(".")[0] in own


def wrongly_charged(session: Session, account_ids: Sequence[str], cancelled: Container[str]) -> Iterator[str]:
    """What is done is paid for once, besides what was drawn of it before its owner cancelled it; of what failed all is
    refunded; of what was cancelled or deleted, some. `cancelled` are the ids of what somebody ever cancelled."""
    net: dict[tuple[str, str], int] = defaultdict(int)
    charges: Counter[tuple[str, str]] = Counter()
    open_charges: Counter[tuple[str, str]] = Counter()
    for row in session.execute(
        select(LedgerEntry.subject_kind, LedgerEntry.subject_id, LedgerEntry.kind, LedgerEntry.amount)
        .where(LedgerEntry.account_id.in_(account_ids), LedgerEntry.kind != "grant")
    ):  # fmt: skip
        subject = (row.subject_kind, row.subject_id)
        net[subject] += row.amount
        charges[subject] += row.kind == "charge"
        open_charges[subject] += 1 if row.kind == "charge" else -1
    known = set()
    for kind, table, status, error in (
        ("render", Render, Render.status, Render.error_code), ("render_job", RenderJob, RenderJob.status, None),
        ("flow", Flow, Flow.state, Flow.error_code),
    ):  # fmt: skip
        columns = (table.id, table.credits, status.label("status"), (status if error is None else error).label("e"))
        for each in session.execute(select(*columns).where(table.account_id.in_(account_ids))):
            known.add(subject := (kind, each.id))
            paid = -net[subject]
            if each.status in WHOLE:
                most = each.credits * (charges[subject] if each.id in cancelled else 1)
                right = each.credits <= paid <= most
            elif each.e == CANCELLED or kind == "render_job":
                right = 0 <= paid <= each.credits
            else:
                right = paid == 0
            if not right or open_charges[subject] not in (0, 1):
                yield f"wrongly charged: {kind} {each.id} is {each.status}, costs {each.credits}, paid {paid}"
    for subject in net.keys() - known:
        if subject[0] != "render" or net[subject] > 0:
            yield f"wrongly charged: {subject} isn't there, and its entries sum up to {net[subject]}"


def _wrong_balances(session: Session) -> Iterator[str]:
    total = func.coalesce(func.sum(LedgerEntry.amount), 0)
    for row in session.execute(
        select(Account.id, Account.credits, total.label("total"))
        .outerjoin(LedgerEntry)
        .group_by(Account.id, Account.credits)
        .having(Account.credits != total)
    ):
        yield f"wrongly charged: account {row.id} has {row.credits}, its entries sum up to {row.total}"


def stored_keys(farm: Farm) -> set[str]:
    """All files in the farm's storage, past its own code."""
    settings = farm.settings
    if not settings.s3_bucket:
        keys = (path.relative_to(settings.files_dir) for path in settings.files_dir.rglob("*") if path.is_file())
        return {str(key) for key in keys if not key.parts[0].startswith(".")}  # those are the storage's own
    from api.storage.s3_client import connect

    client = connect(
        endpoint=settings.s3_endpoint, region=settings.s3_region, access_key=settings.s3_access_key,
        secret_key=settings.s3_secret_key.get_secret_value(),
    )  # fmt: skip
    prefix = f"{settings.s3_prefix.strip('/')}/" if settings.s3_prefix else ""
    pages = client.get_paginator("list_objects_v2").paginate(Bucket=settings.s3_bucket, Prefix=prefix)
    return {found["Key"].removeprefix(prefix) for page in pages for found in page.get("Contents", ())} - {"first"}
