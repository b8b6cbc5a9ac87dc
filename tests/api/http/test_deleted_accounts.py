"""A deleted account: nobody gets in, and all that it had goes, but for the ledger."""

import datetime as dt
from pathlib import Path

import pytest
from sqlalchemy import select

from api import clock
from api.db.session import Database
from api.db.tables import Account, Base, LedgerEntry, Person, Render
from api.domain.accounts import accounts
from api.domain.removal import accounts as removal
from api.errors import NotFound
from api.queue import sweep
from api.queue.broker import declare_queues, make_celery
from tests.api.http.estate import Estate
from tests.support.web import GLTF, Web

KEPT_AS_ROWS = {
    "models", "overlays", "uploads", "tokens", "webhook_secrets", "stored_bytes", "lanes", "tasks", "segments",
}  # fmt: skip
"""Tables of which deleted things are rows without files, or numbers."""


def sweep_all(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the sweeper does in the next days."""
    celery = make_celery(web.settings)
    declare_queues(celery)
    for later in (dt.timedelta(), dt.timedelta(days=3)):
        with monkeypatch.context() as patch:
            moment = clock.now() + later
            patch.setattr(clock, "now", lambda moment=moment: moment)
            sweep.collect_once(web.database, web.storage, web.settings)
            sweep.sweep_once(web.database, web.storage, celery, web.settings)


def test_all_that_a_deleted_account_had_goes_but_for_the_ledger(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = Database(sqlite_url)
    web = Web.make(database, tmp_path, credits=20)
    Estate(web)
    web.upload(GLTF)  # nobody has read it yet
    other = Web.of(database, web.settings, email="other@example.com")
    kept = other.upload().json()["data"]["renderId"]
    with database.begin() as session:
        entries = session.scalars(select(LedgerEntry.id).where(LedgerEntry.account_id == web.account_id)).all()
        removal.delete_account(session, web.account_id)
    assert web.get("/v1/account").status_code == 401
    sweep_all(web, monkeypatch)
    with database.read() as session:
        left = {
            table.name
            for table in Base.metadata.sorted_tables
            if "account_id" in table.columns
            and session.execute(select(table).where(table.c.account_id == web.account_id)).first()
        }
        assert left - KEPT_AS_ROWS == {"ledger"}
        assert set(session.scalars(select(LedgerEntry.id).where(LedgerEntry.id.in_(entries)))) == set(entries)
        [account] = session.scalars(select(Account).where(Account.id == web.account_id))
        assert account.email.endswith(accounts.OWN)
        assert session.scalars(select(Render.id).where(Render.account_id == other.account_id)).all().count(kept) == 1
        assert not session.scalars(select(Person.id).where(Person.account_id == web.account_id)).all()
    [model] = other.get("/v1/models").json()["data"]
    assert [key for key in web.stored() if not key.startswith(".")] == [
        key for key in web.stored() if key.startswith("models/")
    ]
    assert other.get(f"/v1/models/{model['id']}/file").status_code == 200
    assert len([key for key in web.stored() if key.startswith("models/")]) == 1
    with database.begin() as session:
        accounts.sign_up(session, "maker@example.com", credits=0)  # the address is free
        with pytest.raises(NotFound):
            removal.delete_account(session, accounts.own(session, "grok"))
    database.dispose()
