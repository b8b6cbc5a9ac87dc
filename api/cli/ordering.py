"""Orders on their way to the farm: each is in the folder's book before it is sent, and its renders after."""

import datetime as dt
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from api.cli.jobs import Job, effective, sha256_of
from api.cli.orders import Order, OrderBook, Request, request_key
from api.client import ClientError, FarmClient, Render, RequestRefused
from renderer.errors import SettingsError

MOST_AT_ONCE = 100
"""Renders of one batch or quote, as the API has it."""

SKEW = dt.timedelta(hours=1)
"""How far the farm's clock may be behind this machine's."""

OnUpload = Callable[[Path, int, int], None]
"""Hears of a file how many bytes of how many are sent."""


class Ordering:
    """What one account ordered for a folder, and orders now. All methods raise ClientError, OSError and ValueError."""

    def __init__(self, farm: FarmClient, account: str, book: OrderBook, on_upload: OnUpload) -> None:
        self._farm = farm
        self._account = account
        self._book = book
        self._on_upload = on_upload
        self._requests = {request.key: request for request in book.requests(account)}

    def orders(self) -> dict[str, tuple[Order, str]]:
        """The orders whose renders are known, with their renders' ids, by the orders' keys. The newest of each."""
        return {
            order.key: (order, render)
            for request in self._requests.values()
            for order, render in zip(request.orders, request.renders, strict=False)
            if render is not None
        }

    def unanswered(self) -> int:
        """How many orders may or may not have reached the farm."""
        return sum(len(request.orders) for request in self._requests.values() if not request.answered)

    def settle(self, wanted: Collection[str]) -> None:
        """Finds out what became of the requests whose answers are missing, of those with an order that is `wanted`.

        One is sent again only if all its orders are wanted: else it might order what nobody wants any more.
        """
        for request in list(self._requests.values()):
            keys = {order.key for order in request.orders}
            if request.answered or keys.isdisjoint(wanted):
                continue
            if request.may_be_repeated and keys <= set(wanted) and _has_its_file(request) and self._repeat(request):
                continue
            found = self._look_for(request)
            if any(found):
                self._keep(request.answer(found))
            else:
                self._forget(request)

    def look(self) -> None:
        """Like `settle`, but sends nothing."""
        for request in list(self._requests.values()):
            if not request.answered:
                found = self._look_for(request)
                if any(found):
                    self._keep(request.answer(found))

    def gone(self, render: str) -> None:
        """The farm has deleted a render."""
        for request in list(self._requests.values()):
            if render in request.renders:
                left = tuple(None if each == render else each for each in request.renders)
                self._keep(request.model_copy(update={"renders": left}))

    def place(self, wanted: Sequence[tuple[Order, Job]]) -> None:
        """Orders all of it: a file that the farm hasn't got is uploaded, which orders a render of it; the rest is
        ordered in batches. Raises ClientError naming the job that is refused.
        """
        known: dict[str, str] = {}
        rest: list[tuple[Order, Job]] = []
        for order, job in wanted:
            model_id = order.model_id
            if model_id is None and order.sha256 is not None:
                model_id = known.get(order.sha256) or self._farm.models.check_hash(order.sha256)
                if model_id is None:
                    known[order.sha256] = self._send_first([order], [job])
                    continue
                known[order.sha256] = model_id
            rest.append((order.model_copy(update={"model_id": model_id}), job))
        for start in range(0, len(rest), MOST_AT_ONCE):
            orders, jobs = zip(*rest[start : start + MOST_AT_ONCE], strict=True)
            self._send_first(orders, jobs)

    def _send_first(self, orders: Sequence[Order], jobs: Sequence[Job]) -> str:
        """The id of the model that the first order is of."""
        keys = {order.key for order in orders}
        earlier = sum(
            not keys.isdisjoint(order.key for order in request.orders) for request in self._requests.values()
        )
        path = jobs[0].model if orders[0].model_id is None else None
        request = Request(
            key=request_key(self._account, orders, earlier),
            account=self._account,
            sent_at=dt.datetime.now(dt.UTC),
            file=str(path) if path is not None else None,
            orders=tuple(orders),
        )
        self._keep(request)
        try:
            return self._send(request)
        except RequestRefused as error:
            raise with_job(error, jobs) from error

    def _send(self, request: Request) -> str:
        try:
            if request.file is not None:
                path, [order] = Path(request.file), request.orders
                upload = self._farm.models.upload(
                    path, order.settings, lambda sent, total: self._on_upload(path, sent, total), key=request.key
                )
                model_id, renders = upload.model_id, [upload.render_id]
            else:
                made = self._farm.renders.batch(
                    [(str(order.model_id), order.settings) for order in request.orders], key=request.key
                )
                model_id, renders = made[0].model_id, [render.id for render in made]
        except RequestRefused as error:
            if 400 <= error.status < 500 and not error.code.startswith("idempotency_"):
                self._forget(request)
            raise
        self._keep(request.answer(renders))
        return model_id

    def _repeat(self, request: Request) -> bool:
        """False: the farm has learned settings since, and takes the request for another one."""
        try:
            self._send(request)
        except RequestRefused as error:
            if error.code != "idempotency_conflict":
                raise
            return False
        return True

    def _keep(self, request: Request) -> None:
        self._book.put(request)
        self._requests[request.key] = request

    def _forget(self, request: Request) -> None:
        self._book.drop(request)
        del self._requests[request.key]

    def _look_for(self, request: Request) -> list[str | None]:
        """The renders that the request made, if it arrived: those of the same model and settings, made since it was
        sent, that are no other order's.
        """
        taken = {render for _, render in self.orders().values()}
        found: list[str | None] = []
        for order in request.orders:
            render = next(
                (each.id for each in self._renders_since(order, request.sent_at - SKEW)
                 if each.id not in taken and _is_equal(each.settings, order.settings)),
                None,
            )  # fmt: skip
            found.append(render)
            taken |= {render} if render else set()
        return found

    def _renders_since(self, order: Order, since: dt.datetime) -> Iterator[Render]:
        """Newest first."""
        model_id = order.model_id
        if model_id is None and order.sha256 is not None:
            model_id = self._farm.models.check_hash(order.sha256)
        if model_id is not None:
            for render in self._farm.renders.list(model_id=model_id):
                if render.created_at is not None and render.created_at < since:
                    return
                yield render


def _has_its_file(request: Request) -> bool:
    if request.file is None:
        return True
    path = Path(request.file)
    return path.is_file() and sha256_of(path) == request.orders[0].sha256


def _is_equal(echoed: Mapping[str, Any], asked: Mapping[str, Any]) -> bool:
    try:
        return effective(echoed) == effective(asked)
    except SettingsError:  # a newer farm's
        return False


def with_job(error: RequestRefused, jobs: Sequence[Job]) -> ClientError:
    """What a batch, or a quote, of these jobs is refused for, with the job that it is about instead of its place in
    the request, which the error's field and message begin with: "renders[3].renderSettings"."""
    place = (error.param or "").partition("]")[0].removeprefix("renders[")
    told = re.sub(r"^renders\[\d+\][.\w]*: ", "", error.message)
    if len(jobs) == 1:
        return ClientError(f"{jobs[0]}: {told}")
    if place.isdecimal() and int(place) < len(jobs):
        return ClientError(f"{jobs[int(place)]}: {told}")
    return ClientError(f"{len(jobs)} renders: {error.message}")
