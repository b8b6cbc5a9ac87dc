"""This worker in the fleet: that it is up, on what it draws, and whether it rests because it is paused."""

from sqlalchemy.orm import Session

from api.domain.work import fleet, pauses
from api.worker.parent.bench import Bench


def enter_fleet(session: Session, bench: Bench) -> None:
    ready = bench.children.device
    device = ready.device or fleet.NO_DEVICE
    encoder, unfit = bench.settings.h264_encoder, bench.fitness.unfit_reason
    fleet.announce(session, bench.worker, device, ready.software, encoder, unfit)


def be_heard(bench: Bench) -> None:
    """Says that this worker is up, and begins or ends a rest that an administrator wants.

    That it rests is said after it is so: whoever waits for that may switch the machine off then.
    """
    fitness = bench.fitness
    with bench.database.begin() as session:
        if not fleet.seen(session, bench.worker, fitness.unfit_reason, resting=fitness.paused):
            enter_fleet(session, bench)  # it stood still for long, and was taken for dead
        paused = pauses.is_paused(session, bench.worker)
    if paused != fitness.paused:
        with fitness.claiming:
            fitness.paused = paused
        with bench.database.begin() as session:
            fleet.seen(session, bench.worker, fitness.unfit_reason, resting=paused)
