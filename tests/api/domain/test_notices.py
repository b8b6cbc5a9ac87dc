"""The end of a render is told to its own account, and to no other that happens to share its work."""

from sqlalchemy import update

from api.db.session import Database
from api.db.tables import Render
from api.domain.renders import notices
from api.domain.webhooks import deliveries, targets
from tests.api.domain.support import sign_up, upload


def test_an_account_is_told_of_all_its_renders_and_of_no_other_accounts(database: Database) -> None:
    accounts = [sign_up(database) for _ in range(2)]
    renders = {account_id: upload(database, account_id).render_id for account_id in accounts}
    with database.begin() as session:
        for account_id in accounts:
            targets.add(session, account_id, "dxgl", "https://shop.example/hook", events=list(notices.ENDED.values()))
        session.execute(update(Render).where(Render.id.in_(renders.values())).values(status="done"))
        notices.renders_ended(session, accounts, list(renders.values()))
        for account_id in accounts:
            told = deliveries.list_deliveries(session, account_id, "dxgl", limit=9, offset=0)
            assert [each.subject_id for each in told.items] == [renders[account_id]]
