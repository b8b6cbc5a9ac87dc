"""Names of prims, out of what authors call their nodes and materials."""

from pxr import Tf

DEPTH = 200
"""Of nodes below each other: usd-core takes stack for each, and people's models have at most a few dozen."""

_LONGEST = 60
"""Characters of a name, which stands in the paths of all prims below."""


class Names:
    """Gives each prim a name of its own, so that it is clear wherever prims move."""

    def __init__(self, *taken: str) -> None:
        self._taken = {*taken, ""}

    def new(self, name: str, otherwise: str) -> str:
        """An identifier like `name`, or like `otherwise` where that is empty."""
        wanted: str = Tf.MakeValidIdentifier((name or otherwise)[:_LONGEST])
        found, number = wanted, 1
        while found in self._taken:
            number += 1
            found = f"{wanted}_{number}"
        self._taken.add(found)
        return found
