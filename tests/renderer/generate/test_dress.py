"""What is said of a thing, on its parts: finishes, features, proportions."""

import numpy as np
import pytest

from renderer.generate.prompts.colours import VIVID, color_named, linear, shaded
from renderer.generate.prompts.dress import LARGEST_SIZE, SMALLEST_SIZE, dressed
from renderer.generate.prompts.grammar import understand
from renderer.generate.prompts.kinds import looking_like
from renderer.generate.shapes.finishes import MATERIALS
from renderer.generate.shapes.library import SHAPES
from renderer.generate.shapes.parts import Finish, Model


def model_of(prompt: str) -> Model:
    thing = understand(prompt).thing
    assert thing is not None
    assert thing.shape is not None
    return dressed(thing, SHAPES[thing.shape], 5)


def finishes(prompt: str) -> dict[str, Finish]:
    """Of the first part of each role."""
    return {part.role: part.finish for part in reversed(model_of(prompt).parts)}


def size_of(prompt: str) -> list[float]:
    low, high = model_of(prompt).bounds()
    size: list[float] = (high - low).tolist()
    return size


def test_what_is_said_of_the_thing_is_of_its_main_parts_alone() -> None:
    found, own = finishes("a green leather sofa"), finishes("a sofa")
    assert found["body"] == Finish("leather", color_named("green"))
    assert found["legs"] == own["legs"]


def test_a_part_has_what_is_said_of_it() -> None:
    found = finishes("a white sofa with copper feet")
    assert found["body"].color == color_named("white")
    assert found["legs"] == Finish("copper")


def test_of_two_colours_the_second_is_for_the_other_parts() -> None:
    found = finishes("a red and white guitar")
    assert found["body"].color == color_named("red")
    assert found["neck"].color == color_named("white")


def test_without_other_parts_the_second_colour_is_for_half_of_the_main_ones_or_for_stripes() -> None:
    found = finishes("a black and gold teapot")
    assert (found["body"].color, found["lid"].color) == (color_named("black"), color_named("gold"))
    ball = finishes("a red and white ball")["body"]
    assert (ball.color, ball.pattern, ball.pattern_color) == (color_named("red"), "stripes", color_named("white"))


@pytest.mark.parametrize(("prompt", "finish"), [
    ("a gold velvet sofa", Finish("velvet", color_named("gold"))),
    ("a dark leather sofa", Finish("leather", shaded(MATERIALS["leather"].color, "dark"))),
    ("a sofa with red stars", Finish("fabric", None, "stars", color_named("red"))),
    ("a glowing red sofa", Finish("fabric", color_named("red"), glowing=True)),
    ("a jade sofa", Finish("marble", color_named("jade"))),
])  # fmt: skip
def test_finishes(prompt: str, finish: Finish) -> None:
    found = finishes(prompt)["body"]
    own = finishes("a sofa")["body"]
    color = own.color if finish.color is None and finish.material == own.material else finish.color
    assert (found.material, found.color, found.pattern) == (finish.material, color, finish.pattern)
    assert (found.pattern_color, found.glowing) == (finish.pattern_color, finish.glowing)


def test_a_silver_car_is_painted_and_a_silver_teapot_is_of_silver() -> None:
    own = finishes("a car")["body"]
    assert finishes("a silver car")["body"] == Finish(own.material, color_named("silver"))
    assert finishes("a silver teapot")["body"] == Finish("silver")


def test_gloss_is_of_the_material_that_is_there() -> None:
    assert finishes("a polished steel table")["top"].material == "chrome"
    assert finishes("a frosted glass table")["top"].material == "frosted glass"


def test_each_of_many_colourful_parts_has_another_colour() -> None:
    colors = {part.finish.color for part in model_of("a colorful sofa").parts if part.role in SHAPES["sofa"].main}
    assert len(colors) > 1
    assert colors <= {linear(code) for code in VIVID}


def test_features_that_are_named_are_there_and_parts_that_are_unwanted_are_not() -> None:
    assert "armrests" not in finishes("a chair")
    assert "armrests" in finishes("a chair with arms")
    assert "cherries" in finishes("a cake")
    assert "cherries" not in finishes("a cake without cherries")


def test_sizes_make_things_larger_taller_and_wider_within_bounds() -> None:
    own = np.array(size_of("a chair"))
    assert size_of("a huge chair") == pytest.approx(2 * own)
    assert size_of("a tall chair")[1] == pytest.approx(1.3 * own[1])
    assert size_of("a wide chair")[0] == pytest.approx(1.25 * own[0])
    assert size_of("a giant giant giant chair") == pytest.approx(LARGEST_SIZE * own)
    assert size_of("a tiny tiny tiny chair") == pytest.approx(SMALLEST_SIZE * own)


def test_something_like_a_robot_is_of_metal_where_it_was_soft_with_an_antenna_on_its_head() -> None:
    for name, antenna in (("sofa", False), ("penguin", True)):
        thing = understand(f"a {name}").thing
        assert thing is not None
        made = looking_like(model_of(f"a {name}"), SHAPES[name], SHAPES["robot"], thing, 5)
        found = {part.role: part.finish for part in made.parts}
        assert MATERIALS[found["body"].material].metallic == 1.0
        assert ("antenna" in found) == antenna


def test_a_statue_is_of_one_finish_alone() -> None:
    for prompt in ("a marble statue of a cat", "a marble cat statue"):
        thing = understand(prompt).thing
        assert thing is not None
        assert (thing.shape, thing.kinds) == ("cat", ["figurine"])
        statue = looking_like(model_of(prompt), SHAPES["cat"], SHAPES["figurine"], thing, 5)
        assert {part.finish for part in statue.parts} == {Finish("marble")}


def test_something_like_a_creature_has_one_on_top_and_like_other_things_their_finish() -> None:
    thing = understand("a cat teapot").thing
    assert thing is not None
    plain = model_of("a teapot")
    with_cat = looking_like(plain, SHAPES["teapot"], SHAPES["cat"], thing, 5)
    assert any(part.role.startswith("cat ") for part in with_cat.parts)
    assert with_cat.bounds()[1][1] > plain.bounds()[1][1]
    like_banana = looking_like(plain, SHAPES["teapot"], SHAPES["banana"], thing, 5)
    assert {part.finish.material for part in like_banana.parts if part.role == "body"} == {
        part.finish.material for part in model_of("a banana").parts if part.role == "body"
    }
