"""A farm with its first administrator."""

from collections.abc import Callable

import pytest
from argon2 import PasswordHasher

from api.domain.accounts import passwords
from tests.api.http.portal.browser import PersonsBrowser, first_link
from tests.support.web import Web

EMAIL = "boss@example.com"


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashes of the same kind that cost a thousandth of the time."""
    monkeypatch.setattr(passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))


@pytest.fixture
def boss(web: Web) -> PersonsBrowser:
    """The administrator's browser."""
    browser = PersonsBrowser(web)
    assert browser.follow(first_link(web), EMAIL).status_code == 204
    return browser


@pytest.fixture
def invited(web: Web, boss: PersonsBrowser) -> Callable[..., PersonsBrowser]:
    """Makes the browser of another person of the account."""

    def invite(email: str = "maker2@example.com", *, isAdmin: bool = False) -> PersonsBrowser:
        path = boss.post("/portal/api/people/invite", email=email, isAdmin=isAdmin).json()["path"]
        browser = PersonsBrowser(web)
        assert browser.follow(path, email).status_code == 204
        return browser

    return invite
