"""Who may read what lies on the disk."""

import stat
from pathlib import Path


def open_to_others(folder: Path) -> set[str]:
    """What of the folder somebody else could read, by its mode."""
    found = [folder, *folder.rglob("*")]
    return {
        str(path.relative_to(folder)) for path in found
        if not path.is_symlink() and stat.S_IMODE(path.stat().st_mode) & 0o077
    }  # fmt: skip
