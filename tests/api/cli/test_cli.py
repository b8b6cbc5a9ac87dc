"""The command line: accounts, keys and credits by the rules, and errors that say what to do."""

import datetime as dt
import json
import re
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import Any

import PIL.Image
import pytest
from sqlalchemy import make_url

from api import clock
from api.cli import COMMANDS
from api.db.session import Database
from api.domain.accounts import credentials, invitations, people, quotas
from api.domain.accounts.credentials import Principal
from api.domain.catalog import overlays
from api.domain.catalog.overlays import OverlayView
from api.errors import Forbidden, TokenExpired, Unauthorized
from tests.api.cli.conftest import Run

EMAIL = "ada@example.com"


@pytest.fixture
def new_key(run: Run) -> Callable[..., str]:
    """Runs `pirouette admin create-token`; the raw token."""

    def new_key(*arguments: str) -> str:
        result = run("admin", "create-token", EMAIL, *arguments)
        assert result.exit_code == 0, result.output
        return result.stdout.strip()

    return new_key


def authenticate(tmp_path: Path, raw: str, dialect: str = "dxgl") -> Principal:
    database = Database(f"sqlite:///{tmp_path}/pirouette.sqlite3")
    try:
        with database.read() as session:
            return credentials.authenticate(session, dialect, raw)
    finally:
        database.dispose()


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(run: Run, command: str) -> None:
    result = run(command, "--help")
    assert result.exit_code == 0
    assert f"main {command}" in result.output


def test_it_says_its_version(run: Run) -> None:
    assert run("--version").stdout == f"Pirouette {metadata.version('pirouette')}\n"


def test_an_unknown_command_is_refused(run: Run) -> None:
    result = run("sevre")
    assert result.exit_code == 2
    assert "No such command 'sevre'" in result.output


def test_a_new_account_has_its_free_credits_and_can_be_granted_more(admin: Callable[..., Any]) -> None:
    account = admin("create-account", EMAIL)
    assert account["credits"] == 10
    assert admin("grant", EMAIL, "5", "--note", "for testing") == {"id": account["id"], "credits": 15}


def test_a_new_key_stands_alone_on_stdout_so_that_a_shell_can_keep_it(run: Run, admin: Callable[..., Any]) -> None:
    admin("create-account", EMAIL)
    result = run("admin", "create-token", EMAIL, "--name", "laptop")
    assert re.fullmatch(r"dxgl_sk_[\w-]+\n", result.stdout)
    [key] = admin("show", EMAIL)["tokens"]
    assert result.stderr == f'The key\'s id is {key["id"]}, its name "laptop"\n'


def test_a_key_works_with_its_scopes_until_it_is_revoked(
    admin: Callable[..., Any], new_key: Callable[..., str], tmp_path: Path
) -> None:
    account = admin("create-account", EMAIL, "--admin")
    key = new_key("--name", "reader", "--scopes", "read, write")
    principal = authenticate(tmp_path, key)
    assert (principal.account_id, principal.is_admin) == (account["id"], True)
    assert principal.scopes == {"read", "write"}
    [shown] = admin("show", EMAIL)["tokens"]
    admin("revoke-token", EMAIL, shown["id"])
    with pytest.raises(Unauthorized):
        authenticate(tmp_path, key)


@pytest.mark.parametrize(("dialect", "prefix"), [("dxgl", "dxgl_sk_"), ("glossi", "glsi_"), ("generio", "generio_")])
def test_a_key_is_made_for_a_dialect(
    admin: Callable[..., Any], new_key: Callable[..., str], tmp_path: Path, dialect: str, prefix: str
) -> None:
    admin("create-account", EMAIL)
    key = new_key("--dialect", dialect)
    assert key.startswith(prefix)
    assert authenticate(tmp_path, key, dialect)
    assert admin("show", EMAIL)["tokens"][0]["dialect"] == dialect


def test_there_are_no_keys_for_an_unknown_dialect(run: Run, admin: Callable[..., Any]) -> None:
    admin("create-account", EMAIL)
    result = run("admin", "create-token", EMAIL, "--dialect", "sketchfab")
    assert result.exit_code == 2
    assert "'sketchfab' is not one of 'dxgl', 'glossi', 'generio', 'grok'" in result.output


