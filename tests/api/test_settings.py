"""Settings: addresses and secrets, and those that could not work, which are refused at the start by their names."""

import traceback
from pathlib import Path

import pytest
from pydantic import ValidationError
from sqlalchemy import make_url

from api.queue.broker import make_celery
from api.settings import Settings

SECRET = "p@ss:w/rd #%?"


def test_a_database_may_be_named_in_parts_with_whatever_password(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"HOST": "db.example.com", "PORT": "6432", "USER": "me@here", "PASSWORD": SECRET}.items():
        monkeypatch.setenv(f"PIROUETTE_DATABASE_{name}", value)
    address = make_url(Settings().sqlalchemy_url)
    assert (address.host, address.port, address.database) == ("db.example.com", 6432, "pirouette")
    assert (address.username, address.password) == ("me@here", SECRET)
    assert address.get_backend_name() == "postgresql"


def test_a_database_without_a_password_has_none() -> None:
    assert make_url(Settings(database_host="::1", database_name="farm").sqlalchemy_url).password is None


def test_a_database_has_one_address() -> None:
    with pytest.raises(ValidationError, match="not both"):
        Settings(database_host="db", database_url="sqlite:///x")


def test_no_secret_is_shown() -> None:
    settings = Settings(
        database_url=f"postgresql://u:{'hunter2'}@db/x", broker_url="redis://:hunter2@redis/0", s3_bucket="b",
        s3_access_key="key", s3_secret_key="hunter2",
    )  # fmt: skip
    assert "hunter2" in settings.sqlalchemy_url
    assert "hunter2" not in f"{settings!r} {settings}"
    assert make_celery(settings).conf.broker_url == "redis://:hunter2@redis/0"


@pytest.mark.parametrize(
    "wrong", [{"database_url": "postgresql://u:hunter2@db/x", "database_host": "db"}, {"s3_secret_key": "hunter2"},
              {"database_password": "hunter2", "lease_seconds": "never"}],
)  # fmt: skip
def test_no_secret_is_in_the_error_that_tells_of_wrong_settings(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError) as caught:
        Settings.model_validate(wrong)
    assert "hunter2" not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("database_url", "postgresql://farm:postgres@db/farm"), ("database_url", "postgresql://farm:ChangeMe@db/farm"),
        ("database_password", "pirouette"), ("broker_url", "redis://:redis@redis/0"), ("metrics_token", "secret"),
    ],
)  # fmt: skip
def test_a_password_that_everybody_knows_is_refused_by_its_name(name: str, value: str) -> None:
    with pytest.raises(ValidationError, match=f"PIROUETTE_{name.upper()} has a password that everybody knows"):
        Settings.model_validate({name: value})


@pytest.mark.parametrize("url", ["postgresql://postgres@/farm?host=/run", "postgresql://db/postgres", "redis://redis:6379/0"])
def test_names_that_are_no_passwords_may_be_anything(url: str) -> None:
    assert Settings.model_validate({"database_url": url, "broker_url": url})


def test_secrets_may_be_files_and_variables_go_before_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pirouette_database_password").write_text(f"{SECRET}\n")
    (tmp_path / "pirouette_metrics_token").write_text("whisper\n")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert Settings(database_host="db").database_password.get_secret_value() == SECRET
    monkeypatch.setenv("PIROUETTE_METRICS_TOKEN", "louder")
    assert Settings().metrics_token.get_secret_value() == "louder"


@pytest.mark.parametrize("ports", ["http", "0", "80;443", "65536", "-1"])
def test_ports_for_downloads_are_numbers(ports: str) -> None:
    with pytest.raises(ValueError, match="PIROUETTE_INGEST_PORTS"):
        Settings(ingest_ports=ports)
