"""JSON with long texts in it, however it is cut into chunks: what is short stays, what is long goes to its sink."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.http import long_texts
from api.http.errors import BodyTooLarge, MalformedBody
from api.http.long_texts import LongTexts

BASE64 = st.text("ABCxyz019+/=", min_size=41, max_size=200)
SHORT = st.text(max_size=3)  # of which JSON makes up to 36 bytes
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | SHORT | BASE64,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(SHORT, inner, max_size=4),
    max_leaves=12,
)


class Kept:
    """A sink that keeps what comes."""

    def __init__(self) -> None:
        self.text = b""

    def write(self, text: bytes) -> None:
        self.text += text


@pytest.fixture(autouse=True)
def _texts_are_long_early(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(long_texts, "LONG", 40)


def read(raw: bytes, size: int) -> LongTexts[Kept]:
    texts = LongTexts(Kept)
    for start in range(0, len(raw), size):
        texts.feed(raw[start : start + size])
    return texts


def put_back(value: Any, texts: LongTexts[Kept]) -> Any:
    """The value with long texts where their names stand."""
    if isinstance(value, list):
        return [put_back(each, texts) for each in value]
    if isinstance(value, dict):
        return {name: put_back(each, texts) for name, each in value.items()}
    return texts.sinks[value].text.decode() if isinstance(value, str) and value in texts.sinks else value


@given(VALUES, st.integers(1, 50), st.booleans())
@settings(max_examples=60)
def test_nothing_is_lost_however_it_is_cut(value: Any, size: int, escapes_slashes: bool) -> None:
    raw = json.dumps({"value": value})
    texts = read((raw.replace("/", "\\/") if escapes_slashes else raw).encode(), size)
    assert put_back(texts.value, texts) == {"value": value}


def test_long_texts_go_to_sinks_of_their_own_and_short_ones_stay() -> None:
    raw = json.dumps({"a": "x" * 41, "b": ["y" * 40, "z" * 99]}).encode()
    texts = read(raw, 7)
    assert sorted(len(sink.text) for sink in texts.sinks.values()) == [41, 99]
    value = texts.value
    assert isinstance(value, dict)
    assert value["b"][0] == "y" * 40


@pytest.mark.parametrize(
    "raw", ['{"a": "' + "x" * 99, '{"a": "x', '{"a": ', '{"a": "' + "x" * 50 + '"', '{"a": NaN}', '{"a": "\\ud800"}']
)
def test_what_is_no_json_is_refused(raw: str) -> None:
    with pytest.raises(MalformedBody):
        _ = read(raw.encode(), 10).value


def test_what_stands_beside_files_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(long_texts, "BODY_LIMIT", 1000)
    assert read(json.dumps(["x" * 5000]).encode(), 100).value
    with pytest.raises(BodyTooLarge):
        read(json.dumps(["x" * 30] * 50).encode(), 100)
    with pytest.raises(BodyTooLarge):
        read(b" " * 2000, 100)
