"""What `pirouette admin doctor` says."""

import dataclasses


@dataclasses.dataclass(frozen=True, slots=True)
class Finding:
    """Of one `check`: what was `found` and, where it isn't `ok`, what to do about it (`fix`)."""

    check: str
    ok: bool
    found: str
    fix: str | None = None
