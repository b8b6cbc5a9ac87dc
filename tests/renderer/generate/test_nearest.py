"""Words by their meaning: with the real model, which is loaded once."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from renderer.generate.prompts import nearest
from renderer.generate.prompts.nearest import LEAST_SIMILARITY, embedded, is_word, nearest_shape

pytestmark = pytest.mark.skipif(not nearest.installed(), reason="the extra `generate` is not installed")


@pytest.mark.parametrize(("noun", "shape"), [("hairclippers", None), ("saxophone", "guitar"), ("xylophone", "guitar")])
def test_a_noun_is_near_to_what_it_resembles(noun: str, shape: str | None) -> None:
    found, similarity = nearest_shape(noun)
    assert (found if similarity >= LEAST_SIMILARITY else None) == shape


@pytest.mark.parametrize("noun", ["justice", "tuesday", "thinking", "qwxzv", "а", "椅", "👻", "x" * 2000])
def test_what_is_no_thing_is_near_to_nothing(noun: str) -> None:
    assert nearest_shape(noun)[1] < LEAST_SIMILARITY


def test_vectors_have_unit_length_and_depend_on_their_text_alone() -> None:
    together = embedded(["a chair", "a very long name of a piece of furniture", "dog"])
    assert together.shape == (3, 384)
    assert np.linalg.norm(together, axis=1) == pytest.approx(1.0, abs=1e-5)
    assert together[0] @ embedded(["a chair"])[0] > 0.97


def test_words_of_english_are_told_from_misspelt_ones() -> None:
    assert all(map(is_word, ("house", "goat", "wooden", "table")))
    assert not any(map(is_word, ("tabel", "wodden", "chiar", "椅", "")))


def test_the_package_that_runs_the_model_tells_nobody_of_it() -> None:
    found = importlib.util.find_spec("onnxruntime")
    assert found is not None
    assert found.origin is not None
    libraries = list((Path(found.origin).parent / "capi").glob("*.so"))
    assert libraries
    assert not any(b"events.data.microsoft.com" in library.read_bytes() for library in libraries)
