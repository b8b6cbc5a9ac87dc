"""Which engines the settings lead to, and what is wrong with settings that lead nowhere."""

from pathlib import Path
from typing import Any

import pytest

from api.engines.chosen import Chosen, choose, found_weights
from api.engines.services import PROTOCOLS, NotConfigured, mesh_service, picture_service
from api.engines.standing import standings
from api.settings import Settings
from renderer.generate.engines import IMAGE_TO_MESH, TEXT_TO_IMAGE, image_to_mesh, text_to_image

ALL = ("triposr", "diffusers")


@pytest.mark.parametrize(("given", "weights", "image", "mesh"), [
    ({}, (), "procedural", "procedural"),
    ({}, ALL, "diffusers", "triposr"),
    ({"image_key": "xai-1"}, ALL, "xai", "triposr"),
    ({"image_key": "sk-1"}, (), "openai", "procedural"),
    ({"image_url": "http://localhost:8000"}, ALL, "openai", "triposr"),
    ({"image_key": "xai-1", "image_url": "http://proxy:8000"}, (), "openai", "procedural"),
    ({"mesh_url": "https://mesh.example/make"}, ALL, "diffusers", "hosted"),
    ({"image_engine": "procedural", "image_key": "xai-1"}, (), "procedural", "procedural"),
    ({"mesh_engine": "procedural", "mesh_url": "https://mesh.example"}, ALL, "diffusers", "procedural"),
    ({"image_engine": "diffusers", "mesh_engine": "triposr"}, (), "diffusers", "triposr"),
    ({"image_engine": "xai", "mesh_engine": "hosted"}, (), "xai", "hosted"),
])  # fmt: skip
def test_a_service_goes_before_weights_and_weights_before_shapes_unless_one_is_named(
    given: dict[str, Any], weights: tuple[str, ...], image: str, mesh: str
) -> None:
    assert choose(Settings(**given), weights) == Chosen(image, mesh)


def test_weights_are_found_where_the_settings_say(tmp_path: Path) -> None:
    (tmp_path / "engines" / "triposr").mkdir(parents=True)
    assert found_weights(Settings(data_dir=tmp_path)) == {"triposr": tmp_path / "engines" / "triposr"}
    elsewhere = Settings(data_dir=tmp_path, triposr_dir=tmp_path / "none", diffusers_dir=tmp_path)
    assert found_weights(elsewhere) == {"diffusers": tmp_path}


def test_every_engine_is_one_of_this_machine_or_has_a_service(tmp_path: Path) -> None:
    hosted = {"xai", "openai", "hosted"}
    for makes, table in (("pictures", TEXT_TO_IMAGE), ("models", {**IMAGE_TO_MESH, "procedural": ""})):
        names = {each.name for each in standings(Settings(data_dir=tmp_path)) if each.makes == makes}
        assert names - hosted == set(table)
    assert image_to_mesh("triposr", folder=tmp_path).name == "triposr"
    assert text_to_image("diffusers", folder=tmp_path).name == "diffusers"


@pytest.mark.parametrize(("url", "asked"), [
    ("", "https://api.x.ai/v1/images/generations"),
    ("http://localhost:8000", "http://localhost:8000/v1/images/generations"),
    ("http://localhost:8000/images/v1/", "http://localhost:8000/images/v1/images/generations"),
])  # fmt: skip
def test_the_address_of_a_picture_service_is_its_base(url: str, asked: str) -> None:
    assert picture_service(Settings(image_url=url, image_key="xai-1"), "xai").url == asked


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_the_known_protocols_can_be_named(protocol: str) -> None:
    found = mesh_service(Settings(mesh_url="https://mesh.example/", mesh_protocol=protocol, mesh_key="k"))
    assert found.protocol == PROTOCOLS[protocol]
    assert "'k'" not in repr(found)


def test_a_protocol_can_be_described() -> None:
    described = '{"body": {"image": "{picture}"}, "id": "id", "done": ["ok"], "failed": ["bad"], "result": "url"}'
    found = mesh_service(Settings(mesh_url="https://mesh.example/", mesh_protocol=described))
    assert (found.protocol.id, found.protocol.poll) == ("id", "{url}/{id}")


@pytest.mark.parametrize(("protocol", "said"), [
    ("trippo", "none of bytes, meshy, tripo, and no JSON"),
    ("[]", "a valid dictionary"),
    ('{"body": {}, "form": {}}', "either a body or a form"),
    ('{"body": {}, "id": "id"}', "done, failed and result"),
    ('{"body": {}, "poll": "{key}"}', "and nothing else"),
    ('{"body": {}, "poll": "{"}', "and nothing else"),
    ('{"body": {}, "surprise": 1}', "surprise: Extra inputs are not permitted"),
])  # fmt: skip
def test_a_protocol_that_cant_be_understood_is_told(protocol: str, said: str) -> None:
    with pytest.raises(NotConfigured, match="PIROUETTE_MESH_PROTOCOL can't be understood: ") as raised:
        mesh_service(Settings(mesh_url="https://mesh.example/", mesh_protocol=protocol))
    assert said in str(raised.value)


def test_services_without_an_address_or_a_key_are_told() -> None:
    with pytest.raises(NotConfigured, match="PIROUETTE_IMAGE_KEY"):
        picture_service(Settings(), "xai")
    with pytest.raises(NotConfigured, match="PIROUETTE_MESH_URL"):
        mesh_service(Settings())
    with pytest.raises(NotConfigured, match="no user or password") as raised:
        mesh_service(Settings(mesh_url="https://me:hunter2@mesh.example/"))
    assert "hunter2" not in str(raised.value)
    with pytest.raises(NotConfigured, match=r"PIROUETTE_ENGINE_ALLOW: '10\.0\.0\.1/8' is no host name"):
        mesh_service(Settings(mesh_url="https://mesh.example/", engine_allow="10.0.0.1/8"))
