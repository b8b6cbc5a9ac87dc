"""What strangers' pictures may hold: whatever it is, they are decoded, or refused by the error that says so."""

import warnings

import pytest

from tests.renderer.mutated_pictures import CHECKS, findings, mutated, seeds_of


@pytest.mark.parametrize("kind", CHECKS)
def test_mutated_pictures_are_decoded_or_refused(kind: str) -> None:
    sound = seeds_of(kind)
    for number in range(120):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # as everywhere where pictures are decoded
            CHECKS[kind](mutated(sound[number % len(sound)], number))


@pytest.mark.nightly
@pytest.mark.parametrize("kind", CHECKS)
def test_many_mutated_pictures_are_decoded_or_refused(kind: str) -> None:
    assert list(findings(kind, 10_000)) == []
