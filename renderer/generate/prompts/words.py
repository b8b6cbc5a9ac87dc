"""A prompt -> here -> its words, each with all that it may mean.

    text -> tokens (lower case, no accents) -> translated if it isn't English -> the longest entries of the lexicon
"""

import dataclasses
import difflib
import functools
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from PIL import ImageColor

from renderer.generate.prompts import nouns, vocabulary
from renderer.generate.prompts.colours import PRODUCT_COLORS, SHADES, VIVID, color_named
from renderer.generate.prompts.languages import plain, translated
from renderer.generate.shapes.library import SHAPES

ACCENT = "accent"
"""The part that all roles are which aren't a shape's main ones."""

LONGEST_ENTRY = 4
"""Words of one entry of the lexicon at most."""

TYPO_CUTOFF, TYPO_LENGTH = 0.78, 5
"""How alike (0 to 1, by difflib) a word and what it is taken for must be, and how many letters both have at least:
"tabel" and "table" are alike by 0.8. Many short words are that alike, such as "goat" and "boat"."""

Readings = Mapping[str, Any]


@dataclasses.dataclass(frozen=True, slots=True)
class Word:
    """`readings` is what it may mean, by kind, such as {"material": "glass", "shape": "wine glass"}; empty if unknown,
    and {"foreign": True} if it is an unknown word of another language than English."""

    text: str
    readings: Readings


def read_words(prompt: str, is_word: Callable[[str], bool] | None) -> list[Word]:
    """`is_word` says whether a word exists in English: others may be misspelt. None takes them as they are."""
    read = tokens_of(prompt)
    english = translated(read, known=lambda token: _entry((token,)) is not None)
    tokens = read if english is None else english
    found: list[Word] = []
    place = 0
    while place < len(tokens):
        for length in range(min(LONGEST_ENTRY, len(tokens) - place), 0, -1):
            readings = _entry(tokens[place : place + length])
            if readings is not None:
                break
        else:
            readings = {"foreign": True} if english is not None else _misspelt(tokens[place], is_word)
        found.append(Word(" ".join(tokens[place : place + length]), readings))
        place += length
    return found


def tokens_of(text: str) -> list[str]:
    """Words, numbers and commas (which any other punctuation becomes) in lower case, without accents."""
    letters = re.sub(r"['’](s\b)?", "", plain(text))
    return [word if word.isalnum() else "," for word in re.findall(r"[^\W_]+|[,.;:!?()/]+", letters)]


def singular(word: str) -> str:
    """Of an English noun; other words may come out as no word at all."""
    if word in nouns.IRREGULAR_PLURALS:
        return nouns.IRREGULAR_PLURALS[word]
    if word.endswith(("ss", "us")):
        return word
    for ending, instead in (("ies", "y"), ("sses", "ss"), ("shes", "sh"), ("ches", "ch"), ("xes", "x"), ("oes", "o"),
                            ("s", "")):  # fmt: skip
        if word.endswith(ending) and len(word) > len(ending) + 1:
            return word.removesuffix(ending) + instead
    return word


def _entry(tokens: Sequence[str]) -> Readings | None:
    """Of these words together; of a noun in plural too."""
    *first, last = tokens
    if not first and last.isdecimal() and last.isascii():
        return {"number": int(last[:4])}
    # "wine glasses" are no spectacles, so it isn't enough to ask what "glasses" are the plural of
    for form in (last, singular(last), last.removesuffix("es"), last.removesuffix("s")):
        if (entry := lexicon().get(" ".join((*first, form)))) is not None:
            return entry
    return None


def _misspelt(token: str, is_word: Callable[[str], bool] | None) -> Readings:
    """What the word that was meant means, if it isn't one itself."""
    if is_word is None or len(token) < TYPO_LENGTH or is_word(token):
        return {}
    entries = [entry for entry in lexicon() if entry[0] == token[0] and len(entry) >= TYPO_LENGTH]
    likely = difflib.get_close_matches(token, entries, 1, TYPO_CUTOFF)
    return {**lexicon()[likely[0]], "meant": likely[0]} if likely else {}


def _named(words: Iterable[str]) -> dict[str, str]:
    """Of words whose tables are asked later, by the entries' own spelling."""
    return {word: word for word in words}


@functools.cache
def lexicon() -> Mapping[str, Readings]:
    """All that words mean, by kind. The library's own words go before the synonyms here."""
    found: dict[str, dict[str, Any]] = {}

    def add(word: str, kind: str, value: Any) -> None:
        found.setdefault(" ".join(tokens_of(word)) or word, {}).setdefault(kind, value)

    tables: dict[str, Mapping[str, Any]] = {
        "material": _named(vocabulary.MATERIALS), "gloss": _named(vocabulary.GLOSS), "pattern": vocabulary.PATTERNS,
        "pattern noun": vocabulary.PATTERN_NOUNS, "size": _named(vocabulary.SIZES), "number": vocabulary.NUMBERS,
        "connector": vocabulary.CONNECTORS, "style": _named(vocabulary.STYLES), "shade": _named(SHADES),
        "color": {name: color_named(name) for name in (*PRODUCT_COLORS, *ImageColor.colormap)},
        "glowing": dict.fromkeys(vocabulary.GLOWING, True), "ignored": dict.fromkeys(vocabulary.IGNORED, True),
        "vivid": dict.fromkeys(("colorful", "colourful", "rainbow", "multicolored", "multicoloured"), VIVID),
        "part": {word: word for group in vocabulary.PARTS for word in group}
        | dict.fromkeys(vocabulary.ACCENTS, ACCENT),
    }  # fmt: skip
    for kind, table in tables.items():
        for word, value in table.items():
            add(word, kind, value)
    for shape in SHAPES.values():
        for word in (shape.name, *shape.words):
            add(word, "shape", shape.name)
        for word in (*shape.roles, *shape.features):
            add(singular(word), "part", singular(word))
    for name, words in nouns.SYNONYMS.items():
        for word in words:
            add(word, "shape", name)
    for word, feature in nouns.IMPLIED.items():
        add(word, "implied", feature)
    for name, words in nouns.ALIKE.items():
        for word in words:
            if "shape" not in found.get(word, {}):
                add(word, "shape", name)
                add(word, "alike", True)
    return found
