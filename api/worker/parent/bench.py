"""What a worker's parent keeps open from one claim to the next."""

import dataclasses
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from api.db.session import Database
from api.domain.kit.unit import Unit, unit_of_work
from api.settings import Settings
from api.storage.base import Storage
from api.worker.parent.children import Children
from api.worker.parent.fitness import Fitness
from api.worker.parent.inputs import Inputs
from api.worker.right_of_way import RightOfWay


@dataclasses.dataclass(frozen=True, slots=True)
class Bench:
    """`worker` is its name in the fleet. `stop` is set when the process should end. `wake` is called after commits that
    have left hints to be sent."""

    worker: str
    settings: Settings
    database: Database
    storage: Storage
    work_dir: Path
    stop: threading.Event
    right_of_way: RightOfWay
    children: Children
    inputs: Inputs
    wake: Callable[[], None]
    fitness: Fitness = dataclasses.field(default_factory=Fitness)

    def work(self) -> AbstractContextManager[Unit]:
        """A unit of work on the farm's database and storage."""
        most = self.settings.quota_unfinished_orders
        return unit_of_work(self.database, self.storage, self.wake, most_unfinished=most)
