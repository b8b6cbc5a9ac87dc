"""`pirouette list`, `download`, `cancel`, `retry`, Ctrl-C and --json: what was ordered can be followed and ended."""

import errno
import json
import time
from pathlib import Path
from typing import Any

import click
import httpx
import pytest

from api.cli.fetch import Report
from api.client import FarmClient, Render
from tests.api.cli.conftest import Customer

SUFFIXES = (".mp4", ".png", ".thumb.mp4")


@pytest.fixture
def interrupted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C is pressed as soon as there is anything to wait for."""

    def press(_seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(time, "sleep", press)


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def rows(*turns: int) -> list[dict[str, Any]]:
    return [
        {"model": "chair.glb", "name": f"turn-{turn}", "renderSettings": {"rotateY": turn, "length": 3 + turn}}
        for turn in turns
    ]


def ordered(idle: Customer, *turns: int) -> dict[str, str]:
    """Orders a batch and is interrupted; the renders' ids by their names."""
    idle.model()
    assert idle.batch(rows(*turns)).exit_code == 130
    return {each["name"]: each["id"] for each in lines(idle.done("list", "-o", str(idle.out), "--json"))}


def test_ctrl_c_says_what_goes_on_and_what_can_be_done_about_it(idle: Customer, interrupted: None) -> None:
    idle.model()
    result = idle.batch(rows(1, 2))
    assert result.exit_code == 130
    assert "Interrupted. 2 of 2 renders are ordered, and go on without this program." in result.stderr
    assert "The same command again orders the rest and fetches all; it pays for nothing twice." in result.stderr
    assert f"`pirouette cancel -o {idle.out}` ends those that aren't done" in result.stderr
    assert idle.web.balance() == 998


def test_ctrl_c_before_an_answer_says_that_it_isnt_known(idle: Customer, monkeypatch: pytest.MonkeyPatch) -> None:
    idle.model()
    send = httpx.HTTPTransport.handle_request

    def handle(transport: httpx.HTTPTransport, request: httpx.Request) -> httpx.Response:
        if "Idempotency-Key" in request.headers:
            raise KeyboardInterrupt
        return send(transport, request)

    monkeypatch.setattr(httpx.HTTPTransport, "handle_request", handle)
    result = idle.batch(rows(1, 2))
    assert result.exit_code == 130
    assert "0 of 2 renders are ordered" in result.stderr
    assert "Whether 1 more reached the farm isn't known yet." in result.stderr


