"""JSON bodies with long texts in them, such as files in base64: each goes where it belongs as it arrives, so that no
more than a network chunk of it is in memory.
"""

import json
import re
import secrets
from collections.abc import AsyncIterable, Callable
from typing import Generic, Protocol, TypeVar

from starlette.concurrency import run_in_threadpool

from api.http.body import decode_json
from api.http.errors import BodyTooLarge, MalformedBody
from api.http.limits import BODY_LIMIT

LONG = 16 * 1024
"""Bytes from which on a text is long."""

_END = re.compile(rb'["\\]')


class Sink(Protocol):
    """Takes the bytes of a long text in order."""

    def write(self, text: bytes) -> None: ...


S = TypeVar("S", bound=Sink)


class LongTexts(Generic[S]):
    """Feed it the body; then `value` is the JSON, in which a long text is replaced by a name, by which `sinks` has what
    `open_sink` gave for it. Of JSON's escapes, long texts may have `\\/` alone, as some encoders write slashes.

    `feed` raises BodyTooLarge where the rest is too long, and what sinks raise. `value` raises MalformedBody.
    """

    def __init__(self, open_sink: Callable[[], S]) -> None:
        self.sinks: dict[str, S] = {}
        self._open_sink = open_sink
        self._secret = secrets.token_hex(8)
        self._json = bytearray()
        self._text: bytearray | None = None  # of the text that the body is in, as long as it is short
        self._sink: S | None = None
        self._escaped = False

    def feed(self, chunk: bytes) -> None:
        at = 0
        while at < len(chunk):
            if self._sink is not None:
                at = self._feed_sink(self._sink, chunk, at)
            elif self._text is not None:
                at = self._feed_text(self._text, chunk, at)
            else:
                quote = chunk.find(b'"', at)
                end = len(chunk) if quote < 0 else quote + 1
                self._json += chunk[at:end]
                self._text = None if quote < 0 else bytearray()
                at = end
            if len(self._json) > BODY_LIMIT:
                raise BodyTooLarge(f"The request is longer than {BODY_LIMIT // 1024} KB beside its files")

    @property
    def value(self) -> object:
        raw = bytes(self._json) + bytes(self._text or b"")
        try:
            if self._sink is not None:
                raise ValueError("it ends within a text")
            value = decode_json(raw) if raw else {}
            if b"\\u" in raw:
                json.dumps(value, ensure_ascii=False).encode()  # half a surrogate pair is no character
        except (ValueError, RecursionError) as error:
            raise MalformedBody(f"The request body is not valid JSON: {error}") from None
        return value

    def _feed_text(self, text: bytearray, chunk: bytes, at: int) -> int:
        """Returns where in the chunk to go on."""
        if self._escaped:
            self._escaped = False
            text += chunk[at : at + 1]
            return at + 1
        found = _END.search(chunk, at)
        end = len(chunk) if found is None else found.start()
        text += chunk[at:end]
        if len(text) > LONG:
            self._text = None
            self._sink = self._open_sink()
            name = f"{self._secret}{len(self.sinks)}"
            self.sinks[name] = self._sink
            self._json += name.encode()
            self._sink.write(bytes(text).replace(b"\\/", b"/"))
            return end
        if found is None:
            return end
        if found[0] == b'"':
            self._json += text + b'"'
            self._text = None
        else:
            text += b"\\"
            self._escaped = True
        return end + 1

    def _feed_sink(self, sink: S, chunk: bytes, at: int) -> int:
        if self._escaped:
            self._escaped = False
            sink.write(chunk[at : at + 1] if chunk[at : at + 1] == b"/" else b"\\")
            return at + 1
        found = _END.search(chunk, at)
        end = len(chunk) if found is None else found.start()
        sink.write(chunk[at:end])
        if found is None:
            return end
        if found[0] == b'"':
            self._json += b'"'
            self._sink = None
        else:
            self._escaped = True
        return end + 1


async def receive_texts(texts: LongTexts[S], body: AsyncIterable[bytes]) -> None:
    """Feeds it the body, in worker threads. Raises what `feed` raises."""
    async for chunk in body:
        await run_in_threadpool(texts.feed, chunk)
