"""Sends what webhooks are to be sent: claims due deliveries, posts them, and notes what came of it.

An embedded farm's `pirouette serve` runs it in a thread, and so does each `pirouette sweep` of a distributed farm. Any
number may run at once. While a request is on its way, no transaction is open.
"""

import asyncio
import collections
import dataclasses
import logging
import threading
from collections.abc import Callable, Collection, Mapping

import anyio
import anyio.abc
from standardwebhooks import Webhook

from api import clock, counts
from api.db.session import Database
from api.domain.webhooks import deliveries
from api.domain.webhooks.deliveries import Claim, Event
from api.net.sender import Answer, Sender

SENDING = 16
"""Requests on their way at a time."""
SENDING_PER_ACCOUNT = 4
"""Of those, so that one account's slow server keeps nobody else waiting."""

POLL_SECONDS = 1.0
"""How often the database is asked what is due. Workers, who end renders, are other processes and wake nobody here."""

logger = logging.getLogger(__name__)


def no_headers(event: Event, body: bytes, secret: str) -> Mapping[str, str]:
    return {}


@dataclasses.dataclass(frozen=True, slots=True)
class Spelling:
    """How a dialect says what has happened: JSON in UTF-8, and header fields beside those of Standard Webhooks.

    The latter are made of the event, the body and the secret.
    """

    body: Callable[[Event], bytes]
    headers: Callable[[Event, bytes, str], Mapping[str, str]] = no_headers


@dataclasses.dataclass(frozen=True, slots=True)
class _Request:
    claim: Claim
    body: bytes
    headers: dict[str, str]


class Deliverer(threading.Thread):
    """Delivers between `start` and `stop`. `spellings` are by dialect."""

    def __init__(self, database: Database, sender: Sender, spellings: Mapping[str, Spelling]) -> None:
        super().__init__(name="deliverer", daemon=True)
        self._database = database
        self._sender = sender
        self._spellings = spellings
        self._stopping = threading.Event()
        self._sending: collections.Counter[str] = collections.Counter()  # by account
        self._sent = asyncio.Event()

    def stop(self) -> None:
        """What is on its way is broken off; it comes back when its claim has run out."""
        self._stopping.set()
        self.join()

    def run(self) -> None:
        asyncio.run(self._deliver_until_stopped())

    async def _deliver_until_stopped(self) -> None:
        while not self._stopping.is_set():
            await self.deliver_due()
            await anyio.to_thread.run_sync(self._stopping.wait, POLL_SECONDS)

    async def deliver_due(self) -> None:
        """Sends what is due, and what becomes due meanwhile, until nothing is left."""
        async with anyio.create_task_group() as group:
            while True:
                self._sent = asyncio.Event()
                await self._begin_due(group)
                if not self._sending.total():
                    return
                with anyio.move_on_after(POLL_SECONDS):
                    await self._sent.wait()
                if self._stopping.is_set():
                    group.cancel_scope.cancel()

    async def _begin_due(self, group: anyio.abc.TaskGroup) -> None:
        while self._sending.total() < SENDING:
            self._sending = +self._sending  # forgets accounts with nothing on the way
            busy = [account_id for account_id, count in self._sending.items() if count >= SENDING_PER_ACCOUNT]
            request = await anyio.to_thread.run_sync(self._next, busy)
            if request is None:
                return
            self._sending[request.claim.account_id] += 1
            group.start_soon(self._deliver, request)

    def _next(self, busy: Collection[str]) -> _Request | None:
        """Thread: what is to be sent next, if anything is due but what the accounts `busy` wait for."""
        try:
            while (claim := self._claim(busy)) is not None:
                try:
                    request = self._spelt(claim)  # in no transaction: to sign a link, a storage may ask for credentials
                except Exception:  # whatever a dialect stumbles over must not stop the others' deliveries
                    logger.exception("Event %s can't be told in the dialect %s", claim.event.id, claim.dialect)
                    with self._database.begin() as session:
                        deliveries.give_up(session, claim, "The farm could not write this event; its log says why")
                else:
                    if claim.body is not None or self._keep_body(claim, request.body):
                        return request
        except Exception as error:  # noqa: BLE001 (whatever the database says)
            logger.warning("Could not look for deliveries, will try again: %s", error)
        return None

    def _claim(self, busy: Collection[str]) -> Claim | None:
        with self._database.read() as session:
            if not deliveries.is_due(session, busy=busy):
                return None
        with self._database.begin() as session:
            return deliveries.claim(session, busy=busy)

    def _keep_body(self, claim: Claim, body: bytes) -> bool:
        with self._database.begin() as session:
            return deliveries.keep_body(session, claim, body)

    def _spelt(self, claim: Claim) -> _Request:
        """What this attempt sends: the same body each time, signed anew."""
        spelling = self._spellings[claim.dialect]
        body = spelling.body(claim.event) if claim.body is None else claim.body
        moment = clock.now()
        headers = {
            "Content-Type": "application/json",
            "webhook-id": claim.event.id,
            "webhook-timestamp": str(int(moment.timestamp())),
            "webhook-signature": Webhook(claim.secret).sign(claim.event.id, moment, body.decode()),
            **spelling.headers(claim.event, body, claim.secret),
        }
        return _Request(claim, body, headers)

    async def _deliver(self, request: _Request) -> None:
        claim = request.claim
        try:
            answer = await self._sender.post(claim.url, request.headers, request.body)
            await anyio.to_thread.run_sync(self._note, claim, answer)
        except Exception as error:  # noqa: BLE001 (the claim runs out, and the delivery is tried again)
            logger.warning("Delivery %s was broken off: %s", claim.event.id, error)
        finally:
            self._sending[claim.account_id] -= 1
            self._sent.set()

    def _note(self, claim: Claim, answer: Answer) -> None:
        """Thread."""
        counts.add("webhook_deliveries", outcome="delivered" if answer.arrived else "failed")
        with self._database.begin() as session:
            noted = deliveries.note(
                session, claim, status=answer.status, answer=answer.body, problem=answer.problem,
                hopeless=answer.refused,
            )  # fmt: skip
        if not noted:
            logger.warning("Delivery %s took too long; another attempt counts", claim.event.id)
