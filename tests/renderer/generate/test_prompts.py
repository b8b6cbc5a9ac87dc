"""What is read out of a prompt: which thing, what is said of it and of its parts, and what stands with it."""

import pytest

from renderer.generate.prompts import languages, nouns, vocabulary
from renderer.generate.prompts.colours import color_named, hex_code, linear, shaded
from renderer.generate.prompts.grammar import Said, Thing, understand
from renderer.generate.prompts.words import lexicon, read_words, singular, tokens_of
from renderer.generate.shapes.finishes import MATERIALS
from renderer.generate.shapes.library import SHAPES
from renderer.generate.shapes.parts import Color
from tests.renderer.generate.prompts import KEPT_ASIDE, PROMPTS, TUNED


def thing_of(prompt: str) -> Thing:
    thing = understand(prompt).thing
    assert thing is not None
    return thing


def color(name: str) -> Color:
    found = color_named(name)
    assert found is not None
    return found


def test_there_are_sixty_prompts_of_which_twenty_are_kept_aside() -> None:
    assert len(set(PROMPTS)) == 60
    assert len(KEPT_ASIDE) == 20
    assert len(TUNED) == 40


def test_modifiers_belong_to_the_noun_that_they_stand_before() -> None:
    chair = thing_of("a red wooden chair")
    assert chair.shape == "chair"
    assert chair.said == Said(colors=[color("red")], materials=["wooden"])


def test_modifiers_of_a_part_are_not_said_of_the_thing() -> None:
    cat = thing_of("A FUTURISTIC cat with glowing blue eyes and a white tail")
    assert cat.shape == "cat"
    assert cat.said == Said(styles=["futuristic"])
    assert cat.parts["eye"] == Said(colors=[color("blue")], glowing=True)
    assert cat.parts["tail"] == Said(colors=[color("white")])


@pytest.mark.parametrize("prompt", [
    "a green velvet sofa", "a sofa in green velvet", "a velvet sofa, green", "a sofa made of green velvet",
    "a green sofa of velvet", "please make me a nice 3D model of a green velvet sofa, studio lighting",
])  # fmt: skip
def test_modifiers_may_follow_in_any_of_these_ways(prompt: str) -> None:
    sofa = thing_of(prompt)
    assert sofa.shape == "sofa"
    assert sofa.said == Said(colors=[color("green")], materials=["velvet"])


def test_a_noun_that_may_be_a_material_is_one_before_another_noun() -> None:
    assert thing_of("a glass bottle").said.materials == ["glass"]
    assert thing_of("a glass").shape == "wine glass"


def test_two_colours_before_stripes_are_the_things_and_the_stripes() -> None:
    mug = thing_of("a mug with blue and white stripes").said
    assert (mug.colors, mug.pattern, mug.pattern_color) == ([color("blue")], "stripes", color("white"))
    assert thing_of("a mug with gold stars").said.pattern_color == color("gold")
    mug = thing_of("a yellow mug with red polka dots").said
    assert (mug.colors, mug.pattern, mug.pattern_color) == ([color("yellow")], "dots", color("red"))


@pytest.mark.parametrize(("prompt", "relation"), [
    ("a cat on a blue chair", "on"), ("a cat sitting on top of a blue chair", "on"), ("a cat in a blue chair", "in"),
    ("a cat next to a blue chair", "beside"), ("a cat and a blue chair", "beside"),
    ("a cat holding a blue chair", "holding"),
    ("a cat wearing a blue chair", "wearing"), ("a cat with a blue chair", "with"),
])  # fmt: skip
def test_what_belongs_to_a_thing_has_its_own_modifiers(prompt: str, relation: str) -> None:
    cat = thing_of(prompt)
    [(found, chair)] = cat.others
    assert (cat.shape, cat.said) == ("cat", Said())
    assert (found, chair.shape, chair.said) == (relation, "chair", Said(colors=[color("blue")]))


