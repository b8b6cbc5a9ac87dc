"""How many statements a unit of work may take: each is a round trip to the database while rows are locked."""

from api.db.session import Database
from api.domain.accounts.quotas import Quotas
from api.domain.catalog.inspection import INPUT
from tests.api.domain.support import claim, sign_up, upload, upload_unread
from tests.support.statements import recorded_statements


def test_to_register_an_upload_takes_nine_statements(database: Database) -> None:
    """As many as before models were inspected: the tasks that wait have no lane yet, which pays for what they need."""
    account_id = sign_up(database)
    with recorded_statements() as statements:
        upload_unread(database, account_id)
    tables = [statement.split()[2] if statement.startswith("INSERT") else "accounts" for statement in statements]
    assert tables == [
        "models", "tasks", "task_needs", "segments", "lanes", "outbox", "renders", "accounts", "ledger"
    ]  # fmt: skip


def test_to_look_at_quotas_takes_three_more_on_postgresql_and_two_on_sqlite(database: Database) -> None:
    account_id = sign_up(database)
    with recorded_statements() as statements:
        upload_unread(database, account_id, allowed=Quotas(1, 1, 1))
    assert len(statements) == 9 + (3 if "SET CONSTRAINTS ALL IMMEDIATE" in statements else 2)


def test_to_claim_a_render_takes_five_statements_and_an_assembly_two_more(database: Database) -> None:
    upload(database, sign_up(database))
    with recorded_statements() as statements:
        held = claim(database)
    assert held is not None
    assert held.inputs.keys() == {INPUT}
    assert len(statements) == 5
