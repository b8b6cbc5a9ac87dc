"""A worker's real child process: what it has, and what it may do."""

import functools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api.worker.messages import Done, Failed, Told
from api.worker.parent.children import Children, Places, start_child
from renderer.errors import OutOfMemory
from renderer.spec.versions import VERSION
from tests.api.worker.child_here import SETUP
from tests.api.worker.real_child import PROGRAM, children_alive, children_in, order_to, process, reports
from tests.support.waiting import wait_for

FORBIDDEN = ("api.db", "api.domain", "api.settings", "api.storage", "api.queue", "sqlalchemy", "celery", "psycopg")
SECRET = "PIROUETTE_DATABASE_URL"


@pytest.fixture
def children(tmp_path: Path) -> Iterator[Children]:
    children = children_in(tmp_path)
    yield children
    children.kill()


def test_it_has_neither_the_farms_settings_nor_its_code(
    children: Children, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SECRET, "postgresql://somebody:secret@somewhere")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    [told, done] = reports(children.ready(), order_to("look", tmp_path))
    assert isinstance(told, Told)
    assert isinstance(done, Done)
    assert {"PATH", "HOME"} <= set(told.facts["environment"])
    assert not {SECRET, "AWS_SECRET_ACCESS_KEY"} & set(told.facts["environment"])
    assert [name for name in told.facts["environment"] if name.startswith("PIROUETTE")] == []
    modules = told.facts["modules"]
    assert "renderer.load" in modules
    assert [name for name in modules if name.startswith(FORBIDDEN)] == []


def trespassed(folder: Path, *, confined: bool) -> dict[str, Any]:
    """What a child can do with files in its places and elsewhere, by their names in `folder`, and with sockets."""
    places = Places.below(folder / "work" / "w", folder)
    elsewhere = [folder / "files" / "models", folder / "work" / "other", folder]
    for place in elsewhere:
        place.mkdir(parents=True, exist_ok=True)
    paths = [place / "file" for place in (places.inputs, places.made, places.cache, places.turns, *elsewhere)]
    for path in paths:
        path.write_bytes(b"")
    start = functools.partial(start_child, places, confined=confined, program=PROGRAM)
    children = Children(start, SETUP.model_copy(update={"kinds": ["toy"], "turns": str(places.turns)}))
    try:
        told = reports(children.ready(), order_to("trespass", places.made, paths=list(map(str, paths))))[0]
    finally:
        children.kill()
    assert isinstance(told, Told)

    def named(found: list[str]) -> list[str]:
        return [str(Path(path).relative_to(folder).parent) for path in found]

    return {**told.facts, "reads": named(told.facts["reads"]), "writes": named(told.facts["writes"])}


def test_it_has_its_own_places_and_no_network(tmp_path: Path) -> None:
    assert trespassed(tmp_path, confined=True) == {
        "reads": ["work/w/inputs", "work/w/made", "cache", "turns"], "writes": ["work/w/made", "cache", "turns"],
        "socket": False,
    }  # fmt: skip


def test_it_has_all_where_the_operator_wants_it(tmp_path: Path) -> None:
    everywhere = ["work/w/inputs", "work/w/made", "cache", "turns", "files/models", "work/other", "."]
    assert trespassed(tmp_path, confined=False) == {"reads": everywhere, "writes": everywhere, "socket": True}


def test_it_stays_from_one_order_to_the_next(children: Children, tmp_path: Path) -> None:
    child = children.ready()
    first = process().pid
    reports(child, order_to("look", tmp_path))
    children.rest()
    reports(children.ready(), order_to("look", tmp_path))
    assert process().pid == first


def test_one_that_died_in_its_sleep_costs_no_claim_an_attempt(children: Children, tmp_path: Path) -> None:
    children.ready()
    process().kill()
    wait_for(lambda: not children_alive(children), "its end")
    assert isinstance(reports(children.ready(), order_to("look", tmp_path))[-1], Done)



def test_no_device_is_opened_for_work_that_does_not_draw(children: Children) -> None:
    children.ready()
    assert (children.device.device, children.device.software) == ("", False)


def test_memory_without_end_is_an_error_of_the_order_and_not_the_end_of_the_child(tmp_path: Path) -> None:
    children = children_in(tmp_path, memory_bytes=1 << 30)
    try:
        [failed] = reports(children.ready(), order_to("eat", tmp_path))
        assert isinstance(failed, Failed)
        assert (failed.code, failed.retry) == (OutOfMemory.code, True)
        assert isinstance(reports(children.ready(), order_to("look", tmp_path))[-1], Done)
    finally:
        children.kill()


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"kind": "hologram"}, "unknown_kind"), ({"role": "assembly"}, "unknown_kind"),
     ({"spec": {"version": VERSION + 1}}, "unknown_spec_version"),
     ({"spec": {"version": "1"}}, "unknown_spec_version")],
)
def test_what_it_does_not_know_it_says(
    children: Children, tmp_path: Path, changes: dict[str, Any], code: str
) -> None:
    order = order_to("look", tmp_path).model_copy(update=changes)
    [failed] = reports(children.ready(), order)
    assert isinstance(failed, Failed)
    assert (failed.code, failed.retry) == (code, False)


def test_a_long_order_is_read_whole(children: Children, tmp_path: Path) -> None:
    [told, _] = reports(children.ready(), order_to("look", tmp_path, long="x" * (1 << 20)))
    assert isinstance(told, Told)


def test_a_child_without_work_ends_when_it_is_asked_to(tmp_path: Path) -> None:
    children = children_in(tmp_path)
    children.ready()
    child = process()
    children.stop()
    assert not child.is_running()
