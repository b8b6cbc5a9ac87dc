"""`pirouette admin`'s commands that are about the farm as a whole, and no single account: backups, workers, storage."""

import dataclasses
import datetime as dt
import time
from pathlib import Path

import click

from api import clock
from api.cli.farm import finite, open_farm, refusals, show_row, transaction
from api.domain.accounts import accounts
from api.domain.catalog import catalog
from api.domain.removal import retention
from api.domain.removal import trash as deleted_things
from api.domain.removal.retention import Due
from api.domain.renders import trash
from api.domain.watching.storage import by_account
from api.domain.webhooks import deliveries
from api.domain.work import fleet, pauses
from api.domain.work.fleet import WorkerView
from api.settings import Settings

LOOK_SECONDS = 0.5
"""How often `drain` looks whether a worker has nothing left in its hands."""

_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command()
@click.argument("folder", type=_FOLDER)
@click.option("--files", type=click.Choice(["copy", "reference"]), default="copy", show_default=True,
              help="Copy the files, or only list them, where the storage has backups of its own.")
def backup(folder: Path, files: str) -> None:
    """Write the farm, which goes on meanwhile, to FOLDER. A second time, only what is new is copied.

    The exit code is 1 where the storage has lost files that the database names.
    """
    from api.processes import backup as backups  # with pydantic's models and a storage, which most commands don't need

    with refusals():
        made = backups.back_up(open_farm(), folder, with_files=files == "copy")
    show_row(**made.model_dump(mode="json"))
    if made.lost:
        raise click.ClickException(f"The storage has lost {len(made.lost)} files, such as {made.lost[0]}")


@click.command()
@click.argument("folder", type=_FOLDER)
def restore(folder: Path) -> None:
    """Make the farm of the settings, which must be empty, what the backup in FOLDER has."""
    from api.processes import backup as backups

    with refusals():
        show_row(**backups.restore(Settings(), folder).model_dump(mode="json"))


@click.command()
def migrate() -> None:
    """Bring the database up to date, as `pirouette serve` does when it starts: to be done before, on its own."""
    with transaction():
        show_row(migrated=True)


@click.command()
def workers() -> None:
    """The workers that are up: what they draw on, what they are at, and what keeps them from work."""
    with transaction() as session:
        for worker in fleet.list_workers(session):
            _show(worker)


@click.command()
@click.argument("worker", required=False)
def pause(worker: str | None) -> None:
    """Let a worker (or all, those that start later included) finish what it holds, and claim nothing more."""
    with transaction() as session:
        pauses.pause(session, worker)
    show_row(paused=worker or "all")


@click.command()
@click.argument("worker", required=False)
def resume(worker: str | None) -> None:
    """Let a worker (or all) work again."""
    with transaction() as session:
        pauses.resume(session, worker)
    show_row(resumed=worker or "all")


@click.command()
@click.argument("worker", required=False)
@click.option("--wait", "most_seconds", metavar="SECONDS", type=click.FloatRange(min=0), default=3600.0,
              callback=finite, show_default=True, help="How long to wait at most.")
def drain(worker: str | None, most_seconds: float) -> None:
    """Pause a worker (or all), and wait until nothing is in its hands: then its machine may be switched off.

    The exit code is 1 where that takes longer than --wait; the worker stays paused.
    """
    with transaction() as session:
        pauses.pause(session, worker)
    deadline = time.monotonic() + most_seconds
    while busy := _busy(worker):
        if time.monotonic() > deadline:
            raise click.ClickException(f"Still at work: {', '.join(each.name for each in busy)}")
        time.sleep(LOOK_SECONDS)
    show_row(drained=worker or "all")


@click.command()
@click.argument("worker")
def requeue(worker: str) -> None:
    """Take from a worker what it holds, for others to do: as no failure, whatever the worker makes of it meanwhile."""
    with transaction() as session:
        show_row(worker=worker, requeued=pauses.requeue(session, worker))


@click.command()
@click.option("--most", type=click.IntRange(min=1), default=50, show_default=True, help="Accounts to show.")
def storage(most: int) -> None:
    """Who uses how much of the storage, and for what: the accounts that use most, the greatest first."""
    with transaction() as session:
        for usage in by_account(session, most):
            show_row(**dataclasses.asdict(usage))


@click.command()
@click.argument("email")
@click.argument("model_id")
def restore_model(email: str, model_id: str) -> None:
    """Have a model of an account back that was deleted, within PIROUETTE_KEEP_DELETED_DAYS."""
    with transaction() as session:
        catalog.restore_model(session, accounts.find(session, email).id, model_id)
        show_row(id=model_id, restored=True)


@click.command()
@click.argument("email")
@click.argument("render_id")
def restore_render(email: str, render_id: str) -> None:
    """Have a render of an account back that was deleted, likewise."""
    with transaction() as session:
        trash.restore_render(session, accounts.find(session, email).id, render_id)
        show_row(id=render_id, restored=True)


@click.command(name="retention")
def show_retention() -> None:
    """What is due to be deleted by the settings PIROUETTE_KEEP_..._DAYS. The sweep deletes it, every hour."""
    settings = open_farm()
    with transaction() as session:
        for rule in retention.RULES:
            days = rule.days(settings)
            due = retention.foreseen(session, rule, days) if days else Due(0, 0)
            show_row(rule=rule.name, days=days, **dataclasses.asdict(due))
        days = settings.keep_deliveries_days
        show_row(rule="deliveries", days=days, count=deliveries.count_old(session, dt.timedelta(days=days)))
        count, size = deleted_things.foreseen(session)
        show_row(rule="deleted", days=settings.keep_deleted_days, count=count, bytes=size)


def _busy(worker: str | None) -> list[WorkerView]:
    with transaction() as session:
        return pauses.busy(session, worker)


def _show(worker: WorkerView) -> None:
    state = "working" if worker.working else "unfit" if worker.unfit_reason else "resting" if worker.resting else "idle"
    show_row(
        name=worker.name, state=state, device=worker.device, software=worker.software, encoder=worker.encoder,
        reason=worker.unfit_reason, since=clock.iso(worker.started_at), heard=clock.iso(worker.seen_at),
    )  # fmt: skip


def add_to(group: click.Group) -> None:
    for command in (migrate, backup, restore, workers, pause, resume, drain, requeue, storage, show_retention,
                    restore_model, restore_render):
        group.add_command(command)
