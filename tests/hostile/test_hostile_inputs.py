"""Hostile inputs through a farm of real processes: they stop nothing. `README.md` says what is promised."""

import dataclasses
import secrets
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.hostile import campaign
from tests.hostile.bombs.table import BOMBS
from tests.hostile.cases import Case, cases
from tests.hostile.verdict import table

SEED = 1
"""Of every day's inputs; every night has others."""
QUICK_FILES, NIGHTLY_FILES = 470, 10_000
DRAWN_OF = 8
"""One in so many is drawn if it can be; the others are read and cancelled, for the sake of speed."""
STILL_S, NIGHTLY_STILL_S = 150.0, 900.0
"""Longer than any one input may take on a busy machine, where it has a time to end by."""


def kept(cases: Sequence[Case], folder: Path, cache: Path, *, small: bool, still_s: float, each_sends: int) -> None:
    with campaign.hostile_farm(folder, cache, small=small) as farm:
        report = campaign.run(farm, cases, still_s=still_s, each_sends=each_sends)
        log = farm.log
    print(table(report.verdicts), report.figures, sep="\n")
    if report.complaints:
        campaign.save_log(log)
    assert not report.complaints, "\n".join(report.complaints)


@pytest.mark.timeout(1800)  # of a farm that hangs: a busy machine takes ten minutes
def test_mutated_files_and_small_cost_bombs_harm_nobody(tmp_path: Path, light_cache: Path) -> None:
    files = [
        dataclasses.replace(each, cancelled=number % DRAWN_OF > 0)
        for number, each in enumerate(cases(SEED, QUICK_FILES))
    ]
    bombs = [bomb.case for bomb in BOMBS if bomb.quick]
    kept([*files, *bombs], tmp_path, light_cache, small=True, still_s=STILL_S, each_sends=125)


@pytest.mark.nightly
@pytest.mark.timeout(12 * 3600)
def test_ten_thousand_mutated_files_harm_nobody(tmp_path: Path, light_cache: Path) -> None:
    seed = secrets.randbits(32)
    print(f"seed {seed}: python -m tests.hostile fuzz --seed {seed} --count {NIGHTLY_FILES}")
    files = [*cases(seed, NIGHTLY_FILES)]
    kept(files, tmp_path, light_cache, small=True, still_s=NIGHTLY_STILL_S, each_sends=25)


@pytest.mark.nightly
@pytest.mark.timeout(12 * 3600)
def test_two_hundred_cost_bombs_harm_nobody(tmp_path: Path, light_cache: Path) -> None:
    bombs = [bomb.case for bomb in BOMBS]
    kept(bombs, tmp_path, light_cache, small=False, still_s=NIGHTLY_STILL_S, each_sends=10)
