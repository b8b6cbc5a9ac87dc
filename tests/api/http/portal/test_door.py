"""Ways in besides a password: a real OpenID Connect provider, and a real mail server."""

import contextlib
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from email.message import Message
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message as MessageHandler

from api.db.session import Database
from api.domain.accounts import people
from api.http.portal.door import COOKIE
from api.settings import Settings
from tests.api.http.portal.browser import PersonsBrowser, code, first_link
from tests.support.ports import free_port
from tests.support.waiting import wait_for
from tests.support.web import Web

BOSS = "boss@example.com"
VERIFIED = "maker@firm.example"
UNVERIFIED = "claims@firm.example"
PUBLIC = "https://farm.example"


@pytest.fixture(scope="session")
def issuer() -> Iterator[str]:
    """The URL of a provider that knows VERIFIED and UNVERIFIED."""
    port = free_port()
    claims = [
        {"sub": email, "email": email, "email_verified": email == VERIFIED} for email in (VERIFIED, UNVERIFIED)
    ]
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port), "--require-nonce"]
    for each in claims:
        command += ["--user-claims", json.dumps(each)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as process:
        url = f"http://127.0.0.1:{port}"
        try:
            wait_for(lambda: _answers(url), "the provider")
            yield url
        finally:
            process.kill()


def _answers(url: str) -> bool:
    with contextlib.suppress(httpx.HTTPError):
        return httpx.get(f"{url}/.well-known/openid-configuration").is_success
    return False


@pytest.fixture
def farm(database: Database, tmp_path: Path, issuer: str) -> Web:
    return Web.make(
        database, tmp_path, oidc_issuer=issuer, oidc_client_id="pirouette", oidc_client_secret="s3cret-of-test",
        oidc_name="Firm",
    )  # fmt: skip


@pytest.fixture
def invited(farm: Web) -> Web:
    """A farm whose administrator has invited both, one of them as an administrator."""
    boss = PersonsBrowser(farm)
    boss.follow(first_link(farm), BOSS)
    boss.post("/portal/api/people/invite", email=VERIFIED, isAdmin=True)
    boss.post("/portal/api/people/invite", email=UNVERIFIED)
    return farm


def begun(farm: Web) -> tuple[httpx.Response, dict[str, str]]:
    """Where the browser is sent, and its cookie."""
    answer = farm.request("GET", "/portal/api/sso", token=None)
    assert answer.status_code == 303
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    return answer, {"Cookie": f"{COOKIE}={answer.cookies[COOKIE]}"}


def came_back(farm: Web, who: str, **changed: str) -> httpx.Response:
    """Signs in at the provider as `who`, and follows it back, with some of the query `changed`."""
    answer, cookie = begun(farm)
    back = httpx.post(answer.headers["location"], data={"sub": who})
    query = {name: values[0] for name, values in parse_qs(urlsplit(back.headers["location"]).query).items()}
    return farm.request("GET", "/portal/api/sso/done", token=None, headers=cookie, params=query | changed)


def test_who_was_invited_comes_in_by_the_provider_and_has_no_password(invited: Web) -> None:
    answer = came_back(invited, VERIFIED)
    assert (answer.status_code, answer.headers["location"]) == (303, "/portal/")
    assert COOKIE not in answer.cookies  # it is taken back
    browser = PersonsBrowser(invited, cookie=answer.cookies["pirouette_session"].strip('"'))
    me = browser.get("/portal/api/session").json()
    assert (me["email"], me["isAdmin"], me["account"]) == (VERIFIED, True, BOSS)
    assert code(PersonsBrowser(invited).sign_in(VERIFIED, "")) == (401, "unauthorized")


def test_who_is_known_comes_in_again(invited: Web) -> None:
    came_back(invited, VERIFIED)
    assert "pirouette_session" in came_back(invited, VERIFIED).cookies
    with invited.database.read() as session:
        account_id = people.find(session, BOSS).account_id
        assert [each.email for each in people.list_people(session, account_id)] == [BOSS, VERIFIED]


@pytest.mark.parametrize(
    ("who", "changed", "trouble"),
    [
        (UNVERIFIED, {}, "unverified"),
        (VERIFIED, {"state": "another"}, "unreachable"),
        (VERIFIED, {"code": "another"}, "unreachable"),
        (VERIFIED, {"code": "", "error": "access_denied"}, "declined"),
    ],
)
def test_nobody_else_comes_in(invited: Web, who: str, changed: dict[str, str], trouble: str) -> None:
    answer = came_back(invited, who, **changed)
    assert answer.headers["location"] == f"/portal/?trouble={trouble}"
    assert "pirouette_session" not in answer.cookies


def test_a_stranger_is_told_to_ask_for_an_invitation(farm: Web) -> None:
    assert came_back(farm, VERIFIED).headers["location"] == "/portal/?trouble=unknown"


def test_a_browser_that_has_not_begun_is_asked_to_begin(farm: Web) -> None:
    answer = farm.request("GET", "/portal/api/sso/done", token=None, params={"code": "c", "state": "s"})
    assert answer.headers["location"] == "/portal/?trouble=again"


def test_a_provider_that_is_away_is_no_fault_of_the_farm(database: Database, tmp_path: Path) -> None:
    web = Web.make(
        database, tmp_path, oidc_issuer=f"http://127.0.0.1:{free_port()}", oidc_client_id="pirouette",
        oidc_client_secret="s3cret-of-test",
    )  # fmt: skip
    answer = web.request("GET", "/portal/api/sso", token=None)
    assert answer.headers["location"] == "/portal/?trouble=unreachable"


def test_the_sign_in_page_is_told_of_the_provider(farm: Web) -> None:
    assert farm.request("GET", "/portal/api/door", token=None).json() == {"sso": "Firm", "mail": False}


def test_without_a_provider_there_is_the_password(web: Web) -> None:
    assert web.request("GET", "/portal/api/door", token=None).json() == {"sso": None, "mail": False}
    assert web.request("GET", "/portal/api/sso", token=None).status_code == 404


class Mailbox(MessageHandler):
    """A mail server's: what it was given."""

    def __init__(self) -> None:
        super().__init__()
        self.mails: list[Message] = []

    def handle_message(self, message: Message) -> None:
        self.mails.append(message)

    def link(self) -> str:
        """The path of the one link in the one mail."""
        [mail] = self.mails
        [url] = re.findall(r"https?://\S+#\S+", str(mail.get_payload()))
        assert url.startswith(PUBLIC)
        return str(url).removeprefix(PUBLIC)


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, int]]:
    mailbox, port = Mailbox(), free_port()
    server = Controller(mailbox, hostname="127.0.0.1", port=port)
    server.start()
    yield mailbox, port
    server.stop()


