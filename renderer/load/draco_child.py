"""The program that decodes Draco streams for `draco.py`, as a child of the sandbox.

It is run by its path and imports nothing of the project. It writes READY, then answers each REQUEST (its identifiers
as uint32 and the stream follow) by a REPLY with an .npz file of "faces" and the attributes by their unique ids, or with
a message. Everything is little-endian.
"""

import io
import struct
import sys
from typing import BinaryIO

READY = b"ready"
REQUEST = struct.Struct("<QI")  # bytes of the stream, number of identifiers
REPLY = struct.Struct("<?Q")  # whether it was decoded, bytes that follow


def serve(source: BinaryIO, sink: BinaryIO) -> None:
    sink.write(READY)
    sink.flush()
    while head := source.read(REQUEST.size):
        length, count = REQUEST.unpack(head)
        identifiers = struct.unpack(f"<{count}I", source.read(4 * count))
        try:
            reply, decoded = decode(source.read(length), identifiers), True
        except Exception as error:  # noqa: BLE001 - whatever a hostile stream makes the decoder raise
            reply, decoded = (str(error) or type(error).__name__).encode(), False
        sink.write(REPLY.pack(decoded, len(reply)))
        sink.write(reply)
        sink.flush()


def decode(data: bytes, identifiers: tuple[int, ...]) -> bytes:
    import DracoPy
    import numpy as np

    mesh = DracoPy.decode(data)
    found = {attribute["unique_id"]: attribute["data"] for attribute in mesh.attributes}
    for wanted in identifiers:
        if wanted not in found:
            raise LookupError(f"it has no attribute {wanted}")
    stream = io.BytesIO()
    np.savez(stream, faces=mesh.faces, **{str(wanted): found[wanted] for wanted in identifiers})
    return stream.getvalue()


if __name__ == "__main__":
    import DracoPy  # noqa: F401 - so that it is loaded when READY is written

    serve(sys.stdin.buffer, sys.stdout.buffer)
