"""Files found by the names that other files give them, whatever system wrote either."""

import unicodedata
from collections.abc import Iterable


class Names:
    """Unicode's compositions don't matter (the Mac decomposes names), nor does case where only one name is meant."""

    def __init__(self, names: Iterable[str]) -> None:
        self._spelled: dict[str, str] = {}
        self._folded: dict[str, str | None] = {}
        for name in names:
            spelled = unicodedata.normalize("NFC", name)
            self._spelled.setdefault(spelled, name)
            self._folded[folded(name)] = None if folded(name) in self._folded else name

    def find(self, name: str) -> str | None:
        """The name as it was given at first; None where there is none, or where several differ from it in case alone.
        """
        exact = self._spelled.get(unicodedata.normalize("NFC", name))
        return exact if exact is not None else self._folded.get(folded(name))


def folded(name: str) -> str:
    """Equal for names that differ in case or composition alone."""
    return unicodedata.normalize("NFC", name).casefold()
