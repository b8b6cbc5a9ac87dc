"""Pictures of a service with OpenAI's API, honest and hostile, on loopback."""

import base64
import io
import json
import threading
from pathlib import Path

import PIL.Image
import pytest

from api.engines import client as module
from api.engines import pictures
from api.engines.pictures import HostedPictures
from renderer.checkpoints import at_checkpoints
from renderer.errors import Cancelled, EngineError, EngineFailed, EngineRejected, EngineTimeout, EngineUnavailable
from renderer.generate.protocols import ImageResult
from tests.api.engines.support import KEY, context, endless, in_turn, jpeg, picture_service, stalled, told
from tests.support.origin import Answer, Origin, answer, redirect, running_origin
from tests.support.waiting import HANG_S

PATH = "/v1/images/generations"
GOOD = told({"data": [{"b64_json": base64.b64encode(jpeg()).decode(), "revised_prompt": "A red\nsquare"}]})


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What was waited for between two attempts, which isn't waited for here."""
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr(module, "sleep", sleep)
    return waited


@pytest.fixture
def undecoded(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is received is taken as it is, which saves starting a process."""
    monkeypatch.setattr(pictures, "received_picture", lambda data, *_, **__: data)


def ask(
    origin: Origin, folder: Path, reply: Answer, *, allow: str = "", seconds: float = HANG_S
) -> ImageResult:
    origin.answers[PATH] = reply
    service = picture_service(origin, allow=allow, seconds=seconds)
    return HostedPictures(service).picture("a {red} square", 7, 16, context(folder))


def refusal(
    kind: type[EngineError], origin: Origin, folder: Path, reply: Answer, *, seconds: float = HANG_S
) -> str:
    """The message; the key is never in it."""
    with pytest.raises(kind) as raised:
        ask(origin, folder, reply, seconds=seconds)
    assert KEY not in f"{raised.value} {raised.value!r}"
    assert "127.0.0.1" not in str(raised.value)
    return str(raised.value)


def test_a_prompt_becomes_a_square_jpeg(origin: Origin, tmp_path: Path) -> None:
    result = ask(origin, tmp_path, GOOD)
    image = PIL.Image.open(io.BytesIO(result.jpeg))
    assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (16, 16))
    assert result.metadata == {"engine": "xai", "model": "grok-imagine", "revised_prompt": "A red square"}
    [head], [body] = origin.requests, origin.bodies
    assert f"Authorization: Bearer {KEY}\r\n" in head
    sent = json.loads(body)
    assert sent.pop("prompt").startswith("a {red} square. A single object")
    assert sent == {"model": "grok-imagine", "n": 1, "aspect_ratio": "1:1", "response_format": "b64_json"}


@pytest.mark.parametrize("where", ["b64_json", "url"])
@pytest.mark.usefixtures("undecoded")
def test_a_picture_may_come_as_a_data_uri(origin: Origin, tmp_path: Path, where: str) -> None:
    uri = "data:image/jpeg;base64," + base64.b64encode(jpeg()).decode()
    assert ask(origin, tmp_path, told({"data": [{where: uri}]})).jpeg


@pytest.mark.usefixtures("undecoded")
def test_a_picture_by_url_is_fetched_without_the_key_from_elsewhere(origin: Origin, tmp_path: Path) -> None:

    with running_origin(host="127.0.0.2") as elsewhere:
        url = f"http://127.0.0.2:{elsewhere.port}/a.jpg"
        elsewhere.answers |= {"/a.jpg": redirect("/b.jpg"), "/b.jpg": answer(jpeg())}
        assert ask(origin, tmp_path, told({"data": [{"url": url}]}), allow="127.0.0.2").jpeg
    assert [request.split(" ")[1] for request in elsewhere.requests] == ["/a.jpg", "/b.jpg"]
    assert not any("Authorization" in request or KEY in request for request in elsewhere.requests)


@pytest.mark.parametrize("url", [
    "http://127.0.0.2/a.jpg", "http://169.254.169.254/latest/meta-data/", "http://[::1]/", "file:///etc/passwd",
    "http://2130706433/", "http://u:p@shop.example/",
])  # fmt: skip
def test_a_url_that_leads_inside_is_not_fetched(origin: Origin, tmp_path: Path, url: str) -> None:
    refusal(EngineFailed, origin, tmp_path, told({"data": [{"url": url}]}))
    assert len(origin.requests) == 1


def test_a_result_that_is_gone_says_nothing_of_the_key(origin: Origin, tmp_path: Path) -> None:
    with running_origin(host="127.0.0.2") as elsewhere:
        elsewhere.answers["/a.jpg"] = answer(status="403 Forbidden")
        origin.answers[PATH] = told({"data": [{"url": f"http://127.0.0.2:{elsewhere.port}/a.jpg"}]})
        with pytest.raises(EngineFailed, match="the server that its result lies on answered with status 403"):
            HostedPictures(picture_service(origin, allow="127.0.0.2")).picture("a chair", 7, 16, context(tmp_path))


def test_a_redirect_that_leads_inside_is_not_followed(origin: Origin, tmp_path: Path) -> None:
    origin.answers["/a.jpg"] = redirect("http://10.0.0.5/a.jpg")
    message = refusal(EngineFailed, origin, tmp_path, told({"data": [{"url": f"{origin.url}/a.jpg"}]}))
    assert "does not lead to a public address" in message


def test_redirects_in_a_circle_end(origin: Origin, tmp_path: Path) -> None:
    origin.answers["/a.jpg"] = redirect("/a.jpg")
    assert "redirects more than 5 times" in refusal(
        EngineFailed, origin, tmp_path, told({"data": [{"url": f"{origin.url}/a.jpg"}]})
    )


def test_an_order_is_not_redirected(origin: Origin, tmp_path: Path) -> None:
    assert "status 302" in refusal(EngineFailed, origin, tmp_path, redirect("/elsewhere"))
    assert len(origin.requests) == 1


@pytest.mark.usefixtures("undecoded")
def test_what_passes_is_tried_again_when_the_service_says(origin: Origin, tmp_path: Path, waits: list[float]) -> None:
    busy = told({"error": {"message": "slow down"}}, "429 Too Many Requests", **{"Retry-After": "17"})
    broken = told({}, "500 Internal Server Error")
    assert ask(origin, tmp_path, in_turn(busy, broken, b"", GOOD)).jpeg
    assert waits[0] == 17
    assert 1 <= waits[1] < waits[2] <= 30
    keys = {head.split("Idempotency-Key: ")[1].split("\r\n")[0] for head in origin.requests}
    assert (len(origin.requests), len(keys)) == (4, 1)


@pytest.mark.usefixtures("undecoded")
def test_a_date_to_try_again_at_is_understood(origin: Origin, tmp_path: Path, waits: list[float]) -> None:
    busy = told({}, "503 Service Unavailable", **{"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"})
    assert ask(origin, tmp_path, in_turn(busy, GOOD)).jpeg
    assert waits == [0]


def test_more_patience_than_there_is_time_is_not_waited_for(origin: Origin, tmp_path: Path) -> None:
    busy = told({"error": "full"}, "429 Too Many Requests", **{"Retry-After": "3600"})
    assert "asks to wait for 3600 seconds" in refusal(EngineTimeout, origin, tmp_path, busy)
    assert len(origin.requests) == 1


def test_what_does_not_pass_ends_after_some_attempts(origin: Origin, tmp_path: Path, waits: list[float]) -> None:
    message = refusal(EngineFailed, origin, tmp_path, told({"error": {"message": f"out {KEY}"}}, "502 Bad Gateway"))
    assert message == "xAI answered with status 502: out ..."
    assert len(origin.requests) == module.ATTEMPTS


@pytest.mark.parametrize("status", ["401 Unauthorized", "402 Payment Required", "403 Forbidden", "404 Not Found"])
def test_a_key_that_is_not_taken_is_told_without_it(origin: Origin, tmp_path: Path, status: str) -> None:
    reply = told({"error": {"message": f"Incorrect API key provided: {KEY}"}}, status)
    assert f"(status {status[:3]})" in refusal(EngineUnavailable, origin, tmp_path, reply)
    assert len(origin.requests) == 1


@pytest.mark.parametrize(
    "error", [{"error": {"message": "no \x1b weapons"}}, {"error": "no weapons"}, {"detail": "no weapons"}]
)
def test_a_refused_prompt_is_told_in_the_services_words(origin: Origin, tmp_path: Path, error: object) -> None:
    message = refusal(EngineRejected, origin, tmp_path, told(error, "400 Bad Request"))
    assert message.split() == ["xAI", "refuses:", "no", "weapons"]
    assert len(origin.requests) == 1


def test_long_words_are_cut(origin: Origin, tmp_path: Path) -> None:
    reply = told({"error": {"message": "x" * 100_000}}, "422 Unprocessable Content")
    assert len(refusal(EngineRejected, origin, tmp_path, reply)) < 400


@pytest.mark.parametrize(("reply", "said"), [
    (answer(b"<html>Welcome", headers={"Content-Type": "text/html"}), "what is no JSON"),
    (told({"data": []}), "without a picture"),
    (told([[]]), "without a picture"),
    (told({"data": [{"b64_json": "/9j/*garbage*"}]}), "no base64"),
    (told({"data": [{"b64_json": "/9j"}]}), "no base64"),
    (answer(b"[" * 50_000), "what is no JSON"),
    (answer(b"packed", headers={"Content-Encoding": "gzip"}), "content encoding 'gzip', unasked"),
    (answer(headers={"Content-Length": "999999999999"}), "sends more than 42 MB"),
    (endless, "sends more than 42 MB"),
])  # fmt: skip
def test_what_is_no_answer_is_told(origin: Origin, tmp_path: Path, reply: Answer, said: str) -> None:
    assert said in refusal(EngineFailed, origin, tmp_path, reply)


@pytest.mark.parametrize("data", [b"GIF89a no picture", jpeg()[:200]], ids=["another type", "truncated"])
def test_what_is_no_picture_is_told(origin: Origin, tmp_path: Path, data: bytes) -> None:
    reply = told({"data": [{"b64_json": base64.b64encode(data).decode()}]})
    assert "sent a picture that can't be used" in refusal(EngineFailed, origin, tmp_path, reply)


@pytest.mark.usefixtures("undecoded")
def test_an_answer_that_breaks_off_is_asked_for_again(origin: Origin, tmp_path: Path, waits: list[float]) -> None:
    assert ask(origin, tmp_path, in_turn(answer(b"{", headers={"Content-Length": "100"}), GOOD)).jpeg
    assert len(waits) == 1


def test_a_service_that_stalls_is_left_in_time(origin: Origin, tmp_path: Path) -> None:
    began = threading.Event()
    message = refusal(EngineTimeout, origin, tmp_path, stalled(began.set), seconds=0.5)
    assert message == "xAI was not done within 0.5 seconds"


def test_a_call_can_be_cancelled_while_the_service_stalls(origin: Origin, tmp_path: Path) -> None:
    began = threading.Event()

    def stop() -> None:
        if began.is_set():
            raise Cancelled

    with at_checkpoints(stop), pytest.raises(Cancelled):
        ask(origin, tmp_path, stalled(began.set))


def test_no_service_is_told(tmp_path: Path, origin: Origin, waits: list[float]) -> None:
    service = picture_service(origin).model_copy(update={"url": "http://127.0.0.1:1/v1/images/generations"})
    with pytest.raises(EngineFailed, match="could not be reached"):
        HostedPictures(service).picture("a chair", 0, 16, context(tmp_path))
    assert len(waits) == module.ATTEMPTS - 1


def test_a_service_shows_no_key(origin: Origin) -> None:
    assert KEY not in f"{picture_service(origin)!r} {picture_service(origin)}"
