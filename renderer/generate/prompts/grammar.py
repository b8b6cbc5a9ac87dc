"""Words -> here -> things: each with what was said of it and of its parts, and with other things beside it.

A prompt is read in phrases, which connectors ("with", "on", "and", ...) begin. A phrase has a head, its last noun; what
stands before and behind the head is said of it. A phrase without a noun is said of what was last spoken of.
"""

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from renderer.generate.prompts.colours import color_named, shaded
from renderer.generate.prompts.roles import matching
from renderer.generate.prompts.words import Word, read_words, singular
from renderer.generate.shapes.library import SHAPES
from renderer.generate.shapes.parts import Color, Pattern

NOUNS = frozenset(("shape", "part", "pattern noun"))
ARTICLES = frozenset(("a", "an", "the", "one"))

PARTLY = frozenset(("with", "and", "wearing"))
"""Connectors behind which a word that may mean a part of what stands before does so: an armchair "with a seat"."""

CONTAINERS = frozenset(("vessels",))
"""Categories of shapes that other things are in, where those are "of" them: a vase of flowers."""

DEPICTING = frozenset(("sculpture", "figurine"))
"""Shapes that are "of" what they show: a sculpture of a cat is a cat."""


GENERAL = frozenset(("wood", "wooden", "metal", "metallic", "fabric", "stone"))
"""Materials of which others, said later, are kinds."""


@dataclasses.dataclass(slots=True)
class Said:
    """What is said of a thing or a part. Materials are the prompt's own words; `shade` is of the material's colour."""

    colors: list[Color] = dataclasses.field(default_factory=list)
    materials: list[str] = dataclasses.field(default_factory=list)
    gloss: str | None = None
    shade: str | None = None
    pattern: Pattern | None = None
    pattern_color: Color | None = None
    sizes: list[str] = dataclasses.field(default_factory=list)
    styles: list[str] = dataclasses.field(default_factory=list)
    glowing: bool = False
    vivid: bool = False
    count: int = 0

    def add(self, other: "Said") -> None:
        """What the `other` says of that which nothing, or nothing but "wood" or "metal", is said of yet."""
        for field in dataclasses.fields(self):
            if not getattr(self, field.name) or (field.name == "materials" and GENERAL.issuperset(self.materials)):
                setattr(self, field.name, getattr(other, field.name) or getattr(self, field.name))


@dataclasses.dataclass(slots=True)
class Thing:
    """`noun` is the prompt's word, `shape` its name in the library, None if no word of the library's is meant.

    `parts` are by the prompt's words, `lacking` are parts that it shall not have. `kinds` are shapes that it is one of,
    or looks like, besides: a "robot" cat, or one of DEPICTING. `others` are with how they belong to it: "on", "in",
    "beside", "holding", "wearing", "with" or "containing".
    """

    noun: str
    shape: str | None
    alike: bool = False
    said: Said = dataclasses.field(default_factory=Said)
    parts: dict[str, Said] = dataclasses.field(default_factory=dict)
    lacking: list[str] = dataclasses.field(default_factory=list)
    kinds: list[str] = dataclasses.field(default_factory=list)
    others: list[tuple[str, "Thing"]] = dataclasses.field(default_factory=list)

    def has(self, part: str) -> bool:
        return self.shape is not None and any(matching(self.shape, part))


@dataclasses.dataclass(slots=True)
class Understood:
    """`thing` is what the prompt is about, None if there is no word at all; `unknown` are words that nothing is made
    of."""

    thing: Thing | None
    unknown: list[str]


def understand(prompt: str, is_word: Callable[[str], bool] | None = None) -> Understood:
    """Never fails: what isn't understood is among the unknown. `is_word` as for `words.read_words`."""
    reader = _Reader()
    for connector, phrase in _phrases(read_words(prompt, is_word)):
        reader.read(connector, phrase)
    return Understood(reader.finished(), reader.unknown)


def _phrases(words: Sequence[Word]) -> Iterator[tuple[str, list[Word]]]:
    """With their connectors, "" for the first. "and" behind modifiers alone ("red and white") begins no phrase."""
    connector, phrase = "", list[Word]()
    for word in words:
        begins = word.readings.get("connector")
        if begins is None:
            phrase.append(word)
        elif begins != "and" or any(_nounlike(each) or _ends(word, each) for each in phrase):
            yield connector, phrase
            connector, phrase = begins, []
        else:
            phrase.append(word)
    yield connector, phrase