@pytest.fixture
def mailing(database: Database, tmp_path: Path, mailbox: tuple[Mailbox, int]) -> Web:
    return Web.make(
        database, tmp_path, mail_url=f"smtp://127.0.0.1:{mailbox[1]}", mail_from="Pirouette <farm@example.com>",
        public_url=PUBLIC,
    )  # fmt: skip


@pytest.fixture
def boss_of_mailing(mailing: Web) -> PersonsBrowser:
    browser = PersonsBrowser(mailing)
    browser.follow(first_link(mailing), BOSS)
    return browser


def test_an_invitation_is_mailed_and_its_link_works(
    mailing: Web, boss_of_mailing: PersonsBrowser, mailbox: tuple[Mailbox, int]
) -> None:
    made = boss_of_mailing.post("/portal/api/people/invite", email=VERIFIED).json()
    assert made["mailed"] is True
    assert mailbox[0].mails[0]["To"] == VERIFIED
    assert PersonsBrowser(mailing).follow(mailbox[0].link(), VERIFIED).status_code == 204


def test_a_forgotten_password_is_set_anew_by_a_mailed_link(
    mailing: Web, boss_of_mailing: PersonsBrowser, mailbox: tuple[Mailbox, int]
) -> None:
    stranger = PersonsBrowser(mailing)
    for email in (BOSS, BOSS, "nobody@example.com"):  # within minutes, one is sent, to whom it belongs
        assert stranger.post("/portal/api/forgotten", email=email).status_code == 204
    assert stranger.follow(mailbox[0].link(), password="another long password").status_code == 204
    assert PersonsBrowser(mailing).sign_in(BOSS, "another long password").status_code == 204


def test_without_a_mail_server_links_are_handed_over(boss: PersonsBrowser) -> None:
    assert boss.post("/portal/api/people/invite", email=VERIFIED).json()["mailed"] is False
    assert code(boss.post("/portal/api/forgotten", email=BOSS)) == (404, "not_found")


def test_a_mail_server_that_is_away_costs_no_invitation(database: Database, tmp_path: Path) -> None:
    web = Web.make(
        database, tmp_path, mail_url=f"smtp://127.0.0.1:{free_port()}", mail_from="farm@example.com", public_url=PUBLIC
    )
    browser = PersonsBrowser(web)
    browser.follow(first_link(web), BOSS)
    made = browser.post("/portal/api/people/invite", email=VERIFIED).json()
    assert made["mailed"] is False
    assert PersonsBrowser(web).follow(made["path"], VERIFIED).status_code == 204


@pytest.mark.parametrize(
    "given",
    [
        {"oidc_issuer": "https://login.example"},
        {"mail_url": "mail.example.com", "mail_from": "a@example.com", "public_url": PUBLIC},
        {"mail_url": "smtps://mail.example.com", "mail_from": "a@example.com"},
    ],
)
def test_half_of_the_settings_is_refused(given: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"PIROUETTE_(OIDC|MAIL)"):
        Settings(**given)  # type: ignore[arg-type]
