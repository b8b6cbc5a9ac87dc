"""/portal/api/settings: the table of render settings, from which the pages make their panel."""

import functools
from typing import Any

from api.http.portal.auth import Signed
from api.http.portal.paths import new_router
from renderer.spec import SETTINGS
from renderer.spec.plan import EFFECT_PARAMETERS
from renderer.spec.spelling import camel_case

router = new_router()


@router.get("/settings")
def get_settings(signed: Signed) -> dict[str, Any]:
    """`outputs` are those for which a setting means something; `effects` the camera paths that read it, empty for all.
    """
    return _table()


@functools.cache
def _table() -> dict[str, Any]:
    return {
        "data": [
            {
                "name": camel_case(row.name), "kind": row.kind, "default": row.default, "description": row.description,
                "choices": list(row.choices), "minimum": row.minimum, "maximum": row.maximum,
                "outputs": list(row.outputs),
                "effects": [effect for effect, taken in EFFECT_PARAMETERS.items() if row.name in taken],
                "defaults": {
                    effect: taken[row.name] for effect, taken in EFFECT_PARAMETERS.items() if row.name in taken
                },
            }
            for row in SETTINGS
        ]
    }  # fmt: skip
