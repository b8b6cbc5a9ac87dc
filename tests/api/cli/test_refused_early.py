"""Mistakes in a list that the farm alone knows of, such as ids: told by row before anything of the list is ordered."""

from typing import Any

import pytest

from tests.api.cli.conftest import Customer

NOWHERE = "Ab3kF9x2qL1m"


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"renderSettings": {"length": 99}}, "row 102 (chair.glb): length must be between 3 and 30"),
        ({"renderSettings": {"bgImageId": NOWHERE}}, f"row 102 (chair.glb): there is no overlay {NOWHERE}"),
        ({"renderSettings": {"environmentId": NOWHERE}}, f"row 102 (chair.glb): there is no overlay {NOWHERE}"),
        ({"model": NOWHERE, "name": "x"}, f"row 102 ({NOWHERE}): the farm has no such model"),
        ({"model": NOWHERE}, f"row 102 ({NOWHERE}): the farm has no such model"),
    ],
)
def test_a_mistake_after_many_good_rows_is_told_before_anything_is_ordered(
    idle: Customer, wrong: dict[str, Any], says: str
) -> None:
    idle.model()
    result = idle.batch([*({"model": "chair.glb"} for _ in range(101)), {"model": "chair.glb", **wrong}])
    assert result.exit_code != 0
    assert says in result.stderr
    assert idle.web.balance() == 1000
    assert idle.web.get("/v1/models").json()["data"] == []