def test_ctrl_c_before_anything_is_ordered_says_so(idle: Customer, monkeypatch: pytest.MonkeyPatch) -> None:
    idle.model()

    def interrupt(_client: FarmClient, _renders: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(FarmClient, "quote", interrupt)
    result = idle.batch(rows(1))
    assert (result.exit_code, result.stderr.strip()) == (130, "Interrupted. Nothing was ordered.")


def test_what_a_folder_was_ordered_for_is_listed_downloaded_and_told_as_json(
    idle: Customer, interrupted: None
) -> None:
    renders = ordered(idle, 1, 2)
    other = idle.web.upload(b"glTF other").json()["data"]["renderId"]
    text = idle.done("list", "-o", str(idle.out))
    assert set(renders) == {"turn-1", "turn-2"}
    assert all(f"{render}  " in text and "pending" in text and name in text for name, render in renders.items())
    assert other not in text
    assert other in idle.done("list")
    assert [each["id"] for each in lines(idle.done("list", "--json", "--limit", "1"))] == [other]
    assert idle.run("download", "-o", str(idle.out)).exit_code == 130
    idle.web.finish_all()
    told = lines(idle.done("download", "-o", str(idle.out), "--json"))
    assert {(each["name"], each["id"], each["status"]) for each in told} == {
        (name, render, "done") for name, render in renders.items()
    }
    for each in told:
        assert [Path(file).name for file in each["files"]] == [f"{each['name']}{suffix}" for suffix in SUFFIXES]
        assert all(Path(file).is_file() for file in each["files"])
    again = lines(idle.done("batch", str(idle.folder / "list.json"), "-o", str(idle.out), "--json"))
    assert [each["files"] for each in again] == [
        [str(idle.out / f"{name}{suffix}") for suffix in SUFFIXES] for name in ("turn-1", "turn-2")
    ]
    elsewhere = idle.folder / "not" / "there yet"
    printed = idle.done("download", other, "-o", str(elsewhere))
    assert printed.splitlines() == [str(elsewhere / f"{other}{suffix}") for suffix in SUFFIXES]


def test_a_reader_that_has_seen_enough_is_no_error(idle: Customer, monkeypatch: pytest.MonkeyPatch) -> None:
    """`pirouette list | head -1`"""

    def echo(*_: object, **__: object) -> None:
        raise BrokenPipeError(errno.EPIPE, "Broken pipe")

    idle.web.upload()
    monkeypatch.setattr(click, "echo", echo)
    assert idle.run("list").stderr == ""


def test_a_folders_orders_are_cancelled_and_ordered_again(idle: Customer, interrupted: None) -> None:
    renders = ordered(idle, 1, 2)
    idle.web.finish(renders["turn-1"])
    assert idle.done("cancel", "-o", str(idle.out)).split() == [renders["turn-2"], "cancelled", "turn-2"]
    assert idle.web.balance() == 999
    repeated = idle.batch(rows(1, 2))
    assert repeated.exit_code == 1
    assert "row 2 (chair.glb), turn-2: " in repeated.stderr
    assert f"1 of 2 renders failed, which cost nothing; `pirouette retry -o {idle.out}` orders" in repeated.stderr
    told = lines(idle.batch(rows(1, 2), "--json").stdout)
    assert [(each["name"], each["status"], each.get("errorCode"), len(each["files"])) for each in told] == [
        ("turn-1", "done", None, 3), ("turn-2", "error", "cancelled", 0)
    ]  # fmt: skip
    assert idle.web.balance() == 999
    assert idle.done("retry", "-o", str(idle.out)).split() == [renders["turn-2"], "ordered", "again", "turn-2"]
    assert idle.web.balance() == 998
    assert idle.done("retry", "-o", str(idle.out)) == ""
    idle.web.finish_all()
    assert idle.batch(rows(1, 2)).exit_code == 0
    assert idle.web.balance() == 998


def test_renders_are_cancelled_by_their_ids_and_refusals_are_told(idle: Customer, interrupted: None) -> None:
    renders = ordered(idle, 1, 2)
    idle.web.finish(renders["turn-1"])
    unknown = "Ab3kF9x2qL1m"
    result = idle.run("cancel", renders["turn-1"], renders["turn-2"], unknown, "-o", str(idle.out), "--json")
    assert result.exit_code == 1
    assert [(each["id"], each["name"], each["done"], each["errorCode"]) for each in lines(result.stdout)] == [
        (renders["turn-1"], "turn-1", False, "invalid_state"),
        (renders["turn-2"], "turn-2", True, None),
        (unknown, unknown, False, "render_not_found"),
    ]
    assert f"{unknown}: Render " in result.stderr
    assert "2 of 3 can't be cancelled" in result.stderr
    again = idle.run("retry", renders["turn-1"], renders["turn-2"])
    assert again.exit_code == 1
    assert again.stdout.split() == [renders["turn-2"], "ordered", "again", renders["turn-2"]]
    assert "1 of 2 can't be ordered again" in again.stderr


def test_more_orders_than_one_request_takes_are_cancelled(idle: Customer, interrupted: None) -> None:
    idle.web.upload()
    with FarmClient(idle.url, idle.web.token) as farm:
        model_id = next(farm.models.list()).id
        orders = [[(model_id, {"length": 3 + number / 10}) for number in range(size)] for size in (100, 20)]
        renders = [render.id for each in orders for render in farm.renders.batch(each)]
    assert len(idle.done("cancel", *renders).splitlines()) == 120
    assert idle.web.balance() == 999


def test_what_may_be_wrong_with_a_render_is_told_with_its_files(capsys: pytest.CaptureFixture[str]) -> None:
    checks = [
        {"check": "cut_off", "verdict": "fail", "value": 0.02, "limit": 0, "message": "raise zoom"},
        {"check": "units", "verdict": "pass", "value": 1.0, "limit": 1000, "message": ""},
    ]
    render = Render.of({"id": "r", "modelId": "m", "status": "done", "warnings": ["no leaves"], "checks": checks})
    Report(as_json=False).tell("turn", render, [Path("turn.mp4")])
    assert capsys.readouterr() == ("turn.mp4\n", "turn: no leaves\nturn: raise zoom\n")
    Report(as_json=True).tell("turn", render, [])
    assert json.loads(capsys.readouterr().out)["checks"] == checks
