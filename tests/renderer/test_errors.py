"""The renderer's errors have codes that others keep and pass on."""

import pytest

import renderer.errors
from renderer.errors import RendererError


def tree(kind: type[RendererError]) -> list[type[RendererError]]:
    children = [child for child in kind.__subclasses__() if child.__module__.startswith("renderer")]
    return [kind, *(each for child in children for each in tree(child))]


def test_every_error_has_a_code_of_its_own() -> None:
    codes = [kind.__dict__["code"] for kind in tree(RendererError)]
    assert len(set(codes)) == len(codes)


@pytest.mark.parametrize("kind", tree(RendererError))
def test_the_tree_that_is_drawn_names_every_error(kind: type[RendererError]) -> None:
    assert kind.__module__ == "renderer.errors"
    assert f"{kind.__name__} " in str(renderer.errors.__doc__)
