"""/openapi.json says what the service does."""

from tests.support.web import Web


def test_the_openapi_document_describes_the_paths(web: Web) -> None:
    document = web.get("/openapi.json", token=None).json()
    assert "/v1/renders/{render_id}/bundle" in document["paths"]
    upload = document["paths"]["/v1/models"]["post"]
    assert set(upload["requestBody"]["content"]["multipart/form-data"]["schema"]["properties"]) == {
        "file", "renderSettings"
    }
    assert upload["security"] == [{"HTTPBearer": []}]
    assert document["components"]["schemas"]["RenderDetail"]["properties"]["createdAt"]["format"] == "date-time"


def test_the_openapi_document_lists_the_render_settings(web: Web) -> None:
    document = web.get("/openapi.json", token=None).json()
    order = document["paths"]["/v1/renders"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    settings = order["properties"]["renderSettings"]["properties"]
    assert settings["aspect"]["enum"] == ["16:9", "1:1", "9:16"]
    assert (settings["zoom"]["type"], settings["zoom"]["minimum"], settings["zoom"]["maximum"]) == ("number", 0.5, 2.0)
    assert settings["bgColor"]["pattern"] == "^#[0-9a-fA-F]{6}$"
    assert settings["easing"] == {
        "type": "boolean", "description": "Ease the rotation in and out.", "default": True
    }
