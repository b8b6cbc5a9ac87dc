"""`pirouette admin`: templates for all accounts, or for one."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from api.db.session import Database
from api.domain.projects import templates
from tests.api.cli.conftest import Run

EMAIL = "maker@example.org"
CAMERAS: dict[str, Any] = {"bookmarks": [{"name": "Front"}], "shots": [{"name": "Spin"}]}
TEMPLATE: dict[str, Any] = {
    "name": "Warm Studio", "tags": ["warm"],
    "content": {**CAMERAS, "look": {"bgColor": "#fff4e6"}},
}


def offered(tmp_path: Path, account_id: str) -> list[str]:
    """The templates that the account can use, but the farm's own."""
    database = Database(f"sqlite:///{tmp_path}/pirouette.sqlite3")
    try:
        with database.read() as session:
            listed = templates.list_templates(session, account_id)
    finally:
        database.dispose()
    return [each.id for each in listed if each.id not in templates.BUILTIN]


def written(tmp_path: Path, told: object) -> str:
    file = tmp_path / "template.json"
    file.write_text(told if isinstance(told, str) else json.dumps(told))
    return str(file)


def test_a_template_is_published_for_all_until_it_is_withdrawn(
    run: Run, admin: Callable[..., Any], tmp_path: Path
) -> None:
    account = admin("create-account", EMAIL)
    published = admin("publish-template", written(tmp_path, TEMPLATE))
    assert published == {"id": published["id"], "name": "Warm Studio", "public": True}
    assert offered(tmp_path, account["id"]) == [published["id"]]
    assert admin("unpublish-template", published["id"]) == {"id": published["id"], "published": False}
    assert offered(tmp_path, account["id"]) == []
    assert run("admin", "unpublish-template", published["id"]).output == "Error: Template not found\n"


def test_a_template_for_one_account_is_nobody_elses(admin: Callable[..., Any], tmp_path: Path) -> None:
    account, other = admin("create-account", EMAIL), admin("create-account", "other@example.org")
    given = admin("publish-template", written(tmp_path, TEMPLATE), "--account", EMAIL)
    assert given["public"] is False
    assert offered(tmp_path, account["id"]) == [given["id"]]
    assert offered(tmp_path, other["id"]) == []


@pytest.mark.parametrize(
    ("told", "says"),
    [("{", "is no JSON"), ("[]", "no JSON object with a name"), ({"content": {}}, "no JSON object with a name"),
     (TEMPLATE | {"tags": "warm"}, "tags"), (TEMPLATE | {"description": 3}, "description"),
     (TEMPLATE | {"content": {}}, "bookmarks"),
     (TEMPLATE | {"content": {**CAMERAS, "look": {"lighting": "x"}}}, "lighting"),
     (TEMPLATE | {"content": {**CAMERAS, "look": {"bgImageId": "abcdefghijkl"}}}, "no overlay abcdefghijkl")],
)
def test_what_is_no_template_is_not_published(
    run: Run, admin: Callable[..., Any], tmp_path: Path, told: object, says: str
) -> None:
    account = admin("create-account", EMAIL)
    result = run("admin", "publish-template", written(tmp_path, told))
    assert result.exit_code == 1
    assert says in result.stderr
    assert offered(tmp_path, account["id"]) == []