@pytest.mark.parametrize(("prompt", "said"), [
    ("a bus that is green", Said(colors=[color("green")])),
    ("a wooden chess pawn, dark walnut, polished", Said(materials=["walnut"], shade="dark", gloss="polished")),
    ("a red toy truck with a blue cargo", Said(colors=[color("red")], styles=["toy"])),
    ("two wine glasses", Said(count=2)),
    ("a black and gold teapot", Said(colors=[color("black"), color("gold")])),
    ("a red, black and white chair", Said(colors=[color("red"), color("black"), color("white")])),
    ("a guitar, light brown wood", Said(colors=[shaded(color("brown"), "light")], materials=["wood"])),
    ("a baby elephant", Said(sizes=["baby"])),
    ("a chair with red, black", Said(colors=[color("red"), color("black")])),
])  # fmt: skip
def test_other_ways_to_say_it(prompt: str, said: Said) -> None:
    assert thing_of(prompt).said == said


def test_what_is_of_something_is_in_a_vessel_shown_by_a_figure_or_what_is_meant() -> None:
    [(relation, apple)] = thing_of("a bowl of red apples").others
    assert (relation, apple.shape, apple.said.colors) == ("containing", "apple", [color("red")])
    assert thing_of("a slice of pizza").shape == "pizza"
    assert "coffee" in thing_of("a cup of coffee").parts
    assert "chocolate" in thing_of("a mug of chocolate").parts
    assert thing_of("a horse of chocolate").said.materials == ["chocolate"]
    assert thing_of("a horse of stone").said.materials == ["stone"]


def test_parts_are_the_last_things_that_has_such() -> None:
    ball = thing_of("a red ball on a chair with black legs")
    assert ball.others[0][1].parts == {"leg": Said(colors=[color("black")])}


def test_nouns_before_a_noun_are_what_it_looks_like() -> None:
    cat = thing_of("a robot cat")
    assert (cat.shape, cat.kinds) == ("cat", ["robot"])
    assert thing_of("a robot-shaped teapot").kinds == ["robot"]
    assert thing_of("a teapot shaped like a robot").kinds == ["robot"]


def test_a_material_that_is_a_part_of_the_thing_is_that_part() -> None:
    ring = thing_of("a diamond ring in rose gold")
    assert (ring.shape, ring.said.materials, list(ring.parts), ring.kinds) == ("ring", ["rose gold"], ["diamond"], [])


def test_what_something_is_in_may_be_a_part_of_it() -> None:
    cactus = thing_of("a cactus in a blue pot")
    assert (cactus.others, cactus.parts) == ([], {"pot": Said(colors=[color("blue")])})
    assert thing_of("an apple in a blue pot").others[0][0] == "in"


def test_words_with_hyphens_are_read_with_and_without_them() -> None:
    assert thing_of("a T-Rex").shape == thing_of("a t rex").shape == "dinosaur"
    assert thing_of("a low-poly chair").said.styles == thing_of("a low poly chair").said.styles == ["low poly"]


def test_some_nouns_imply_a_feature() -> None:
    assert list(thing_of("a purple wizard hat").parts) == ["pointed"]


def test_what_something_is_without_is_told() -> None:
    assert thing_of("a chair without armrests").lacking == ["armrest"]


def test_numbers_count_things_and_sizes_are_kept() -> None:
    said = thing_of("three tiny stools").said
    assert (said.count, said.sizes) == (3, ["tiny"])
    assert thing_of("a pair of chairs").said.count == 2
    assert thing_of("4 chairs").said.count == 4


def test_shades_are_of_the_colour_that_follows() -> None:
    assert thing_of("a light blue chair").said.colors == [color("light blue")]
    assert thing_of("a pale red chair").said.colors == [shaded(color("red"), "pale")]
    assert thing_of("a dark oak chair").said == Said(materials=["oak"], shade="dark")


