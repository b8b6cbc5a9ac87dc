"""What 1,000 workers and their customers ask of a farm's database, for `scale`: the farm's own rules, no drawing."""

import random
from collections.abc import Sequence
from pathlib import Path

from api.db.engines import Use
from api.db.session import Database
from api.domain.renders import lists, ordering, renders
from api.domain.renders.lists import Filter
from api.domain.renders.states import RenderStatus
from api.domain.work import claims, fleet, pauses, scheduling
from api.domain.work.claims import Claim
from api.storage.base import Storage
from renderer.spec import RenderSettings
from tests.benchmarks import years

LEASE_S = 60.0


class Hand:
    """One of the processes, and what each of the workers that it stands for holds. `at` is the one whose turn it is."""

    def __init__(
        self, url: str, storage: Storage, workers: Sequence[str], *, accounts: int, renders: int, seed: int
    ) -> None:
        self.database = Database(url, Use(writers=1, readers=1))
        self.workers = workers
        self.at = workers[0]
        self.chance = random.Random(seed)
        self._storage = storage
        self._held: dict[str, Claim] = {}
        self._accounts = accounts
        self._renders = renders

    def claim(self) -> None:
        with self.database.begin() as session:
            claim = claims.claim(session, worker=self.at, queues=["render"], lease_seconds=LEASE_S)
        if claim is None:
            raise RuntimeError("there is nothing left to claim: more segments must wait")
        self._held[self.at] = claim

    def heartbeat(self) -> bool:
        """False: the claim is lost."""
        with self.database.begin() as session:
            return scheduling.heartbeat(
                session, self._held[self.at], lease_seconds=LEASE_S, stage="drawing", frames_done=7
            )

    def presence(self) -> None:
        with self.database.begin() as session:
            if not fleet.seen(session, self.at):
                fleet.announce(session, self.at, "llvmpipe", True, "x264")
            pauses.is_paused(session, self.at)

    def settle(self) -> bool:
        """False: the claim is lost."""
        claim = self._held[self.at]
        with self.database.begin() as session:
            return scheduling.settle_done(session, claim, years.files(claim))

    def store(self, file: Path) -> None:
        claim = self._held[self.at]
        for owner_id in claim.variants:
            self._storage.put_file(f"{claim.output_prefix(owner_id)}video.mp4", file)

    def order(self) -> None:
        account = self.chance.randint(1, self._accounts)
        model = years.model_id(account, self.chance.randrange(years.MODELS_EACH))
        with self.database.begin() as session:
            ordering.create_render(session, years.account_id(account), model, RenderSettings())

    def read(self) -> None:
        number = self.chance.randint(1, self._renders)
        account = years.owner(number, self._accounts)
        with self.database.read_rows() as connection:
            renders.get_render(connection, years.account_id(account), years.render_id(number))

    def list_some(self) -> None:
        self._list(self.chance.randint(2, self._accounts))

    def list_largest(self) -> None:
        self._list(1)

    def list_errors(self) -> None:
        """Of which there are none among very many renders."""
        self._list(1, Filter(statuses=(RenderStatus.ERROR,)))

    def list_deep(self) -> None:
        """The 201st page."""
        self._list(1, offset=10_000)

    def _list(self, account: int, where: Filter = lists.ALL, offset: int = 0) -> None:
        with self.database.read_rows() as connection:
            lists.list_renders(connection, years.account_id(account), limit=50, offset=offset, where=where)
