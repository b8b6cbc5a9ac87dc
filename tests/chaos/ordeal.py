"""A farm, its customers, and the strikes of a plan; and then the books."""

import logging
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from tests.chaos import plan
from tests.chaos.books import Books
from tests.chaos.customers import PATIENCE_S, Custom, Customer
from tests.chaos.parts import Farmstead, Undo

TICK_S = 0.05
logger = logging.getLogger(__name__)


def suffer(farmstead: Farmstead, strikes: Sequence[plan.Strike], seconds: float) -> None:
    """All strikes at their times, each undone after its own; in the end nothing is away.

    To start a server takes its time, so what is undone doesn't hold up the rest; a part that isn't back when it would
    be struck again is spared.
    """
    with ThreadPoolExecutor(len(plan.MANNERS)) as undoing:
        away: dict[str, Future[None]] = {}
        start = time.monotonic()
        for strike in strikes:
            while time.monotonic() - start < strike.at_s:
                farmstead.tend()
                time.sleep(TICK_S)
            if strike.part not in away or away[strike.part].done():
                logger.info("%s", strike)
                undo = farmstead.strike(strike.part, strike.manner, strike.which)
                away[strike.part] = undoing.submit(_undo, undo, strike.for_s)
        for each in away.values():
            each.result()
    while time.monotonic() - start < seconds:
        farmstead.tend()
        time.sleep(TICK_S)


def _undo(undo: Undo, for_s: float) -> None:
    time.sleep(for_s)
    undo()


def ordeal(
    farmstead: Farmstead, seed: int, seconds: float, kinds: Sequence[str], *, customers: int, all_files: bool,
    longest_s: float = plan.LONGEST_S,
) -> list[str]:  # fmt: skip
    """What is wrong afterwards, a line for each. Nothing is away for longer than `longest_s`."""
    strikes = plan.strikes(seed, seconds, farmstead.parts, longest_s)
    known = [Customer(farmstead.farm, seed * 100 + number) for number in range(customers)]
    threads = [
        Custom(customer, orders)
        for customer, orders in zip(known, plan.orders(seed, kinds, customers), strict=True)
    ]
    for thread in threads:
        thread.start()
    try:
        suffer(farmstead, strikes, seconds)
    finally:
        for thread in threads:
            thread.stop()
    until = time.monotonic() + 2 * PATIENCE_S
    for thread in threads:
        while thread.is_alive() and time.monotonic() < until:
            farmstead.tend()
            thread.join(TICK_S)
    found = [f"{thread.name}: {thread.error!r}" for thread in threads if thread.error is not None]
    found += [f"stuck: {thread.name} still waits" for thread in threads if thread.is_alive()]
    ended = Counter((kind, status) for customer in known for kind, _, status in customer.ended)
    logger.info("Ended: %s", ", ".join(f"{count} {kind} {status}" for (kind, status), count in sorted(ended.items())))
    return found + Books(farmstead.farm, known, all_files=all_files).findings()
