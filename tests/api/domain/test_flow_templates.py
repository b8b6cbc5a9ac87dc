"""What can be ordered: parameters with their bounds and defaults, and how templates are found."""

import pytest

from api.domain.generations import templates
from api.domain.generations.templates import TEMPLATES
from api.errors import InvalidRequest, TemplateNotFound
from tests.api.domain.flows import FROM_IMAGE, FROM_PROMPT, OPTIMIZE


def test_those_of_generio_are_found_by_name_and_by_id_with_its_defaults() -> None:
    for name in (FROM_PROMPT, FROM_IMAGE, OPTIMIZE):
        assert templates.find(name) is templates.find(TEMPLATES[name].id) is TEMPLATES[name]
        assert len(TEMPLATES[name].id) == 24
    assert {name: each.default for name, each in TEMPLATES[FROM_IMAGE].parameters.items()} == {
        "quality": "high", "seed": -1, "texture": True
    }  # fmt: skip
    assert TEMPLATES[OPTIMIZE].complete({}) == {
        "polygon_count": 100_000, "texture_size": None, "compress": "none", "quantize": False
    }  # fmt: skip
    for absent in ("grok_pipeline", "", "model_print", TEMPLATES["grok_pipeline"].id):
        with pytest.raises(TemplateNotFound):
            templates.find(absent)


def test_seeds_are_drawn_once_and_shown() -> None:
    drawn = {TEMPLATES[FROM_PROMPT].complete({"seed": -1})["seed"] for _ in range(9)}
    assert len(drawn) == 9
    assert all(0 <= seed < 2**32 for seed in drawn)
    assert TEMPLATES[FROM_PROMPT].complete({"seed": 0})["seed"] == 0


@pytest.mark.parametrize(
    ("template", "parameters", "says"),
    [
        (FROM_PROMPT, {"quality": "medium"}, 'quality must be "low" or "high"'),
        (FROM_PROMPT, {"seed": -2}, "seed must be -1 or an integer from 0 to 4,294,967,295"),
        (FROM_PROMPT, {"seed": 2**32}, "seed must be"),
        (FROM_PROMPT, {"seed": True}, "seed must be"),
        (FROM_PROMPT, {"seed": 1.5}, "seed must be"),
        (FROM_PROMPT, {"texture": "yes"}, "texture must be true or false"),
        (FROM_PROMPT, {"polygon_count": 100}, "parameters: model_generate_fromprompt has no 'polygon_count'"),
        (OPTIMIZE, {"polygon_count": 3}, "polygon_count must be an integer from 4 to 10,000,000"),
        (OPTIMIZE, {"polygon_count": 0}, "polygon_count must be"),
        (OPTIMIZE, {"polygon_count": "many"}, "polygon_count must be"),
        (OPTIMIZE, {"polygon_count": None}, "polygon_count must be"),
        (OPTIMIZE, {"texture_size": 8}, "texture_size must be null or an integer from 16 to 16,384"),
        (OPTIMIZE, {"compress": "zip"}, "compress must be"),
    ],
)
def test_wrong_parameters_are_refused_by_name(template: str, parameters: dict[str, object], says: str) -> None:
    with pytest.raises(InvalidRequest, match=says):
        TEMPLATES[template].complete(parameters)
