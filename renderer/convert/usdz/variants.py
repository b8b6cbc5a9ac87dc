"""A model's material variants as a set of variants of the stage's root, of which viewers show the selected one."""

from collections.abc import Iterator, Sequence
from typing import Any

from renderer.convert.usdz.names import Names

_DEFAULT = "Default"
"""What the model shows where no variant is chosen."""

_MOST = 32
"""Each mesh that a variant changes has its material's bindings and coordinates for all of them."""


class Variants:
    def __init__(self, root: Any, names: Sequence[str], notes: list[str]) -> None:
        """Adds those that are called `names` to the prim `root`."""
        self._set = root.GetVariantSets().AddVariantSet("materials")
        if len(names) > _MOST:
            notes.append(f"of the {len(names)} variants, it has the first {_MOST}")
        given = Names(_DEFAULT)
        self._names = {None: _DEFAULT} | {
            number: given.new(name, "Variant") for number, name in enumerate(names[:_MOST])
        }
        for name in self._names.values():
            self._set.AddVariant(name)

    def each(self) -> Iterator[int | None]:
        """The variants' numbers, and None for the default; meanwhile, all that is written belongs to that one.

        What is written outside of variants is stronger.
        """
        for number, name in self._names.items():
            self._set.SetVariantSelection(name)
            with self._set.GetVariantEditContext():
                yield number
        self._set.SetVariantSelection(_DEFAULT)
