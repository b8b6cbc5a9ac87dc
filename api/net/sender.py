"""Posts what a farm has to say to URLs that its users named."""

import dataclasses
from collections.abc import Mapping

import anyio

from api.net.guard import AllowList, Guard, LookUp, Refused, system_look_up
from api.net.transport import Transport, Unreachable
from api.net.urls import parse_url

SECONDS = 10.0
"""For all of a request: names, connection, headers and body, however slowly they trickle."""

MAX_ANSWER_BYTES = 64 * 1024
"""Of an answer's body, no more is read."""

_HEADERS = {"User-Agent": "Pirouette", "Accept": "*/*", "Accept-Encoding": "identity"}


@dataclasses.dataclass(frozen=True, slots=True)
class Answer:
    """What became of a request. `status` is None without an answer, `body` what was read of it.

    `problem` says what is wrong, for whoever named the URL, and is None if nothing is. `refused`: nothing was sent and
    nothing ever will be, for how the URL is spelt.
    """

    status: int | None = None
    body: bytes = b""
    problem: str | None = None
    refused: bool = False

    @property
    def arrived(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


class Sender:
    """Posts by https to public addresses on port 443, and by either scheme on any port to what `allowed` names."""

    def __init__(self, allowed: AllowList, look_up: LookUp = system_look_up) -> None:
        self._guards = {"https": Guard(allowed, look_up, (443,)), "http": Guard(allowed, look_up, ())}
        self._transports = {scheme: Transport(guard) for scheme, guard in self._guards.items()}

    def checked(self, text: str) -> str:
        """The URL in its usual form. Raises Refused for what is never sent to. Asks nobody, so others may be refused
        when something is sent."""
        url = parse_url(text).copy_with(fragment=None)
        self._guards[url.scheme].refuse_at_sight(url.raw_host.decode(), url.port or 443)
        return str(url)

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Sends `body`, follows no redirect, and reads the answer up to its limits. Raises nothing."""
        try:
            self.checked(url)
        except Refused as error:
            return Answer(problem=str(error), refused=True)
        parsed = parse_url(url)
        status: int | None = None
        received = bytearray()
        problem = None
        with anyio.move_on_after(SECONDS) as scope:
            try:
                transport = self._transports[parsed.scheme]
                async with transport.request("POST", parsed, {**_HEADERS, **headers}, body) as response:
                    status = response.status
                    async for chunk in response.aiter_stream():
                        received += chunk
                        if len(received) >= MAX_ANSWER_BYTES:
                            break
            except (Refused, Unreachable) as error:
                problem = str(error)
        if scope.cancelled_caught:
            what = "did not answer" if status is None else "began to answer, but did not end,"
            problem = f"The URL's server {what} within {SECONDS:g} seconds"
        elif status is not None and not 200 <= status < 300:
            problem = f"The URL's server answered with status {status}"
            problem += "; redirects are not followed" if 300 <= status < 400 else ""
        return Answer(status, bytes(received[:MAX_ANSWER_BYTES]), problem)