def test_a_key_may_expire(
    admin: Callable[..., Any], new_key: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin("create-account", EMAIL)
    key, made_at = new_key("--expires", "30"), clock.now()
    monkeypatch.setattr(clock, "now", lambda: made_at + dt.timedelta(days=29))
    assert authenticate(tmp_path, key).scopes == set(credentials.USUAL_SCOPES)
    monkeypatch.setattr(clock, "now", lambda: made_at + dt.timedelta(days=30))
    with pytest.raises(TokenExpired):
        authenticate(tmp_path, key)


def test_a_suspended_account_is_refused_until_it_is_reinstated(
    admin: Callable[..., Any], new_key: Callable[..., str], tmp_path: Path
) -> None:
    admin("create-account", EMAIL)
    key = new_key()
    admin("suspend", EMAIL)
    with pytest.raises(Forbidden):
        authenticate(tmp_path, key)
    admin("reinstate", EMAIL)
    assert authenticate(tmp_path, key)


def test_who_forgot_the_password_of_the_portal_gets_a_link(
    run: Run, admin: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIROUETTE_PUBLIC_URL", "https://farm.example.com")
    account = admin("create-account", EMAIL)
    assert "No such person" in run("admin", "password-link", EMAIL).output
    database = Database(f"sqlite:///{tmp_path}/pirouette.sqlite3")
    with database.begin() as session:
        people.add(session, account["id"], EMAIL, "a hash", is_admin=True)
    address, _, secret = run("admin", "password-link", EMAIL).output.strip().partition("#")
    assert address == "https://farm.example.com/portal/join"
    with database.read() as session:
        assert invitations.look(session, secret).email == EMAIL
    database.dispose()


def test_quotas_are_set_and_set_back_to_what_the_settings_say(
    run: Run, admin: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIROUETTE_QUOTA_STORAGE_MB", "70")
    admin("create-account", EMAIL)
    defaults = {
        "storage_mb": 70, "uploads_per_hour": 3600, "waiting_previews": 1000, "unfinished_orders": 10_000,
        "running": 0, "kept_mb": 0,
    }  # fmt: skip
    assert admin("show", EMAIL)["quotas"] == defaults
    allowed = admin("set-quota", EMAIL, "--storage-mb", "500", "--waiting-previews", "0")["quotas"]
    assert allowed == defaults | {"storage_mb": 500, "waiting_previews": 0}
    assert admin("set-quota", EMAIL, "--storage-mb", "default")["quotas"] == defaults | {"waiting_previews": 0}
    shown = admin("show", EMAIL)
    assert shown["quotas"] == defaults | {"waiting_previews": 0}
    assert shown["used"] == dict.fromkeys(defaults, 0)
    for wrong in ("-1", "much"):
        assert run("admin", "set-quota", EMAIL, "--storage-mb", wrong).exit_code == 2


def test_an_account_gets_a_class(run: Run, admin: Callable[..., Any]) -> None:
    admin("create-account", EMAIL)
    assert admin("show", EMAIL)["class"] == "standard"
    assert admin("set-class", EMAIL, "preferred")["class"] == "preferred"
    assert admin("show", EMAIL)["class"] == "preferred"
    assert run("admin", "set-class", EMAIL, "royal").exit_code == 2


def test_every_quota_has_an_option(run: Run) -> None:
    told = run("admin", "set-quota", "--help").output
    assert all(f"--{name.replace('_', '-')}" in told for name in quotas.NAMES)


def test_accounts_are_listed_one_a_line(run: Run, admin: Callable[..., Any]) -> None:
    assert run("admin", "accounts").stdout == ""
    admin("create-account", EMAIL)
    admin("create-account", "Zuse@example.com", "--admin")
    admin("create-account", "Aiken@example.com")
    admin("suspend", "aiken@example.com")
    listed = [json.loads(line) for line in run("admin", "accounts").stdout.splitlines()]
    assert [(each["email"], each["credits"], each["admin"], each["suspended"]) for each in listed] == [
        (EMAIL, 10, False, False), ("aiken@example.com", 10, False, True), ("zuse@example.com", 10, True, False),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "says"),
    [(("create-account", "nonsense"), '"nonsense" is not an email address'),
     (("create-token", "nobody@example.com"), "No account nobody@example.com"),
     (("create-token", EMAIL, "--scopes", "fly"), "scopes are some of"),
     (("revoke-token", EMAIL, "xyz"), "No key xyz"),
     (("create-account", EMAIL), "account for ada@example.com already"),
     (("grant", EMAIL, "9" * 20), "An account has at most 1,000,000,000 credits")],
)
def test_a_mistake_is_named_and_ends_with_code_1(
    run: Run, admin: Callable[..., Any], arguments: tuple[str, ...], says: str
) -> None:
    admin("create-account", EMAIL)
    result = run("admin", *arguments)
    assert result.exit_code == 1
    assert says in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize(
    "arguments",
    [("create-token", EMAIL, "--expires", "1e30"), ("create-token", EMAIL, "--expires", "nan"),
     ("create-token", EMAIL, "--cap", "9" * 20), ("set-quota", EMAIL, "--running", "9" * 20),
     ("drain", "--wait", "nan"), ("drain", "--wait", "inf")],
)
def test_a_number_that_nothing_can_hold_is_a_wrong_argument(run: Run, arguments: tuple[str, ...]) -> None:
    result = run("admin", *arguments)
    assert (result.exit_code, type(result.exception)) == (2, SystemExit)
    assert "Invalid value for" in result.stderr


@pytest.mark.parametrize("command", [("accounts",), ("create-account", EMAIL), ("publish-overlay", __file__)])
def test_admin_makes_no_farm_where_there_is_none_unless_told_to(
    run: Run, tmp_path: Path, command: tuple[str, ...]
) -> None:
    result = run("admin", *command)
    assert result.exit_code == 1
    assert f"There is no farm in {tmp_path}" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_admin_makes_a_farm_when_told_to(run: Run, tmp_path: Path) -> None:
    assert run("admin", "--create", "create-account", EMAIL).exit_code == 0
    assert (tmp_path / "pirouette.sqlite3").is_file()
    assert json.loads(run("admin", "show", EMAIL).stdout)["credits"] == 10


def test_admin_makes_no_farm_in_a_database_of_others(
    run: Run, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    others = make_url(postgres_url).set(database="postgres").render_as_string(hide_password=False)
    monkeypatch.setenv("PIROUETTE_DATABASE_URL", others)
    result = run("admin", "accounts")
    assert "There is no farm in the database of the settings" in result.stderr
    monkeypatch.setenv("PIROUETTE_DATABASE_URL", postgres_url)
    assert run("admin", "accounts").exit_code == 0


def test_an_overlay_is_published_for_all_accounts_until_it_is_withdrawn(
    run: Run, admin: Callable[..., Any], tmp_path: Path
) -> None:
    account = admin("create-account", EMAIL)
    picture = tmp_path / "studio.jpg"
    PIL.Image.new("RGB", (30, 20)).save(picture)
    published = admin("publish-overlay", str(picture), "--name", "Studio", "--alignment", "center")
    assert published == {"id": published["id"], "layer": "background", "name": "Studio"}
    [file] = tmp_path.glob("files/overlays/*")
    assert file.read_bytes() == picture.read_bytes()
    assert [(view.id, view.alignment, view.is_system) for view in offered(tmp_path, account["id"])] == [
        (published["id"], "center", True)
    ]
    assert admin("unpublish-overlay", published["id"]) == {"id": published["id"], "published": False}
    assert offered(tmp_path, account["id"]) == ()
    assert run("admin", "unpublish-overlay", published["id"]).output == "Error: Overlay not found\n"


def offered(tmp_path: Path, account_id: str) -> tuple[OverlayView, ...]:
    """The overlays that the account can use."""
    database = Database(f"sqlite:///{tmp_path}/pirouette.sqlite3")
    try:
        with database.read() as session:
            return overlays.list_overlays(session, account_id, limit=50, offset=0).items
    finally:
        database.dispose()


def test_what_is_no_image_is_not_published(run: Run, admin: Callable[..., Any], tmp_path: Path) -> None:
    text = tmp_path / "studio.png"
    text.write_text("no image")
    result = run("admin", "publish-overlay", str(text))
    assert result.exit_code == 1
    assert "The file is no image in one of the formats PNG, JPEG, WEBP" in result.output
    assert list(tmp_path.glob("files/overlays/*")) == []
