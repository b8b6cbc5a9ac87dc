"""API keys: shown once, kept as hashes, refused for the right reason."""

import datetime as dt
import hashlib
import re

import pytest
from sqlalchemy import event, select, update

from api import clock
from api.db.session import Database
from api.db.tables import Token
from api.domain.accounts import accounts, credentials
from api.errors import FarmError, Forbidden, InsufficientScope, InvalidRequest, KeyNotFound, TokenExpired, Unauthorized
from tests.api.domain.support import sign_up


@pytest.fixture
def account_id(database: Database) -> str:
    return sign_up(database)


def issue(database: Database, account_id: str, *, expires_at: dt.datetime | None = None) -> credentials.IssuedToken:
    with database.begin() as session:
        return credentials.issue(session, account_id, name="laptop", expires_at=expires_at)


def authenticate(database: Database, raw: str) -> credentials.Principal:
    with database.read() as session:
        return credentials.authenticate(session, "dxgl", raw)


def test_a_key_tells_whose_it_is_and_what_it_allows(database: Database, account_id: str) -> None:
    with database.begin() as session:
        token = credentials.issue(session, account_id, name="reader", scopes=["read"])
    principal = authenticate(database, token.raw)
    assert (principal.account_id, principal.token_id) == (account_id, token.id)
    assert not principal.is_admin
    principal.require("read")
    with pytest.raises(InsufficientScope, match="write"):
        principal.require("write")


def test_a_key_allows_everything_unless_told_otherwise(database: Database, account_id: str) -> None:
    assert authenticate(database, issue(database, account_id).raw).scopes == {"read", "write", "render"}


def test_an_administrator_is_known_by_the_key(database: Database) -> None:
    with database.begin() as session:
        admin = accounts.sign_up(session, "admin@example.org", credits=0, is_admin=True)
        token = credentials.issue(session, admin.id, name="root")
    assert authenticate(database, token.raw).is_admin


def test_the_secret_has_256_bits_and_is_stored_nowhere(database: Database, account_id: str) -> None:
    token = issue(database, account_id)
    assert token.raw.startswith("dxgl_sk_")
    assert len(token.raw) == len("dxgl_sk_") + 43
    assert token.raw not in repr(token)
    with database.read() as session:
        row = session.scalars(select(Token)).one()
        assert not [value for value in vars(row).values() if token.raw[12:] in str(value)]


@pytest.mark.parametrize(
    ("dialect", "shape"),
    [
        ("dxgl", r"dxgl_sk_[0-9A-Za-z]{43}"),
        ("glossi", r"glsi_[0-9A-Za-z]{10}_[0-9A-Za-z]{43}"),
        ("generio", r"generio_[0-9A-Za-z]{43}"),
    ],
)
def test_a_key_looks_as_its_dialect_says_and_opens_no_other(
    database: Database, account_id: str, dialect: str, shape: str
) -> None:
    with database.begin() as session:
        raw = credentials.issue(session, account_id, name="laptop", dialect=dialect).raw
        [listed] = credentials.list_tokens(session, account_id)
    assert re.fullmatch(shape, raw)
    assert (listed.dialect, listed.hint) == (dialect, raw[: shape.index("[") + 4])
    for other in credentials.FORMATS:
        with database.read() as session:
            if other == dialect:
                assert credentials.authenticate(session, other, raw).account_id == account_id
            else:
                with pytest.raises(Unauthorized):
                    credentials.authenticate(session, other, raw)


def test_a_key_is_refused_where_only_its_text_would_fit(database: Database, account_id: str) -> None:
    token = issue(database, account_id)
    with database.begin() as session:
        session.execute(update(Token).where(Token.id == token.id).values(dialect="generio"))
    with pytest.raises(Unauthorized):
        authenticate(database, token.raw)


def test_keys_from_before_new_ones_had_letters_and_digits_alone_are_still_known(
    database: Database, account_id: str
) -> None:
    token = issue(database, account_id)
    old = "dxgl_sk_" + "a-_Z" * 10 + "xyz"
    with database.begin() as session:
        digest = hashlib.sha256(old.encode()).hexdigest()
        session.execute(update(Token).where(Token.id == token.id).values(sha256=digest))
    assert authenticate(database, old).token_id == token.id


def test_an_unknown_or_malformed_key_is_unauthorized(database: Database) -> None:
    for raw in ("", "dxgl_sk_", "dxgl_sk_" + "A" * 43, "Bearer x", "dxgl_sk_" + "\0" * 43, "é" * 51):
        with pytest.raises(Unauthorized):
            authenticate(database, raw)