def _ends(comma: Word, word: Word) -> bool:
    """Whether a phrase with that word ends at the comma: ", black mesh fabric, ..." """
    return comma.text == "," and "material" in word.readings


def _nounlike(word: Word) -> bool:
    return not NOUNS.isdisjoint(word.readings)


def _only_noun(word: Word) -> bool:
    return _nounlike(word) and NOUNS.issuperset(word.readings.keys() - {"meant", "alike", "implied"})


def _is_part(word: Word, head: Word) -> bool:
    """Whether the word means one of the head's own parts, rather than a material: a "diamond" ring."""
    return _is_role(word.readings.get("part"), head.readings.get("shape"))


def _is_role(part: str | None, shape: str | None) -> bool:
    return shape is not None and any(singular(role) == part for role in SHAPES[shape].roles)


class _Reader:
    def __init__(self) -> None:
        self.unknown: list[str] = []
        self._root: Thing | None = None
        self._last: Thing | None = None
        self._target = self._early = Said()
        self._connector = ""
        self._first_word = ""

    def finished(self) -> Thing | None:
        if self._root is None and self._first_word:
            self._root = Thing(self._first_word, None)
        if self._root is not None:
            self._root.said.add(self._early)
        return self._root

    def read(self, connector: str, phrase: Sequence[Word]) -> None:
        goes_on = connector == "and"
        if goes_on:
            connector = self._connector if self._connector in ("with", "without", "wearing") else "and"
        self._connector = connector
        article = any(word.text in ARTICLES for word in phrase)
        phrase = [word for word in phrase if "ignored" not in word.readings or _nounlike(word)]
        while phrase and "connector" in phrase[-1].readings:
            phrase.pop()
        if connector == "aside":
            self.unknown += [word.text for word in phrase]
            return
        head = self._head(phrase, connector, article)
        before = [word for place, word in enumerate(phrase) if place != head]
        said = _said([word for word in before if head is None or not _is_part(word, phrase[head])])
        holder = self._last if connector == "of" and head == 0 else None
        if holder is not None:  # a cup of coffee, white: in other languages that is the cup
            holder.said.add(said)
            said = Said()
        self.unknown += [word.text for word in before if not word.readings or "foreign" in word.readings]
        if head is None:
            (self._last.said if goes_on and self._last else self._target).add(said)
            self._first_word = self._first_word or (phrase[-1].text if phrase else "")
        else:
            nouns = [word for word in phrase[:head] if _only_noun(word) or _is_part(word, phrase[head])]
            self._meet(phrase[head], said, nouns, connector)
            if holder is not None and self._last is holder:
                self._target = holder.said

    def _head(self, phrase: Sequence[Word], connector: str, article: bool) -> int | None:
        """Its place. Of words that may be modifiers too ("glass") only the last of a phrase without other nouns is, and
        not where it says what something is made of."""
        nouns = [place for place, word in enumerate(phrase) if _only_noun(word)]
        strange = [place for place, word in enumerate(phrase) if not word.readings]
        if self._root is None and strange and (not nouns or strange[-1] > nouns[-1]) and connector != "made of":
            verbs = [place for place in strange if not phrase[place].text.endswith(("ing", "ed", "ly"))]
            if verbs or not nouns:
                return (verbs or strange)[-1]
        if nouns:
            return nouns[-1]
        if connector == "of" and phrase and self._last and self._last.has(phrase[0].readings.get("part") or ""):
            return 0
        if not phrase or not _nounlike(phrase[-1]) or connector == "made of":
            return None
        last = phrase[-1].readings
        material, part = "material" in last, last.get("part")
        holds = part is not None and self._last is not None and self._last.has(part)  # a mug of chocolate
        if material and part is not None and "shape" not in last and not holds:
            return None
        means_material = material and connector in ("of", "in") and not article and not holds
        return None if means_material or ("color" in last and connector == "in") else len(phrase) - 1

    def _meet(self, word: Word, said: Said, nouns: Sequence[Word], connector: str) -> None:
        """Takes in the head of a phrase, with the nouns before it: shapes that it looks like, and features."""
        shape: str | None = word.readings.get("shape")
        part: str | None = word.readings.get("part")
        kinds = [each.readings["shape"] for each in nouns if "shape" in each.readings and not _is_part(each, word)]
        kinds = [kind for kind in kinds if kind not in DEPICTING]  # a "knight" shield is for a knight
        if shape in DEPICTING and kinds:
            shape, kinds = kinds[-1], [shape]
        features = {each.readings["part"]: Said() for each in nouns if "part" in each.readings}
        features |= {word.readings["implied"]: Said()} if "implied" in word.readings else {}
        said.pattern = said.pattern or next((each.readings.get("pattern noun") for each in nouns), None)
        last = self._last
        if last is None or self._root is None:
            features |= {part: Said()} if shape is None and part is not None else {}
            self._root = self._last = Thing(word.text, shape, "alike" in word.readings, said, features, kinds=kinds)
            self._target = said
        elif connector == "without":
            last.lacking.append(part or word.text)
        elif part is not None and (last.has(part) or self._root.has(part)) and (
            shape is None or connector in PARTLY or (connector == "in" and _is_role(part, last.shape))
        ):
            self._tell(last if last.has(part) else self._root, part, said)
        elif "pattern noun" in word.readings and (shape is None or connector in PARTLY):
            self._pattern(word.readings["pattern noun"], said)
        elif shape is not None:
            self._join(Thing(word.text, shape, "alike" in word.readings, said, features, kinds=kinds), connector)
        elif part is not None:
            self._tell(last, part, said)
        else:
            self.unknown.append(word.text)

    def _tell(self, thing: Thing, part: str, said: Said) -> None:
        thing.parts.setdefault(part, Said()).add(said)
        self._target = thing.parts[part]

    def _pattern(self, pattern: Pattern, said: Said) -> None:
        target = self._target
        if not target.pattern:
            if len(said.colors) > 1 and not target.colors:
                target.colors, said.colors = said.colors[:1], said.colors[1:]
            named = (color_named(material) for material in said.materials)
            target.pattern, target.pattern_color = pattern, next(filter(None, (*said.colors, *named)), None)

    def _join(self, thing: Thing, connector: str) -> None:
        """`thing` belongs to what the prompt is about, or is what it is about."""
        root = self._root
        if root is None:
            raise AssertionError("there is something to join")
        depicts = connector == "of" and (root.shape is None or root.shape in DEPICTING)
        if depicts:
            thing.said.add(root.said)
            thing.kinds += [root.shape] if root.shape else []
            self.unknown += [] if root.shape else [root.noun]
            self._root = thing
        elif connector in ("of", "like"):
            inside = root.shape is not None and SHAPES[root.shape].category in CONTAINERS
            if inside and connector == "of":
                root.others.append(("containing", thing))
            else:
                root.kinds.append(thing.shape or "")
        else:
            relation = {"and": "beside", "": "beside", "made of": "beside"}.get(connector, connector)
            root.others.append((relation, thing))
        self._last, self._target = thing, thing.said


def _said(words: Sequence[Word]) -> Said:
    """What the modifiers among the words say."""
    said, shade, joined = Said(), None, False
    for word in words:
        match _modifier(word):
            case "material", name if joined and said.colors and (color := color_named(name)) is not None:
                said.colors.append(color)  # black and gold
            case "material", name:
                said.materials.append(name)
            case "color", color:
                said.colors.append(shaded(color, shade) if shade else color)
                shade = None
            case "shade", name:
                shade = name
            case "pattern", pattern:
                said.pattern = said.pattern or pattern
            case "number", number:
                said.count = number
            case ("size" | "style") as kind, name:
                (said.sizes if kind == "size" else said.styles).append(name)
            case "gloss", name:
                said.gloss = name
            case "glowing", _:
                said.glowing = True
            case "vivid", _:
                said.vivid = True
        joined = word.text == "and"
    said.shade = shade
    return said


def _modifier(word: Word) -> tuple[str, Any]:
    """The kind and value that counts: what may be a material isn't only a colour."""
    for kind in ("material", "color", "shade", "pattern", "number", "size", "style", "gloss", "glowing", "vivid"):
        if kind in word.readings:
            return kind, word.readings[kind]
    return "", None
