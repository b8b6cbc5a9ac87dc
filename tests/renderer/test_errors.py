"""The renderer's errors have codes that others keep and pass on."""

import pytest

import renderer.errors
from renderer.errors import RendererError


def tree(kind: type[RendererError]) -> list[type[RendererError]]:
    children = [child for child in kind.__subclasses__() if child.__module__.startswith("renderer")]
    return [kind, *(each for child in children for each in tree(child))]


OWN = [kind for kind in tree(RendererError) if kind.__module__ == "renderer.errors"]


def test_every_error_has_a_code_of_its_own() -> None:
    codes = [kind.__dict__["code"] for kind in OWN]
    assert len(set(codes)) == len(codes)


def test_what_a_part_tells_apart_for_itself_has_the_code_of_the_error_that_it_is() -> None:
    for kind in set(tree(RendererError)) - set(OWN):
        assert "code" not in kind.__dict__
        assert kind.__base__ in OWN[1:]


@pytest.mark.parametrize("kind", OWN)
def test_the_tree_that_is_drawn_names_every_error(kind: type[RendererError]) -> None:
    assert f"{kind.__name__} " in str(renderer.errors.__doc__)
