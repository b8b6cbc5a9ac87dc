"""While whatever a farm is made of is killed, stopped and continued at random, nothing is lost, doubled or wrongly
charged. `python -m tests.chaos` is the same for as long as one likes."""

import subprocess
from pathlib import Path

import psutil
import pytest

from tests.chaos.customers import ORDERS
from tests.chaos.ordeal import ordeal
from tests.chaos.parts import Embedded, running_pieces
from tests.support.farm import Farm
from tests.support.processes import freeze
from tests.support.waiting import wait_for

NIGHTLY_S = 1200


def test_a_process_that_has_ended_unnoticed_stands_still() -> None:
    """As a connection's of a PostgreSQL that is stopped."""
    ended = subprocess.Popen(["true"])
    wait_for(lambda: psutil.Process(ended.pid).status() == psutil.STATUS_ZOMBIE, "its end")
    freeze(psutil.Process(ended.pid))
    ended.wait()


def test_a_farm_whose_processes_are_killed_and_stopped_loses_and_doubles_nothing(farm: Farm) -> None:
    """This seed kills a child, then the server, and stops a worker."""
    kinds = ("glossi", "usdz", "cancelled", "optimised", "deleted", "still")
    assert ordeal(Embedded(farm), 497, 5.0, kinds, customers=2, all_files=False, longest_s=1.5) == []


@pytest.mark.nightly
@pytest.mark.timeout(3 * NIGHTLY_S)
def test_a_farm_in_pieces_all_of_which_are_struck_loses_and_doubles_nothing(tmp_path: Path, light: Path) -> None:
    with running_pieces(tmp_path, light) as pieces:
        assert ordeal(pieces, 1, NIGHTLY_S, [*ORDERS], customers=4, all_files=True) == []
