"""What happens when: drawn from a seed."""

import dataclasses
import random
from collections.abc import Sequence

MANNERS = {
    "server": ("kill", "stop"), "worker": ("kill", "kill", "stop"), "child": ("kill",), "sweeper": ("kill", "stop"),
    "postgres": ("kill", "stop"), "redis": ("kill", "stop"), "s3": ("kill", "stop"), "disk": ("fill",),
    "clock": ("jump",),
}  # fmt: skip
"""How each part of a farm can be struck."""

SHORTEST_S, LONGEST_S = 0.2, 15.0
"""How long a part is away: shorter and longer than a lease, and than what most of the farm waits for."""

PAUSE_S = 5.0
"""The longest pause from one strike to the next."""


@dataclasses.dataclass(frozen=True, slots=True)
class Strike:
    """`at_s` after the beginning a part is struck, and for so many seconds. `which` chooses among several."""

    at_s: float
    part: str
    manner: str
    for_s: float
    which: int

    def __str__(self) -> str:
        return f"{self.at_s:7.2f} s  {self.manner} {self.part} {self.which} for {self.for_s:.2f} s"


def strikes(seed: int, seconds: float, parts: Sequence[str], longest_s: float = LONGEST_S) -> list[Strike]:
    """In the order of their times. Several parts may be away at the same time, the same part only once."""
    chance = random.Random(seed)
    planned: list[Strike] = []
    back_at = dict.fromkeys(parts, 0.0)
    now = 0.0
    while (now := now + chance.uniform(0.1, PAUSE_S)) < seconds:
        part, which = chance.choice(parts), chance.randrange(4)
        manner, for_s = chance.choice(MANNERS[part]), chance.uniform(SHORTEST_S, longest_s)
        if now >= back_at[part]:
            planned.append(Strike(now, part, manner, for_s, which))
            back_at[part] = now + for_s + 1.0
    return planned


def orders(seed: int, kinds: Sequence[str], customers: int) -> list[list[str]]:
    """For each customer, the kinds of what it orders, one after the other; each customer begins with another kind."""
    chance = random.Random(f"orders {seed}")
    drawn = [[chance.choice(kinds) for _ in range(1000)] for _ in range(customers)]
    return [[kinds[number % len(kinds)], *each] for number, each in enumerate(drawn)]
