"""What the child that reads USD writes: HEADER, JSON of the length that it says, and the document's buffer 0.

The JSON has "document" and "warnings", or "error", one of ERRORS, and "message".
"""

import struct

HEADER = struct.Struct("<Q")
ERRORS = ("InvalidModel", "UnsupportedModel", "ModelTooLarge", "ResourceMissing", "EmptyModel")