def test_misspelt_words_are_read_and_others_are_not_mistaken() -> None:
    real = {"goat", "cable"}
    words = read_words("a wodden tabel", real.__contains__)
    assert [word.readings.get("meant") for word in words[1:]] == ["wooden", "table"]
    modern = understand("a modren chaiir of brass bricks", {"of"}.__contains__).thing
    assert modern is not None
    assert modern.shape == "chair"
    assert modern.said == Said(styles=["modern"], materials=["brass", "brick"])
    assert [word.readings for word in read_words("goat cable", real.__contains__)] == [{}, {}]


def test_what_nothing_is_made_of_is_told() -> None:
    assert understand("a quibbling red chair for gnomes").unknown == ["quibbling", "gnomes"]


@pytest.mark.parametrize("prompt", [
    "", ",", "with", "and and and", "a", "of of", "x" * 2000, "red " * 500, "with a " * 300, "cup of cup of cup of",
])  # fmt: skip
def test_odd_prompts_are_read(prompt: str) -> None:
    understand(prompt)


@pytest.mark.parametrize("prompt", [
    "una silla roja", "une chaise rouge", "ein roter Stuhl", "uma cadeira vermelha", "una sedia rossa", "красный стул",
    "红色的椅子", "赤い椅子",
])  # fmt: skip
def test_common_words_of_eight_languages_are_known(prompt: str) -> None:
    chair = thing_of(prompt)
    assert (chair.shape, chair.said) == ("chair", Said(colors=[color("red")]))


def test_parts_and_materials_in_other_languages() -> None:
    table = thing_of("Ein kleiner Tisch aus Holz mit schwarzen Beinen")
    assert (table.shape, table.said.materials, table.said.sizes) == ("table", ["wooden"], ["small"])
    assert table.parts == {"leg": Said(colors=[color("black")])}
    assert thing_of("ein alter Holztisch").said == Said(materials=["wooden"], styles=["old"])
    vase = thing_of("un jarrón azul con rayas blancas").said
    assert (vase.colors, vase.pattern, vase.pattern_color) == ([color("blue")], "stripes", color("white"))


def test_what_a_cup_is_of_has_no_part_in_its_colour() -> None:
    mug = thing_of("una taza de café blanca con rayas rojas")
    assert (mug.shape, mug.said.colors, mug.said.pattern_color) == ("mug", [color("white")], color("red"))
    assert mug.parts == {"coffee": Said()}


def test_unknown_words_of_other_languages_are_no_things() -> None:
    understood = understand("un chat noir assis sur une chaise rouge")
    assert understood.thing is not None
    assert (understood.thing.shape, understood.unknown) == ("cat", ["assis"])
    assert understood.thing.others[0][1].shape == "chair"


def test_accents_case_and_punctuation_make_no_difference() -> None:
    assert tokens_of("A  RED—Châir's; naïve!") == ["a", "red", "chair", ",", "naive", ","]


@pytest.mark.parametrize(("plural", "one"), [
    ("cherries", "cherry"), ("knives", "knife"), ("glasses", "glasses"), ("boxes", "box"), ("dishes", "dish"),
    ("legs", "leg"), ("bus", "bus"), ("glass", "glass"), ("feet", "foot"), ("potatoes", "potato"),
])  # fmt: skip
def test_singular(plural: str, one: str) -> None:
    assert singular(plural) == one


def test_colours_come_back_as_they_were_written() -> None:
    assert hex_code(linear("#1f5fbf")) == "#1f5fbf"
    assert color_named("nobody calls it so") is None
    assert color_named("chartreuse") == linear("#7fff00")


def test_the_tables_name_what_the_library_has() -> None:
    named = {*vocabulary.MATERIALS.values(), *vocabulary.GLOSSY.items(), *vocabulary.MATTE.items()}
    named |= {pair for style in vocabulary.STYLES.values() for pair in style.materials.items()}
    assert {name for each in named for name in ([each] if isinstance(each, str) else each)} <= set(MATERIALS)
    assert {*nouns.SYNONYMS, *nouns.ALIKE} <= set(SHAPES)
    assert all(english in lexicon() or singular(english) in lexicon() for english in languages.TABLE)