def test_a_revoked_key_is_unauthorized(database: Database, account_id: str) -> None:
    token, other = issue(database, account_id), issue(database, account_id)
    with database.begin() as session:
        credentials.revoke(session, account_id, token.id)
    with pytest.raises(Unauthorized):
        authenticate(database, token.raw)
    authenticate(database, other.raw)


def test_nobody_revokes_another_accounts_key(database: Database, account_id: str) -> None:
    token = issue(database, account_id)
    stranger = sign_up(database)
    with pytest.raises(KeyNotFound), database.begin() as session:
        credentials.revoke(session, stranger, token.id)
    authenticate(database, token.raw)


def test_an_expired_key_is_refused_as_expired(database: Database, account_id: str) -> None:
    hour = dt.timedelta(hours=1)
    authenticate(database, issue(database, account_id, expires_at=clock.now() + hour).raw)
    with pytest.raises(TokenExpired):
        authenticate(database, issue(database, account_id, expires_at=clock.now() - hour).raw)


def test_a_suspended_account_is_forbidden_until_reinstated(database: Database, account_id: str) -> None:
    token = issue(database, account_id)
    with database.begin() as session:
        accounts.suspend(session, account_id)
    with pytest.raises(Forbidden):
        authenticate(database, token.raw)
    with database.begin() as session:
        accounts.reinstate(session, account_id)
    authenticate(database, token.raw)


def test_a_key_without_a_proper_name_or_scope_is_refused(database: Database, account_id: str) -> None:
    for name, scopes in (("", ["read"]), ("x" * 101, ["read"]), ("x", []), ("x", ["read", "everything"])):
        with pytest.raises(InvalidRequest) as refused, database.begin() as session:
            credentials.issue(session, account_id, name=name, scopes=scopes)
        assert refused.value.param == ("scopes" if name == "x" else "name")


def test_authentication_is_one_query(database: Database, account_id: str) -> None:
    token = issue(database, account_id)
    statements: list[str] = []
    with database.read() as session:
        session.connection()
        event.listen(session.get_bind(), "before_cursor_execute", lambda *args: statements.append(args[2]))
        credentials.authenticate(session, "dxgl", token.raw)
    assert len(statements) == 1


def test_last_use_is_noted_at_most_once_a_minute(database: Database, account_id: str) -> None:
    token = issue(database, account_id)

    def last_used() -> dt.datetime | None:
        with database.read() as session:
            return credentials.list_tokens(session, account_id)[0].last_used_at

    def use() -> None:
        principal = authenticate(database, token.raw)
        with database.begin() as session:
            credentials.touch(session, [principal.token_id])

    assert last_used() is None
    assert authenticate(database, token.raw).touch_due
    use()
    first = last_used()
    assert first is not None
    assert not authenticate(database, token.raw).touch_due
    use()
    assert last_used() == first
    with database.begin() as session:
        session.execute(update(Token).values(last_used_at=first - dt.timedelta(seconds=61)))
    assert authenticate(database, token.raw).touch_due
    use()
    assert last_used() != first - dt.timedelta(seconds=61)


def test_an_accounts_keys_are_listed_without_their_secrets(database: Database, account_id: str) -> None:
    issued = [issue(database, account_id) for _ in range(2)]
    issue(database, sign_up(database))
    with database.read() as session:
        listed = credentials.list_tokens(session, account_id)
    assert {token.id for token in listed} == {token.id for token in issued}
    assert {token.hint for token in listed} == {token.raw[:12] for token in issued}


def test_sign_up_gives_the_free_credits_and_keeps_one_account_per_address(database: Database) -> None:
    with database.begin() as session:
        account = accounts.sign_up(session, " Ada@Example.org ", credits=10)
        penniless = accounts.sign_up(session, "bob@example.org", credits=0)
    assert (account.email, account.credits, penniless.credits) == ("ada@example.org", 10, 0)
    with pytest.raises(InvalidRequest, match="already"), database.begin() as session:
        accounts.sign_up(session, "ADA@example.org", credits=10)
    with database.read() as session:
        assert accounts.find(session, "Ada@example.ORG") == account == accounts.get(session, account.id)


def test_what_is_no_address_is_refused(database: Database) -> None:
    for email in ("", "ada", "@example.org", "ada@", "a b@example.org", "a@b@c", "a" * 250 + "@x.org"):
        with pytest.raises(InvalidRequest) as refused, database.begin() as session:
            accounts.sign_up(session, email, credits=10)
        assert refused.value.param == "email"


def test_an_unknown_account_is_not_found(database: Database) -> None:
    for look_up in (accounts.get, accounts.find):
        with pytest.raises(FarmError) as refused, database.read() as session:
            look_up(session, "nobody")
        assert refused.value.code == "not_found"
