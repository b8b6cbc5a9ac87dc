"""How long the child may take for an order, in all and for a single step of it."""

from collections.abc import Callable
from time import monotonic

from api.domain.kit.failures import STALLED, TOO_COSTLY
from api.domain.work.claims import Claim
from api.domain.work.outcomes import KINDS
from api.worker.messages import Failed, Report, Stage, Waited
from api.worker.parent.orders import GivenUp

LEAST_S = 120.0
"""What even the smallest order gets: a machine that is short of memory takes that long to start a process."""
PATIENCE = 10.0
"""How many times longer than it should an order may take: on slow machines that others keep busy, and for models that
are dearer than most."""
LONGEST_STEP_S = 1.0
"""The most that counts between two looks at the time, which are a tenth of a second apart: what this process itself
stood still, or took to store a file, is no time of the child's."""

WAITS_S = 1.0
"""How often it is looked how long a silent child waited for a core: a look takes 0.5 ms."""

SIMPLER = "Use a simpler model: fewer triangles, fewer transparent surfaces behind each other, smaller textures"

VERBS = {
    "loading": ("read", f"{SIMPLER}; or order fewer or smaller frames"),
    "generating": ("generate", "Ask for something simpler, or give a smaller picture"),
    "optimising": ("optimise", SIMPLER),
    "comparing": ("optimise", SIMPLER),
    "converting": ("convert", SIMPLER),
}
"""What a child does in a stage, and what to do where that takes too long. In all others it draws."""


def budget_s(claim: Claim, *, software: bool) -> float:
    """The seconds that the claim's order may take."""
    kind = KINDS.get(claim.kind)
    if kind is None:  # the child will say so at once
        return LEAST_S
    should = kind.cost.seconds(claim.spec, claim.frame_count, len(claim.variants), software=software)
    return max(LEAST_S, PATIENCE * should)


class Watch:
    """Follows an order from its start. `stall_s` is how long the child may be silent: it says every second that it goes
    on, except while it waits for its device (`renderer.checkpoints`).

    What the child waited for a core, because others keep the machine busy, is no silence; `core_waits` tells it since
    the last call, and nine tenths are believed. So an honest frame isn't taken for a standstill: the dearest that is
    drawn at all, in 4K with MOST_LAYERS (`renderer.gl.cost`) of clear coat under 16 lamps, takes one core 50 s. A
    driver that hangs lets its threads sleep, and is found after `stall_s` on any machine.

    While the child gives way to others its time stands still; since the child says so itself, that is believed for at
    most half of the time.
    """

    def __init__(self, budget_s: float, stall_s: float, core_waits: Callable[[], float]) -> None:
        self._budget_s = budget_s
        self._stall_s = stall_s
        self._core_waits = core_waits
        self._stage = ""
        self._looked = monotonic()
        self._spent = self._waited = 0.0
        self._silent = self._unjudged = 0.0

    def hear(self, report: Report) -> None:
        """The child has said something, so it goes on."""
        self._silent = self._unjudged = 0.0
        match report:
            case Stage(name=name):
                self._stage = name
            case Waited(seconds=seconds):
                self._waited += seconds

    def check(self) -> None:
        """Raises GivenUp when the child has had its time."""
        now = monotonic()
        step = min(now - self._looked, LONGEST_STEP_S)
        self._looked = now
        self._spent += step
        self._unjudged += step
        if self._unjudged >= WAITS_S:
            self._silent += max(self._unjudged - self._core_waits(), self._unjudged / PATIENCE)
            self._unjudged = 0.0
        if self._spent - min(self._waited, self._spent / 2) > self._budget_s:
            does, hint = VERBS.get(self._stage, ("draw", f"{SIMPLER}; or order fewer or smaller frames"))
            message = (
                f"Too costly to {does}: it was not done after {self._budget_s / 60:.1f} minutes, {PATIENCE:g} times "
                f"what such an order should take. {hint}"
            )
            raise GivenUp(Failed(code=TOO_COSTLY, message=message, retry=False))
        if self._silent > self._stall_s:
            does, hint = VERBS.get(self._stage, ("draw", SIMPLER))
            message = f"The work stood still: no step to {does} the model was done within {self._stall_s:g} s. {hint}"
            raise GivenUp(Failed(code=STALLED, message=message, retry=True))
