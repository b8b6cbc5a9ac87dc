"""The encoder of the settings: tried when the worker starts, and used by its renders."""

import dataclasses
import logging
import stat
from pathlib import Path

import click
import pytest

from api.domain.renders import ordering
from api.domain.work import fleet
from api.processes.worker import run_worker
from api.worker.parent.bench import Bench
from renderer.gl.context import Device
from renderer.spec import RenderSettings
from tests.api.domain.support import balance, claimed, end_pauses, get
from tests.api.worker.child_here import Worker
from tests.api.worker.support import uploaded_box


@pytest.fixture
def no_card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An ffmpeg on a machine without a card: it says with what it was asked to encode, and gives up."""
    folder = tmp_path / "bin"
    folder.mkdir()
    fake = folder / "ffmpeg"
    fake.write_text('#!/bin/sh\necho "no card for" $(echo "$@" | grep -o h264_nvenc) >&2; exit 1\n')
    fake.chmod(fake.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(folder), prepend=":")


def with_nvenc(bench: Bench) -> Bench:
    return dataclasses.replace(bench, settings=bench.settings.model_copy(update={"h264_encoder": "nvenc"}))


@pytest.mark.usefixtures("no_card")
def test_a_worker_without_its_encoder_ends_at_once_and_names_the_setting(bench: Bench, device: Device) -> None:
    with pytest.raises(click.ClickException, match=r"PIROUETTE_H264_ENCODER is nvenc, but .*no card for h264_nvenc"):
        run_worker(with_nvenc(bench).settings)


def test_a_worker_with_another_encoder_than_the_rest_of_the_farm_refuses_to_work(bench: Bench, device: Device) -> None:
    with bench.database.begin() as session:
        fleet.announce(session, "gpu-box", "a graphics card", False, "nvenc")
    with pytest.raises(click.ClickException, match=r"PIROUETTE_H264_ENCODER is x264 here, but nvenc for .* gpu-box"):
        run_worker(bench.settings)
    with bench.database.read() as session:
        assert [worker.name for worker in fleet.list_workers(session)] == ["gpu-box"]


@pytest.mark.usefixtures("no_card")
def test_a_card_that_is_lost_costs_no_credits(
    worker: Worker, device: Device, light_cache: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    settings, bench = RenderSettings(length=0.2, aspect="1:1", shadows=False), with_nvenc(worker.bench)
    account_id, model_id = uploaded_box(bench, settings)
    with bench.database.begin() as session:
        (made,) = ordering.create_renders(session, account_id, [(model_id, settings)])
    credits = balance(bench.database, account_id)
    worker = dataclasses.replace(worker.drawing(device, light_cache), bench=bench)
    for _ in range(bench.settings.max_attempts):
        end_pauses(bench.database)
        worker.run(claimed(bench.database))
    view = get(bench.database, account_id, made.id)
    assert view.status == "error"
    assert "no card for h264_nvenc" in caplog.text
    assert "nvenc" not in str(view.error_message)
    assert balance(bench.database, account_id) == credits + 1
