"""The embedded farm's broker: Celery's filesystem transport, made safe for readers beside a writer.

kombu's own writes a message in place and takes it by way of the system's temp folder, so a reader may meet half a
message, or two readers the same one where that folder is another file system. Here a message appears, and is taken, by
one rename.
"""

import contextlib
import json
import time
import uuid
from pathlib import Path
from queue import Empty
from typing import Any

from kombu.transport import filesystem


class Channel(filesystem.Channel):
    """Messages are files `<milliseconds>_<random>.<queue>.msg` in one folder."""

    def _put(self, queue: str, payload: dict[str, Any], **_: Any) -> None:  # type: ignore[override]  # as its parents
        name = f"{time.time_ns() // 1_000_000}_{uuid.uuid4().hex}.{queue}"
        written = Path(self.data_folder_out, f"{name}.part")
        written.write_text(json.dumps(payload))
        written.rename(written.with_suffix(".msg"))

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        for message in sorted(Path(self.data_folder_in).glob(f"*.{queue}.msg")):
            taken = message.with_suffix(".taken")
            with contextlib.suppress(FileNotFoundError):  # another reader was faster
                message.rename(taken)
                content = json.loads(taken.read_text())
                taken.unlink()
                return content
        raise Empty


class Transport(filesystem.Transport):
    Channel = Channel
